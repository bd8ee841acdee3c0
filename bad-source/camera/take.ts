/** One encoder of a camera, from its start to its end: media by the moment at which it is due. */
import { FfmpegProcess, type ChildExit } from '../../src/engine/ffmpeg/index.js';
import { PacketCutter } from '../transport/packet.js';
import { cameraArguments, type Picture } from './picture.js';
import { TakeTimes } from './take-times.js';

/** Whole transport packets that are due together. */
export interface Unit {
  /** Since the encoder began. */
  readonly ticks: number;
  readonly packets: readonly Buffer[];
}

export class Take {
  private readonly ffmpeg: FfmpegProcess;
  private readonly times = new TakeTimes();

  constructor(picture: Picture, number: number) {
    this.ffmpeg = new FfmpegProcess({ program: 'ffmpeg', args: cameraArguments(picture, number) });
  }

  /** In order. The encoder waits while nobody asks. Ends when it ends. */
  async *units(): AsyncGenerator<Unit, void, undefined> {
    const cutter = new PacketCutter();
    let packets: Buffer[] = [];
    for await (const bytes of this.ffmpeg.stdout) {
      for (const packet of cutter.push(bytes as Buffer)) {
        if (packets.length > 0 && this.times.goesOnIn(packet)) {
          yield { ticks: this.times.ticks, packets };
          packets = [];
        }
        this.times.take(packet);
        packets.push(packet);
      }
    }
  }

  /** Where the next encoder's media can begin: behind the last frame of every track. */
  get endTicks(): number {
    return this.times.endTicks;
  }

  /** Whatever it has written and nobody has asked for is forgotten. */
  stop(): Promise<ChildExit> {
    this.ffmpeg.kill();
    this.ffmpeg.stdout.destroy();
    return this.ffmpeg.exited;
  }
}
