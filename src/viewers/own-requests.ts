/** Counts viewers by what this server answers itself: where no nginx tells of the rest. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { AnsweredRequests } from '../origin/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { isCounted } from './playback-target.js';
import { ViewersService } from './viewers.service.js';

export const CMCD_HEADERS = ['cmcd-session', 'cmcd-request', 'cmcd-status', 'cmcd-object'] as const;

@Injectable()
export class OwnRequests implements OnModuleInit {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(AnsweredRequests) private readonly answered: AnsweredRequests,
    @Inject(ViewersService) private readonly viewers: ViewersService,
  ) {}

  onModuleInit(): void {
    if (this.settings.viewerLogPort !== undefined) return;
    this.answered.listen((request, status) => this.take(request, status));
  }

  private take({ url = '', headers, socket }: IncomingMessage, status: number): void {
    if (!isCounted(url)) return;
    const cmcdHeaders = CMCD_HEADERS.flatMap((name) => headers[name] ?? []).join(',');
    const client = clientOf(socket.remoteAddress ?? '', headers['x-forwarded-for']);
    this.viewers.take({ ...{ address: url, status, cmcdHeaders, client }, userAgent: headers['user-agent'] ?? '' });
  }
}

/** An nginx on this machine says who asked; anybody else could say anything. PURE. */
export function clientOf(peer: string, forwardedFor: string | string[] | undefined): string {
  const isNeighbour = peer === '127.0.0.1' || peer === '::1' || peer === '::ffff:127.0.0.1';
  if (!isNeighbour || forwardedFor === undefined) return peer;
  return String(forwardedFor).split(',').at(-1)!.trim() || peer;
}
