/** The last seconds of what went out, for whoever connects. PURE: time is an argument. */
export class Backlog {
  /** How much is kept, in milliseconds; 0: nothing. */
  keepsMs = 0;
  private readonly kept: { readonly atMs: number; readonly bytes: Buffer }[] = [];

  add(bytes: Buffer, nowMs: number): void {
    this.kept.push({ atMs: nowMs, bytes });
    this.forgetBefore(nowMs - this.keepsMs);
  }

  /** Oldest first. */
  at(nowMs: number): Buffer[] {
    this.forgetBefore(nowMs - this.keepsMs);
    return this.kept.map(({ bytes }) => bytes);
  }

  private forgetBefore(atMs: number): void {
    const first = this.kept.findIndex((piece) => piece.atMs > atMs);
    this.kept.splice(0, first < 0 ? this.kept.length : first);
  }
}
