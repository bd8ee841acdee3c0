/** What stands at the front door. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers some of the requests without the framework. */
export interface FrontDoorDesk {
  /** The pattern its requests are counted under. */
  readonly route: string;
  /** What to do about a request; undefined where it is not for this desk. A rejection becomes the answer. */
  take(request: IncomingMessage, response: ServerResponse): (() => Promise<void>) | undefined;
}
