/** A TCP server: every reader gets what is sent from the moment it connects. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MOST_BYTES_WAITING, type Outlet } from './outlet.js';

const LOOPBACK = '127.0.0.1';
/** The port may still be taken when the source comes back. */
const RETRY_MS = 100;

export class Listener implements Outlet {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private retry: NodeJS.Timeout | undefined;

  private constructor(
    private readonly port: number,
    server: Server,
    private readonly greeting: () => readonly Buffer[],
  ) {
    this.server = server;
    server.on('connection', (socket) => this.welcome(socket));
  }

  /** Port 0: a free one. `greeting` is what each reader gets at once. Rejects when the port is taken. */
  static async open(port: number, greeting: () => readonly Buffer[]): Promise<Listener> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, LOOPBACK, resolve);
    });
    return new Listener((server.address() as AddressInfo).port, server, greeting);
  }

  get url(): string {
    return `tcp://${LOOPBACK}:${this.port}`;
  }

  get connections(): number {
    return this.sockets.size;
  }

  write(bytes: Buffer): void {
    for (const socket of this.sockets)
      if (socket.writableLength > MOST_BYTES_WAITING) socket.destroy();
      else socket.write(bytes);
  }

  refuse(): void {
    clearTimeout(this.retry);
    this.server?.close();
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  accept(): void {
    if (this.server) return;
    const server = createServer((socket) => this.welcome(socket));
    this.server = server;
    server.once('error', () => {
      if (this.server !== server) return;
      this.server = undefined;
      this.retry = setTimeout(() => this.accept(), RETRY_MS);
    });
    server.listen(this.port, LOOPBACK);
  }

  async stop(): Promise<void> {
    const { server } = this;
    const closed = new Promise<void>((resolve) => (server?.listening ? server.once('close', resolve) : resolve()));
    this.refuse();
    await closed;
  }

  private welcome(socket: Socket): void {
    // A reader that left is told by 'close'.
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
    socket.setNoDelay(true).resume();
    for (const bytes of this.greeting()) socket.write(bytes);
    this.sockets.add(socket);
  }
}
