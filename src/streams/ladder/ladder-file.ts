/** Reads `config/ladder.yaml` and looks rungs up by name. */
import { parse } from 'yaml';
import { z } from 'zod';
import { Problem } from '../../engine/problem.js';
import { H264_PROFILES, type Rung } from '../../engine/ladder/index.js';

/** A name that is also a folder, a URL segment and a metric label. `audio` is the shared audio rendition's. */
export const RUNG_NAME = /^(?!audio$)[a-z0-9][a-z0-9_-]{0,31}$/;

export const rungSchema = z
  .strictObject({
    name: z.string().regex(RUNG_NAME),
    height: z.int().min(16).max(4320),
    video_kbps: z.int().min(16).max(100_000),
    audio_kbps: z.int().min(32).max(512).default(128),
    profile: z.enum(H264_PROFILES).default('main'),
  })
  .transform(({ name, height, video_kbps, audio_kbps, profile }): Rung => ({
    name,
    height,
    videoKbps: video_kbps,
    audioKbps: audio_kbps,
    profile,
  }));

const fileSchema = z.strictObject({
  rungs: z.array(rungSchema).min(1),
  default: z.array(z.string()).min(1),
});

export interface Ladder {
  readonly rungs: readonly Rung[];
  /** Rung names used when a request names none. */
  readonly defaults: readonly string[];
}

/** Throws `ladder-invalid` naming the file's fault. */
export function parseLadder(text: string, file: string): Ladder {
  const parsed = fileSchema.safeParse(readYaml(text, file));
  if (!parsed.success) throw new Problem('ladder-invalid', { file, errors: [z.prettifyError(parsed.error)] });
  const { rungs, default: defaults } = parsed.data;
  const names = rungs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Problem('ladder-invalid', { file, errors: [`rung ${twice} is there twice`] });
  const unknown = defaults.find((name) => !names.includes(name));
  if (unknown) throw new Problem('ladder-invalid', { file, errors: [`default names the unknown rung ${unknown}`] });
  return { rungs, defaults };
}

function readYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new Problem('ladder-invalid', { file, errors: [String(cause)] }, { cause });
  }
}

/** The rungs of these names, in ladder order. Throws `quality-unknown` with what is allowed. */
export function pickRungs(ladder: Ladder, names: readonly string[]): Rung[] {
  const known = ladder.rungs.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Problem('quality-unknown', { field: 'qualities', unknown, allowed: [...known, 'audio'] });
  return ladder.rungs.filter(({ name }) => names.includes(name));
}
