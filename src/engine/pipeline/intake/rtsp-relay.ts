/**
 * Stands between ffmpeg and an RTSP server, for one connection attempt: it connects to addresses that were checked, and
 * breaks off where the server answers with a redirect. ffmpeg would follow one to any address, and has no option against it.
 *
 * Otherwise nothing is changed on the way. The server reads another host in the URLs than its own, as every camera behind
 * a port forwarding does.
 */
import type { Socket } from 'node:net';
import { Problem } from '../../problem.js';
import { LoopbackServer } from './loopback-server.js';

export interface RtspRelayOptions {
  readonly host: string;
  /** Connects to the server. Rejects with the words for why not. */
  readonly reach: (client: Socket) => Promise<Socket>;
}

export class RtspRelay {
  /** A redirect that was not followed, or an address that was refused; undefined so far. */
  refusal: Problem | undefined;
  /** Why the server was not reached; undefined so far. */
  trouble: unknown;
  private readonly door = new LoopbackServer((client) => void this.serve(client));
  private isTaken = false;

  private constructor(private readonly options: RtspRelayOptions) {}

  /** Listens on a free port of the loopback. Rejects where there is none. */
  static async start(options: RtspRelayOptions): Promise<RtspRelay> {
    const relay = new RtspRelay(options);
    await relay.door.open();
    return relay;
  }

  get port(): number {
    return this.door.port;
  }

  /** Settles when every connection through it is cut. */
  close(): Promise<void> {
    return this.door.close();
  }

  private async serve(client: Socket): Promise<void> {
    // One attempt, one connection: whoever else comes is not ours.
    if (this.isTaken) return void client.destroy();
    this.isTaken = true;
    try {
      const upstream = await this.options.reach(client);
      upstream.once('close', () => client.end());
      this.join(client, upstream);
    } catch (error) {
      if (error instanceof Problem) this.refusal = error;
      this.trouble = error;
      client.destroy();
    }
  }

  /** Answers are looked at until the client says PLAY: it follows no redirect from there on. */
  private join(client: Socket, upstream: Socket): void {
    const watch = new RedirectWatch();
    client.on('data', (bytes) => {
      upstream.write(bytes);
      if (!/^PLAY /m.test(bytes.toString('latin1'))) return;
      client.removeAllListeners('data');
      upstream.removeAllListeners('data');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('data', (bytes) => {
      if (!watch.sees(bytes)) return void client.write(bytes);
      this.refusal = redirected(this.options.host);
      client.destroy();
      upstream.destroy();
    });
  }
}

/** More than the longest line that ffmpeg reads. */
const REMEMBERED = 8 * 1024;
/**
 * A status from 300 to 399, wherever it is: what ffmpeg takes for the beginning of an answer depends on lengths that the
 * server tells. It reads the number as C does, and leaves out carriage returns.
 */
const REDIRECT = /RTSP\/\S*[ \t]+\+?0*3\d\d/;

/** Sees a redirect before its last byte is passed on, however it is cut into pieces. */
export class RedirectWatch {
  private before = '';

  sees(bytes: Buffer): boolean {
    const text = this.before + bytes.toString('latin1').replaceAll('\r', '');
    this.before = text.slice(-REMEMBERED);
    return REDIRECT.test(text);
  }
}

function redirected(host: string): Problem {
  const reason = 'it redirects to another address, which is not followed for RTSP';
  return new Problem(
    'source-address-not-allowed',
    { host, reason, setting: 'SOURCE_ALLOWED_ADDRESSES' },
    { detail: `${host} may not be used: ${reason}. Give the address it redirects to.` },
  );
}
