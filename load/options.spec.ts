import { describe, expect, it } from 'vitest';
import { isLoopback, parseOptions } from './options.js';

const URL_HERE = 'http://127.0.0.1:8084/demo/playlist.m3u8';
const parse = (line: string, cores = 4) => parseOptions(['--url', URL_HERE, ...line.split(' ').filter(Boolean)], cores);

describe('the options of a load run', () => {
  it('has a sensible value for everything but the address', () => {
    expect(parse('')).toEqual({
      kind: 'run',
      options: {
        ...{ urls: [URL_HERE], viewers: 100, seconds: 60, ramp: undefined, rendition: 'random', protocol: 'auto' },
        ...{ mode: 'll', media: 'full', hintShare: 0.5, processes: 3, allowRemote: false, json: false },
      },
    });
  });

  it('keeps one core free for the server, and uses the only one there is', () => {
    expect(parse('', 1)).toMatchObject({ options: { processes: 1 } });
    expect(parse('--viewers 2', 16)).toMatchObject({ options: { processes: 2 } });
  });

  it.each([
    ['--viewers 50001', '--viewers must be a number from 1 to 50000, not "50001"'],
    ['--viewers 0', '--viewers must be a number from 1 to 50000, not "0"'],
    ['--seconds 3601', '--seconds must be a number from 1 to 3600, not "3601"'],
    ['--seconds 1e9', '--seconds must be a whole number from 1 to 3600, not "1e9"'],
    ['--seconds 10 --ramp 11', '--ramp must be a number from 0 to 10, not "11"'],
    ['--processes 65', '--processes must be a number from 1 to 64, not "65"'],
    ['--hint-share 1.5', '--hint-share must be a number from 0 to 1, not "1.5"'],
    ['--rendition best', '--rendition must be lowest, highest, random, adaptive, not "best"'],
    ['--http2 on', '--http2 must be off, not "on"'],
  ])('refuses %s in words', (line, problem) => {
    expect(parse(line)).toEqual({ kind: 'wrong', problem });
  });

  it('refuses an option it does not know', () => {
    expect(parse('--threads 4')).toMatchObject({ kind: 'wrong', problem: expect.stringContaining('--threads') });
  });

  it('says that the address is missing', () => {
    expect(parseOptions([])).toMatchObject({ kind: 'wrong', problem: expect.stringContaining('--url is missing') });
  });

  it('refuses another machine unless it is told that it may', () => {
    const remote = ['--url', 'https://cdn.example.com/live.m3u8'];
    expect(parseOptions(remote)).toMatchObject({
      kind: 'wrong',
      problem: expect.stringContaining('cdn.example.com is not this machine'),
    });
    expect(parseOptions([...remote, '--allow-remote'])).toMatchObject({ kind: 'run' });
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['localhost', true],
    ['[::1]', true],
    ['127.0.0.1.example.com', false],
    ['10.0.0.1', false],
    ['0.0.0.0', false],
  ])('takes %s for this machine: %s', (host, own) => {
    expect(isLoopback(host)).toBe(own);
  });

  it('asks for help without an address', () => {
    expect(parseOptions(['--help'])).toEqual({ kind: 'help' });
  });
});
