/** Seconds that a media element can play from where it stands without a gap. */
export function bufferedAhead({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index += 1) {
    // A player may stand a hair before the range it is about to play.
    if (buffered.start(index) - 0.1 <= currentTime && currentTime <= buffered.end(index)) {
      return buffered.end(index) - currentTime;
    }
  }
  return 0;
}
