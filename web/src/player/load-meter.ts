/** Bit rate of media as it was loaded: bytes over the media time they carry. PURE. */

/** Long enough that the large key frame at the head of a segment does not show as a spike. */
const REMEMBERED_SECONDS = 4;

export class LoadMeter {
  private loads: { readonly bytes: number; readonly seconds: number }[] = [];

  /** One file, or one part of it. What says nothing about a rate (an init segment) is left out. */
  note(bytes: number, seconds: number): void {
    if (!(bytes > 0 && seconds > 0)) return;
    this.loads.push({ bytes, seconds });
    while (this.loads.length > 1 && this.seconds - this.loads[0]!.seconds >= REMEMBERED_SECONDS) this.loads.shift();
  }

  /** Undefined before the first load. */
  get bps(): number | undefined {
    if (this.loads.length === 0) return undefined;
    return (this.loads.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / this.seconds;
  }

  private get seconds(): number {
    return this.loads.reduce((sum, { seconds }) => sum + seconds, 0);
  }
}
