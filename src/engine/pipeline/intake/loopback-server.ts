/** Where ffmpeg is led for one connection attempt: a free port of the loopback, and every connection cut when it is over. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class LoopbackServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  /** `serve` is called with each client. */
  constructor(serve: (client: Socket) => void) {
    this.server = createServer((client) => serve(this.keep(client)));
  }

  /** Rejects where there is no free port. */
  async open(): Promise<void> {
    this.server.listen({ host: '127.0.0.1', port: 0 });
    await once(this.server, 'listening');
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** A connection that is to end with the attempt. */
  keep<S extends Socket>(socket: S): S {
    this.sockets.add(socket);
    // A connection that breaks is closed next: there is nobody else to tell.
    socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
    return socket;
  }

  /** Settles when every connection is cut. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
