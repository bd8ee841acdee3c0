/**
 * Media that nginx asks for because it is not on disk yet. It is held, and then nginx is told to send the file itself:
 * a new part has as many takers as the stream has viewers, and none of its bytes pass through here.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FrontDoorDesk } from './front-door-desk.js';
import { MediaLookup, mediaType, type AskedMedia } from './media-lookup.js';
import { WakeLatency } from './wake-latency.js';

const URL_OF_MEDIA = /^\/streams\/([^/?]+)\/([^/?]+)\/([^/?]+\.(?:m4s|mp4|ts))$/;

@Injectable()
export class HandedBackMedia implements FrontDoorDesk {
  readonly route = '/streams/:id/:rendition/:file';

  constructor(
    @Inject(MediaLookup) private readonly lookup: MediaLookup,
    @Inject(WakeLatency) private readonly latency: WakeLatency,
  ) {}

  take(request: IncomingMessage, response: ServerResponse): (() => Promise<void>) | undefined {
    if (request.headers['x-accel-capable'] !== '1') return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const match = URL_OF_MEDIA.exec(request.url ?? '');
    if (!match) return undefined;
    const asked = { id: match[1]!, rendition: match[2]!, file: match[3]! };
    // A segment in progress is sent from here, part by part: that is the framework's.
    if (this.lookup.isInProgress(asked)) return undefined;
    return () => this.answer(asked, response);
  }

  private async answer(asked: AskedMedia, response: ServerResponse): Promise<void> {
    const found = this.lookup.find(asked);
    if (found.kind === 'held') await found.there(response);
    // nginx puts its own cache headers on the file it is handed back.
    const { id, rendition, file } = asked;
    const headers = { 'x-accel-redirect': `/_media/${id}/${rendition}/${file}`, 'content-type': mediaType(asked) };
    response.writeHead(200, { ...headers, 'content-length': 0 }).end();
    if (found.kind === 'held') this.latency.answered('file', found.presentation);
  }
}
