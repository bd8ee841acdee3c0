import { describe, expect, it } from 'vitest';
import { crc32, programAssociation, programMap } from './psi.js';

describe('the tables of a transport stream', () => {
  it('check with the CRC of ISO 13818-1, whose catalogue value is known', () => {
    expect(crc32(Buffer.from('123456789')).toString(16)).toBe('376e6e7');
  });

  it.each([
    ['program association', programAssociation()],
    ['map of picture and sound', programMap({ video: true, audio: true })],
    ['map of sound alone', programMap({ video: false, audio: true })],
  ])('give zero when a receiver checks the %s', (_, section) => {
    expect(crc32(section)).toBe(0);
    expect(section.readUInt16BE(1) & 0xfff).toBe(section.length - 3);
  });

  it('say byte for byte what other packagers say of one program with H.264 and AAC', () => {
    expect(programAssociation().toString('hex')).toBe('00b00d0001c100000001f0002ab104b2');
    expect(programMap({ video: true, audio: true }).toString('hex')).toBe(
      '02b0170001c10000e100f0001be100f0000fe101f0002f44b99b',
    );
  });

  it('let the clock ride on the sound when there is no picture', () => {
    expect(programMap({ video: false, audio: true }).toString('hex', 8, 17)).toBe('e101f0000fe101f000');
    expect(programMap({ video: true, audio: false }).toString('hex', 8, 17)).toBe('e100f0001be100f000');
  });
});
