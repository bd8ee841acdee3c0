import { describe, expect, it } from 'vitest';
import { Problem } from '../../engine/problem.js';
import { createLogger, NestLogger, type LogSettings } from './index.js';

function aLog(settings: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const pino = createLogger(
    { logLevel: 'info', logFormat: 'json', ...settings },
    { write: (line) => lines.push(line) },
  );
  const entries = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { pino, nest: new NestLogger(pino), lines, entries };
}

describe('the log', () => {
  it('is one JSON object a line with an ISO time', () => {
    const { pino, entries } = aLog();
    pino.info({ streamId: 'demo' }, 'started');
    expect(entries()).toEqual([
      { level: 30, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), streamId: 'demo', msg: 'started' },
    ]);
  });

  it('shows no secret, neither in a message nor in a field nor in an error', () => {
    const { pino, lines } = aLog();
    pino.info({ url: 'rtsp://u:hidden1@h/' }, 'opening srt://h?passphrase=hidden2');
    pino.error(new Error('srt://h?streamid=hidden3', { cause: new Error('rtmp://u:hidden4@h') }));
    expect(lines.join('')).not.toContain('hidden');
    expect(lines).toHaveLength(2);
  });

  it('leaves out what is less important than its level', () => {
    const { pino, lines } = aLog({ logLevel: 'warn' });
    pino.info('chatter');
    pino.warn('trouble');
    expect(lines).toHaveLength(1);
  });

  it('can be lines for people', () => {
    const { nest, lines } = aLog({ logFormat: 'pretty' });
    nest.warn('the disk is nearly full', 'Storage');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} WARN {2}\[Storage\] the disk is nearly full\n$/);
  });

  it('shows people the stack of an error below its line, still without secrets', () => {
    const { pino, lines } = aLog({ logFormat: 'pretty' });
    pino.error(new Problem('source-unreachable', { url: 'rtsp://u:hidden@h/' }), 'gave up');
    expect(lines[0]).toMatch(/ERROR gave up\n.*source-unreachable[^]*\n {4}at /);
    expect(lines[0]).not.toContain('hidden');
  });
});

describe("Nest's messages in the log", () => {
  it('keep their context', () => {
    const { nest, entries } = aLog();
    nest.log('Mapped {/streams, GET}', 'RouterExplorer');
    expect(entries()[0]).toMatchObject({ level: 30, context: 'RouterExplorer', msg: 'Mapped {/streams, GET}' });
  });

  it('keep the error that came with them', () => {
    const { nest, entries } = aLog();
    nest.error('GET /streams: internal', new TypeError('x is undefined'), 'Problems');
    expect(entries()[0]).toMatchObject({
      level: 50,
      context: 'Problems',
      msg: 'GET /streams: internal',
      err: { type: 'TypeError', message: 'x is undefined' },
    });
  });

  it('keep a stack that was given as text', () => {
    const { nest, entries } = aLog();
    nest.error('boom', 'Error: boom\n    at main.js:1:1', 'Bootstrap');
    expect(entries()[0]).toMatchObject({ context: 'Bootstrap', msg: 'boom', stack: 'Error: boom\n    at main.js:1:1' });
  });

  it('may be an error or an object by themselves', () => {
    const { nest, entries } = aLog();
    nest.fatal(new Error('lost'));
    nest.log({ port: 8083 }, 'Server');
    expect(entries()[0]).toMatchObject({ level: 60, msg: 'lost', err: { message: 'lost' } });
    expect(entries()[1]).toMatchObject({ context: 'Server', detail: { port: 8083 } });
  });
});
