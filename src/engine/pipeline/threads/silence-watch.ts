/** Notices a thread that says nothing any more. */

export interface SilenceLimits {
  /** From a thread's start to its first message. */
  readonly bornWithinMs: number;
  /** Between two messages: it says once a second that it is alive. */
  readonly silentMs: number;
}

export class SilenceWatch {
  private hasSpoken = false;
  private heardAt = performance.now();
  private lookedAt = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly limits: SilenceLimits,
    private readonly onSilence: (why: Error) => void,
  ) {
    this.timer = setInterval(() => this.look(), limits.silentMs / 10);
    this.timer.unref();
  }

  heard(): void {
    this.hasSpoken = true;
    this.heardAt = performance.now();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = performance.now();
    const weSleptMs = now - this.lookedAt;
    this.lookedAt = now;
    const { bornWithinMs, silentMs } = this.limits;
    const limit = this.hasSpoken ? silentMs : bornWithinMs;
    // If the main thread itself did not run, what was said meanwhile is still unread.
    if (weSleptMs > silentMs / 2) this.heardAt = now;
    else if (now - this.heardAt > limit) this.onSilence(new Error(`the thread said nothing for ${limit / 1000} s`));
  }
}
