/** From the camera to whoever reads: timestamps, losses, the path, the connections, and what each word does to them. */
import { Camera } from './camera/camera.js';
import { FIRST_PICTURE, type Picture } from './camera/picture.js';
import type { Outlet } from './outlet/outlet.js';
import type { Backlog } from './path/backlog.js';
import { DelayLine } from './path/delay-line.js';
import type { Random } from './random.js';
import type { LastingName, SpellName, Word } from './script/words.js';
import { Clockwork } from './transport/clockwork.js';

export class SourceLine {
  bytesSent = 0;
  picture: Picture = FIRST_PICTURE;
  private camera: Camera | undefined;
  private readonly clockwork = new Clockwork();
  private readonly path: DelayLine;
  private lossyPercent = 0;
  private driftPpm = 0;
  /** What becomes of media that arrives at this end of the path. */
  private sends: 'media' | 'nothing' | 'garbage' = 'media';

  /** `onMedia` is told when there is something new on the path. */
  constructor(
    private readonly outlet: Outlet,
    private readonly backlog: Backlog,
    private readonly random: Random,
    private readonly onMedia: () => void,
  ) {
    this.path = new DelayLine(random);
  }

  /** When the next delivery is due. */
  get nextAtMs(): number | undefined {
    return this.path.nextAtMs;
  }

  /** From now on it films what it was told to show. */
  begin(): void {
    this.camera = new Camera(this.picture, (packets, takeTicks) => this.film(packets, takeTicks));
    this.camera.setDrift(this.driftPpm);
  }

  /** Sends what has arrived by now. */
  flow(nowMs: number): void {
    for (const bytes of this.path.receive(nowMs)) this.send(bytes, nowMs);
  }

  /** Does one word. */
  obey(word: Word, nowMs: number): void {
    switch (word.kind) {
      case 'spell':
        return this.fallUnder(word.name, nowMs);
      case 'lasting':
        return this.set(word.name, word.amount);
      case 'jump':
        return this.clockwork.jump(word.seconds);
      case 'wrap':
        return this.clockwork.wrapSoon(this.camera?.mediaTicks ?? 0);
      case 'picture':
        this.picture = { ...this.picture, ...word.change };
        return;
      case 'loop':
      case 'end':
        return;
    }
  }

  /** The time of a word is over. */
  heal(nowMs: number): void {
    this.sends = 'media';
    this.path.setSpeed(1, nowMs);
    this.outlet.accept();
  }

  /** Another encoder takes over, with the picture it was told by now. */
  changePicture(): void {
    this.camera?.change(this.picture);
  }

  async stop(): Promise<void> {
    await Promise.all([this.camera?.stop(), this.outlet.stop()]);
  }

  private film(packets: readonly Buffer[], takeTicks: number): void {
    for (const packet of packets) this.clockwork.stamp(packet, takeTicks);
    const kept = packets.filter(() => this.lossyPercent === 0 || this.random() * 100 >= this.lossyPercent);
    this.path.send(Buffer.concat(kept), performance.now());
    this.onMedia();
  }

  private send(bytes: Buffer, nowMs: number): void {
    if (this.sends === 'nothing') return;
    const sent = this.sends === 'garbage' ? garbage(bytes.length, this.random) : bytes;
    this.backlog.add(sent, nowMs);
    this.outlet.write(sent);
    this.bytesSent += sent.length;
  }

  private fallUnder(name: SpellName, nowMs: number): void {
    switch (name) {
      case 'up':
        return;
      case 'drop':
        return this.outlet.refuse();
      case 'stall':
        this.sends = 'nothing';
        return;
      case 'garbage':
        this.sends = 'garbage';
        return;
      case 'freeze':
        return this.path.setSpeed(0, nowMs);
      case 'slow':
        return this.path.setSpeed(0.5, nowMs);
    }
  }

  private set(name: LastingName, amount: number): void {
    switch (name) {
      case 'late':
        this.path.lateMs = amount;
        return;
      case 'jitter':
        this.path.jitterMs = amount;
        return;
      case 'bites':
        this.path.bitesMs = amount;
        return;
      case 'backlog':
        this.backlog.keepsMs = amount * 1000;
        return;
      case 'lossy':
        this.lossyPercent = amount;
        return;
      case 'drift':
        this.driftPpm = amount;
        this.camera?.setDrift(amount);
        return;
    }
  }
}

function garbage(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}
