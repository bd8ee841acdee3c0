/** A live source of its own: encoders one after the other, paced at real time, one media time through all of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { Pace } from './pace.js';
import type { Picture } from './picture.js';
import { Take, type Unit } from './take.js';

/** Gets what the camera films the moment it is due. `takeTicks`: where in its media the encoder began. */
export type Film = (packets: readonly Buffer[], takeTicks: number) => void;

/** An encoder that cannot be started is not tried at once again. */
const RETRY_MS = 500;

interface RunningTake {
  readonly take: Take;
  readonly units: AsyncGenerator<Unit, void, undefined>;
  /** Its first unit: until it is there, the take before goes on. Undefined when it gave none. */
  readonly first: Promise<Unit | undefined>;
  ready: boolean;
}

export class Camera {
  /** How far its media has come. */
  mediaTicks = 0;
  private readonly leaving = new AbortController();
  private current: RunningTake;
  private coming: RunningTake | undefined;
  private takes = 0;
  /** Where in the camera's media the current take began. */
  private takeTicks = 0;
  private pace: Pace | undefined;
  private driftPpm = 0;
  private readonly ended: Promise<void>;

  constructor(
    private picture: Picture,
    private readonly film: Film,
  ) {
    this.current = this.start();
    this.ended = this.run();
  }

  /** The next encoder is started; the cut comes when its first frame is there, without a hole in the media. */
  change(picture: Picture): void {
    this.picture = picture;
    void this.coming?.take.stop();
    this.coming = this.start();
  }

  setDrift(ppm: number): void {
    this.driftPpm = ppm;
    this.pace?.setDrift(ppm, performance.now());
  }

  /** Resolves when its encoders are gone. */
  async stop(): Promise<void> {
    this.leaving.abort();
    await Promise.all([this.current.take.stop(), this.coming?.take.stop(), this.ended]);
  }

  private start(): RunningTake {
    const take = new Take(this.picture, this.takes);
    this.takes += 1;
    const units = take.units();
    const running: RunningTake = { take, units, first: nextOf(units), ready: false };
    void running.first.then((unit) => (running.ready = unit !== undefined));
    return running;
  }

  private async run(): Promise<void> {
    let next = this.current.first;
    while (!this.leaving.signal.aborted) {
      const unit = await next;
      if (unit) await this.filmWhenDue(unit);
      else await this.replaceLost();
      if (this.coming?.ready) next = this.cut();
      else next = nextOf(this.current.units);
    }
  }

  private async filmWhenDue(unit: Unit): Promise<void> {
    const ticks = this.takeTicks + unit.ticks;
    this.pace ??= this.paceFrom(ticks);
    const waitMs = this.pace.dueMs(ticks) - performance.now();
    if (waitMs > 0) await pause(waitMs, undefined, { signal: this.leaving.signal }).catch(() => undefined);
    if (this.leaving.signal.aborted) return;
    this.mediaTicks = ticks;
    this.film(unit.packets, this.takeTicks);
  }

  private paceFrom(ticks: number): Pace {
    const pace = new Pace(performance.now(), ticks);
    pace.setDrift(this.driftPpm, performance.now());
    return pace;
  }

  /** Media goes on where the take before ended, or where the clock is by now. Gives the first unit. */
  private cut(): RunningTake['first'] {
    void this.current.take.stop();
    const endTicks = this.takeTicks + this.current.take.endTicks;
    this.takeTicks = Math.round(Math.max(endTicks, this.pace?.ticksAt(performance.now()) ?? 0));
    this.current = this.coming!;
    this.coming = undefined;
    return this.current.first;
  }

  /** The encoder ended by itself: another one takes over, if it can be started. */
  private async replaceLost(): Promise<void> {
    if (!this.coming) {
      await pause(RETRY_MS, undefined, { signal: this.leaving.signal }).catch(() => undefined);
      if (this.leaving.signal.aborted) return;
      this.coming = this.start();
    }
    await this.coming.first;
    if (!this.coming.ready) this.coming = undefined;
  }
}

/** Undefined when there is none any more: the encoder ended, or was ended while it was read. */
const nextOf = (units: RunningTake['units']): Promise<Unit | undefined> =>
  units.next().then(
    ({ value }) => value ?? undefined,
    () => undefined,
  );
