/** Verbs about what viewers get: signed links, a look at the picture, and the judge. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { duration, mediaObjects, wholeSeconds } from '../arguments.js';
import { CommandError, EXIT } from '../exit-codes.js';
import type { Session } from '../session.js';
import { moment } from '../style.js';

interface PlaybackLinks {
  readonly hls_url: string | null;
  readonly dash_url: string | null;
  /** Unix seconds; null: this server does not sign, the addresses are the ordinary ones. */
  readonly expires_at: number | null;
}

export function addDeliveryVerbs(program: Command, session: Session): void {
  program
    .command('link')
    .description('make signed playback links of a stream')
    .argument('<id>')
    .option('--expires-in <time>', 'how long they are good: seconds, or 90s, 15m, 2h, 7d', duration)
    .action(async (id: string, { expiresIn }: { expiresIn?: number }) => {
      const body = expiresIn === undefined ? {} : { expires_in: expiresIn };
      const links = await session.api.ask<PlaybackLinks>('POST /streams/{id}/playback-links', { path: { id }, body });
      session.show(links, linkLines);
    });
  program
    .command('thumbnail')
    .description('save a picture of the last seconds of a stream, as JPEG')
    .argument('<id>')
    .option('-o, --output <file>', '- for stdout (default: <id>.jpg)')
    .action(async (id: string, { output = `${id}.jpg` }: { output?: string }) => {
      const picture = await session.api.bytes('GET /streams/{id}/thumbnail', { path: { id } });
      if (output === '-') return session.shell.out(picture);
      await writeFile(output, picture).catch((error: unknown) => {
        throw new CommandError(EXIT.usage, `the picture cannot be saved: ${(error as Error).message}`);
      });
      session.show({ file: output, bytes: picture.length }, () => [`saved ${output}`]);
    });
  program
    .command('check')
    .description('watch any HLS or DASH stream and say what is wrong with it (exit code 0 clean, 1 warnings, 2 errors)')
    .argument('<url>', 'of a multivariant or media playlist, or of an MPD')
    .option('--seconds <n>', 'how long to watch', wholeSeconds, 30)
    .option('--media <how many>', 'media objects to fetch, per rendition: all, none or a number', mediaObjects, 'all')
    .action(async (url: string, { seconds, media }: { seconds: number; media: 'all' | 'none' | number }) => {
      // The judge and its parsers are large, and no other verb needs them.
      const { check } = await import('../check.js');
      session.exitCode = await check(url, { seconds, media, json: session.json });
    });
}

function linkLines({ hls_url, dash_url, expires_at }: PlaybackLinks): string[] {
  return [
    ...(hls_url ? [`HLS   ${hls_url}`] : []),
    ...(dash_url ? [`DASH  ${dash_url}`] : []),
    expires_at === null ? 'not signed: PLAYBACK_SECRET is not set' : `good until ${moment(expires_at)} UTC`,
  ];
}
