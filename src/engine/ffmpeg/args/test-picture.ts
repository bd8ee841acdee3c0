/** The built-in source `test:`: a moving picture with a beep every second, drawn by ffmpeg itself. PURE. */
import { Problem } from '../../problem.js';
import { parseRatio, formatRatio, ratio, type Ratio } from '../../timeline/index.js';
import type { CommandInput } from './command.js';

export interface TestPicture {
  readonly width: number;
  readonly height: number;
  readonly fps: Ratio;
  readonly sound: boolean;
}

/** Reads `test:`, `test:?size=1920x1080&rate=25&sound=off`. Throws `source-url-invalid` naming the parameter. */
export function parseTestPicture(url: string): TestPicture {
  const query = new URLSearchParams(/^test:[^?]*\??(.*)$/i.exec(url)?.[1] ?? '');
  const known = ['size', 'rate', 'sound'];
  const unknown = [...query.keys()].find((name) => !known.includes(name));
  if (unknown) throw invalid(unknown, `one of ${known.join(', ')}`);
  const size = /^(\d{2,4})x(\d{2,4})$/.exec(query.get('size') ?? '1280x720');
  if (!size) throw invalid('size', 'WIDTHxHEIGHT, e.g. 1280x720');
  const [width, height] = [Number(size[1]), Number(size[2])];
  if (Math.min(width, height) < 16 || Math.max(width, height) > 4096) throw invalid('size', 'sides of 16 to 4096');
  const fps = parseRatio(query.get('rate') ?? '30');
  if (!fps || fps.num / fps.den > 120) throw invalid('rate', 'frames per second up to 120, e.g. 25 or 30000/1001');
  const sound = query.get('sound') ?? 'on';
  if (sound !== 'on' && sound !== 'off') throw invalid('sound', 'on or off');
  return { width, height, fps: ratio(fps.num, fps.den), sound: sound === 'on' };
}

/** The inputs for ffmpeg, paced at real time: picture first, then sound. */
export function testPictureInputs(picture: TestPicture): CommandInput[] {
  const { width, height, fps, sound } = picture;
  const paced = ['-re', '-f', 'lavfi'];
  const inputs = [{ options: paced, source: `testsrc2=size=${width}x${height}:rate=${formatRatio(fps)}` }];
  if (sound) inputs.push({ options: paced, source: 'sine=frequency=330:beep_factor=4:sample_rate=48000' });
  return inputs;
}

function invalid(parameter: string, expected: string): Problem {
  return new Problem('source-url-invalid', { field: 'source_url', parameter, expected });
}
