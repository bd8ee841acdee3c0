/** Hears nginx's viewer log: one small datagram (syslog) for each request that is counted. */
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { createSocket, type Socket } from 'node:dgram';
import type { Logger } from 'pino';
import { LOGGER } from '../platform/logging/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { NginxShare } from './nginx-share.js';
import { parseViewerLine } from './viewer-line.js';
import { ViewersService } from './viewers.service.js';

/** Room for a burst: ten thousand viewers who ask in the same instant. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

@Injectable()
export class ViewerLog implements OnApplicationBootstrap, OnModuleDestroy {
  private socket: Socket | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(ViewersService) private readonly viewers: ViewersService,
    @Inject(NginxShare) private readonly share: NginxShare,
  ) {}

  /** Without its port viewers are not counted; that is no reason for streams not to run. */
  async onApplicationBootstrap(): Promise<void> {
    const { viewerLogPort: port, viewerLogHost: address } = this.settings;
    if (port === undefined) return;
    const socket = createSocket({
      type: address.includes(':') ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    this.socket = socket;
    await new Promise<void>((resolve) => {
      socket.on('error', (error) => {
        this.log.error(
          { address, port, err: error },
          'the viewer log cannot be heard (VIEWER_LOG_PORT): viewers are not counted',
        );
        resolve();
      });
      socket.on('message', (datagram) => this.take(datagram.toString('latin1')));
      socket.bind({ port, address }, resolve);
    });
    socket.unref();
  }

  onModuleDestroy(): void {
    this.socket?.removeAllListeners('error');
    this.socket?.close();
    this.socket = undefined;
  }

  private take(datagram: string): void {
    const line = parseViewerLine(datagram);
    if (!line) return this.share.countLine('unreadable');
    const { address: client, target: address, userAgent, cmcd: cmcdHeaders, status } = line;
    const target = this.viewers.take({ address, client, userAgent, cmcdHeaders, status });
    this.share.countLine(target ? 'counted' : 'other');
    if (target) this.share.countAnswer(target.kind, line);
  }
}
