/** An ffmpeg that is a shell script: it names a version, and claims what each run of a calibration has cost. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PretendFfmpeg {
  readonly path: string;
  /** Argument lists of the calibration runs so far. */
  runs(): Promise<readonly string[]>;
  /** From now on runs of a calibration wait for `open`. */
  hold(): Promise<void>;
  open(): Promise<void>;
  /** From now on they fail. */
  fail(): Promise<void>;
}

/** Writes it into `folder`. As it claims, 720p costs 10 ms a frame to encode, 240p 2 ms, and 720p 3.3 ms to decode. */
export async function pretendFfmpeg(folder: string): Promise<PretendFfmpeg> {
  const path = join(folder, 'ffmpeg');
  const [runs, gate] = [join(folder, 'runs'), join(folder, 'gate')];
  await writeFile(gate, 'open');
  await writeFile(
    path,
    `#!/bin/sh
case "$1" in -version) echo 'ffmpeg version 6.1 Copyright (c) the FFmpeg developers'; exit;; esac
echo "$*" >> '${runs}'
while grep -q held '${gate}'; do sleep 0.02; done
grep -q failing '${gate}' && { echo 'Cannot allocate memory' >&2; exit 1; }
case "$*" in
  *testsrc2*426x240*) head -c 1840320 /dev/zero;;
  *testsrc2*1280x720*) head -c 16588800 /dev/zero;;
  *) cat > /dev/null;;
esac
case "$*" in
  *426x240*libx264*) utime=0.240;;
  *1280x720*libx264*) utime=0.600;;
  *scale=426:240*) utime=0.300;;
  *scale=1280:720*) utime=0.200;;
  *aac*) utime=0.160;;
  *) utime=0.050;;
esac
echo "bench: utime=$utime"s stime=0.000s rtime=9.000s >&2
`,
    { mode: 0o755 },
  );
  return {
    path,
    runs: async () => (await readFile(runs, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    hold: () => writeFile(gate, 'held'),
    open: () => writeFile(gate, 'open'),
    fail: () => writeFile(gate, 'failing'),
  };
}
