/** Lets viewers past the framework's playback routes: with a good link, or where none is needed. */
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PlaybackLinks } from './playback-links.js';

@Injectable()
export class SignedPlayback implements CanActivate {
  constructor(@Inject(PlaybackLinks) private readonly links: PlaybackLinks) {}

  canActivate(context: ExecutionContext): boolean {
    this.links.check(context.switchToHttp().getRequest<FastifyRequest>().raw);
    return true;
  }
}
