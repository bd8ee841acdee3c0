/** One golden file: what is told and asked for as JSON, a ruler, and the whole text that is printed. */
import { z } from 'zod';

const RULER = '-----\n';

/** The options of `aPresentation`. Strict, so that a misspelt one is not a case that passes for another reason. */
const Presentation = z
  .strictObject({
    fps: z.string(),
    segmentSeconds: z.number(),
    partSeconds: z.number(),
    renditions: z.array(z.string()),
    firstSegment: z.int(),
    segments: z.int(),
    parts: z.int(),
    windowSegments: z.int(),
    lowLatency: z.boolean(),
    format: z.enum(['fmp4', 'mpegts']),
    ended: z.boolean(),
    gaps: z.array(z.int()),
    newInitAt: z.array(z.int()),
  })
  .partial();

const GoldenInput = z.strictObject({
  /** The title: what a player can see in the output. */
  about: z.string(),
  /** What is asked for, as a player would: `720p/playlist.m3u8?_HLS_skip=YES`, `manifest.mpd`. */
  print: z.string(),
  presentation: Presentation,
  /** What happens after that, event by event: see `happen`. */
  then: z.array(z.string()).optional(),
});

export type GoldenInput = z.infer<typeof GoldenInput>;

export interface GoldenCase {
  readonly input: GoldenInput;
  /** Empty in a case that has never been printed. */
  readonly output: string;
}

/** Reads a golden file. Throws where the input is not JSON or says what no case can say. */
export function readCase(text: string): GoldenCase {
  const ruler = text.indexOf(`\n${RULER}`);
  const [told, output] = ruler < 0 ? [text, ''] : [text.slice(0, ruler), text.slice(ruler + 1 + RULER.length)];
  return { input: GoldenInput.parse(JSON.parse(told)), output };
}

/** The same file with another output; the input stays as it was typed. */
export function withOutput(text: string, output: string): string {
  const told = text.split(`\n${RULER}`)[0]!.trimEnd();
  return `${told}\n${RULER}${output}`;
}
