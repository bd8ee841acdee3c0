#!/usr/bin/env node
/** `lockstep start|stop|info|explain|list|monitor`: the API from a shell. `lockstep check`: what is wrong with a stream. */
import { Command, InvalidArgumentError } from 'commander';
import { ApiClient, Refusal, type StreamInfo } from './cli/api-client.js';
import { check } from './cli/check.js';
import { explanationLines } from './cli/explain.js';
import { describe, monitor } from './cli/monitor.js';

const DEFAULT_QUALITIES = ['1080p', '720p', '480p', '360p'];

const program = new Command('lockstep')
  .description('Start, watch and stop live streams')
  .option('-s, --server <url>', 'address of the server', process.env.LOCKSTEP_URL ?? 'http://localhost:8083')
  .option('--json', 'print what the server answers, as JSON')
  .showHelpAfterError();

const client = (): ApiClient => new ApiClient(program.opts<{ server: string }>().server);

program
  .command('start')
  .description('start a stream')
  .argument('<id>', 'letters, digits, - and _')
  .argument('<url>', 'rtmp://, rtsp://, srt://, http(s)://, udp://, tcp://, file:// or test:')
  .option('-q, --qualities <names>', 'rungs, separated by commas', (names) => names.split(','), DEFAULT_QUALITIES)
  .option('--no-hls', 'no HLS')
  .option('--no-dash', 'no DASH')
  .option('--no-low-latency', 'plain HLS and DASH')
  .option('--keep', 'never stop it for want of heartbeats')
  .action(async (id: string, url: string, options: StartOptions) => {
    const info = await client().start({
      ...{ stream_id: id, source_url: url, qualities: options.qualities },
      ...{ enable_hls: options.hls, enable_dash: options.dash },
      ...(options.lowLatency ? {} : { low_latency: false }),
      ...(options.keep && { stale_after: null }),
    });
    print(info, () => [`started ${info.stream_id}`, ...lines(info)]);
  });

program
  .command('stop')
  .description('stop a stream')
  .argument('<id>')
  .action(async (id: string) => {
    const answer = await client().stop(id);
    print(answer, () => [`stopped ${id}`]);
  });

program
  .command('info')
  .description('show one stream')
  .argument('<id>')
  .action(async (id: string) => {
    const info = await client().info(id);
    print(info, () => [info.stream_id, ...lines(info)]);
  });

program
  .command('explain')
  .description('say in words how a stream fares, why, and what to do')
  .argument('<id>')
  .action(async (id: string) => {
    const explanation = await client().explain(id);
    print(explanation, () => explanationLines(explanation, process.stdout.columns));
  });

program
  .command('list')
  .description('show all streams')
  .action(async () => {
    const streams = await client().list();
    print(streams, () =>
      streams.length > 0 ? streams.map((info) => `${info.stream_id}  ${describe(info)}`) : ['no streams'],
    );
  });

program
  .command('monitor')
  .description('keep a stream alive and show how it fares')
  .argument('<id>')
  .argument('[seconds]', 'how long', wholeSeconds, 60)
  .action(async (id: string, seconds: number) => {
    process.exitCode = await monitor(client(), id, seconds);
  });

program
  .command('check')
  .description('watch any HLS or DASH stream and say what is wrong with it (exit code 0 clean, 1 warnings, 2 errors)')
  .argument('<url>', 'of a multivariant or media playlist, or of an MPD')
  .option('--seconds <n>', 'how long to watch', wholeSeconds, 30)
  .option('--media <how many>', 'media objects to fetch, per rendition: all, none or a number', mediaObjects, 'all')
  .action(async (url: string, { seconds, media }: { seconds: number; media: 'all' | 'none' | number }) => {
    const { json = false } = program.opts<{ json?: boolean }>();
    process.exitCode = await check(url, { seconds, media, json });
  });

interface StartOptions {
  readonly qualities: readonly string[];
  readonly hls: boolean;
  readonly dash: boolean;
  readonly lowLatency: boolean;
  readonly keep?: boolean;
}

function print(answer: unknown, words: () => readonly string[]): void {
  console.log(program.opts<{ json?: boolean }>().json ? JSON.stringify(answer, null, 2) : words().join('\n'));
}

function lines(info: StreamInfo): string[] {
  return [
    `  status     ${describe(info)}`,
    `  source     ${info.source ?? 'not known yet'}`,
    `  qualities  ${info.qualities.join(', ')}${info.left_out.length > 0 ? ` (left out: ${info.left_out.join(', ')})` : ''}`,
    ...(info.hls_url ? [`  HLS        ${info.hls_url}`] : []),
    ...(info.dash_url ? [`  DASH       ${info.dash_url}`] : []),
  ];
}

function wholeSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1) throw new InvalidArgumentError('whole seconds, at least 1');
  return seconds;
}

function mediaObjects(text: string): 'all' | 'none' | number {
  if (text === 'all' || text === 'none') return text;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('all, none or a whole number');
  return count;
}

await program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Refusal ? error.message : error);
  process.exitCode = 1;
});
