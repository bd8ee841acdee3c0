/** Bounds how many costly answers are worked on at once: those that start programs or measure. */
import {
  Inject,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';
import { Problem } from '../../engine/problem.js';
import { SETTINGS, type Settings } from '../settings/index.js';

/** One of these is done again soon. */
const RETRY_AFTER_SECONDS = 1;

/** The places at which costly answers are made; one for the whole process. */
@Injectable()
export class WorkPlaces {
  private taken = 0;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** Takes a place; gives what leaves it again, or `undefined` when all are taken. */
  take(): (() => void) | undefined {
    if (this.taken >= this.settings.costlyRequests) return undefined;
    this.taken += 1;
    return () => (this.taken -= 1);
  }
}

@Injectable()
class CostlyInterceptor implements NestInterceptor {
  constructor(
    @Inject(WorkPlaces) private readonly places: WorkPlaces,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    const leave = this.places.take();
    if (leave) return next.handle().pipe(finalize(leave));
    const limit = this.settings.costlyRequests;
    const detail = `${limit} requests of this kind are being worked on (COSTLY_REQUESTS); this one was not begun.`;
    throw new Problem('too-many-requests', { limit, retryAfterSeconds: RETRY_AFTER_SECONDS }, { detail });
  }
}

/** This route starts a program or measures: only so many of them at once, over all such routes. */
export const Costly = (): MethodDecorator => UseInterceptors(CostlyInterceptor);
