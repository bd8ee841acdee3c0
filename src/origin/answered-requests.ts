/** Tells of every playback request that this server has answered itself, for whoever counts viewers. */
import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';

export type AnsweredListener = (request: IncomingMessage, status: number) => void;

@Injectable()
export class AnsweredRequests {
  private listener: AnsweredListener | undefined;

  /** One listens, or nobody: it is called for each of thousands of answers a second. */
  listen(listener: AnsweredListener): void {
    this.listener = listener;
  }

  tell(request: IncomingMessage, status: number): void {
    this.listener?.(request, status);
  }
}
