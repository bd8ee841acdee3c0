/** Tells others by signed HTTP requests, at least once each, whatever happens to them or to this server in between. */
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Clock } from '../../engine/clock.js';
import { Problem } from '../../engine/problem.js';
import { CLOCK } from '../clock.js';
import { DATABASE, type Database } from '../database/index.js';
import { LOGGER } from '../logging/index.js';
import { Schedule } from '../schedule/index.js';
import { SETTINGS, type Settings } from '../settings/index.js';
import { Attempts } from './attempts.js';
import { deliveryId, endpointKey, type WebhookEndpoint, type WebhookMessage } from './endpoint.js';
import { Outbox, type Delivery, type DeliveryFilter, type NewDelivery } from './outbox.js';
import { PatientOutbox } from './patient-outbox.js';
import { WebhookSender } from './sender.js';
import { signedHeaders } from './signature.js';
import { verdictOf } from './verdict.js';
import { WebhookMetrics } from './webhooks.metrics.js';

const LOOK_EVERY_SECONDS = 1;
const TIDY_EVERY_SECONDS = 60;

@Injectable()
export class Webhooks implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly outbox: Outbox;
  private readonly writing: PatientOutbox;
  private readonly attempts = new Attempts(
    (delivery, signal) => this.attempt(delivery, signal),
    () => void this.look(),
  );
  /** Endpoints that want no more. */
  private gone = new Set<string>();
  private looking: Promise<void> | undefined;
  private lookAgain = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(Schedule) private readonly schedule: Schedule,
    @Inject(WebhookSender) private readonly sender: WebhookSender,
    @Inject(WebhookMetrics) private readonly metrics: WebhookMetrics,
    @Inject(DATABASE) database: Kysely<Database>,
  ) {
    this.outbox = new Outbox(database);
    this.writing = new PatientOutbox(this.outbox, log);
    this.metrics.countPending(() => this.outbox.pending());
  }

  async onModuleInit(): Promise<void> {
    this.gone = new Set(await this.outbox.goneEndpoints());
  }

  /** What was left by an earlier life goes on. */
  onApplicationBootstrap(): void {
    this.schedule.every(LOOK_EVERY_SECONDS, 'webhooks', () => this.look());
    this.schedule.every(TIDY_EVERY_SECONDS, 'webhook outbox', () => this.tidy());
    void this.look();
  }

  /** Breaks off what is under way: it stays in the outbox, as if it had not been tried. */
  async onModuleDestroy(): Promise<void> {
    await this.attempts.stop();
    await this.looking;
  }

  /** Writes a message to the outbox, for each of the endpoints, and sends it. Settles when it is on disk; never rejects. */
  async put(message: WebhookMessage, endpoints: readonly WebhookEndpoint[]): Promise<void> {
    const wanted = endpoints.filter((endpoint) => !this.gone.has(endpointKey(endpoint)));
    if (wanted.length === 0) return;
    await this.writing.add(wanted.map((endpoint) => newDelivery(message, endpoint, this.clock.now())));
    await this.look();
  }

  /** Newest first. */
  list(filter: DeliveryFilter): Promise<Delivery[]> {
    return this.outbox.list(filter);
  }

  /** Throws `webhook-delivery-not-found`. */
  async get(id: string): Promise<Delivery> {
    const delivery = await this.outbox.find(id);
    if (!delivery) throw new Problem('webhook-delivery-not-found', { id });
    return delivery;
  }

  /** Sends it again, now and if need be as often as a new one. Throws `webhook-delivery-not-found`. */
  async redeliver(id: string): Promise<Delivery> {
    await this.get(id);
    const next_attempt_at = Math.floor(this.clock.now());
    await this.outbox.update(id, { status: 'pending', attempts: 0, settled_at: null, next_attempt_at });
    const delivery = await this.get(id);
    void this.look();
    return delivery;
  }

  /** Settles when all attempts that are under way are over. */
  async idle(): Promise<void> {
    await this.looking;
    await this.attempts.idle();
  }

  /** Begins every attempt that is due and has a place. Never rejects. */
  private look(): Promise<void> {
    this.lookAgain = true;
    this.looking ??= this.lookUntilDone().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookUntilDone(): Promise<void> {
    try {
      while (this.lookAgain) {
        this.lookAgain = false;
        await this.writing.retry();
        const nowMs = this.clock.now();
        for (const endpoint of await this.outbox.dueEndpoints(nowMs)) {
          const places = this.attempts.placesFor(endpoint);
          if (places === 0) continue;
          const due = await this.outbox.due(endpoint, nowMs, places + this.attempts.underWay(endpoint));
          for (const delivery of due) if (!this.writing.isOverdue(delivery.id)) this.attempts.begin(delivery);
        }
      }
    } catch (error) {
      this.log.error({ err: error }, 'the webhook outbox cannot be read; it is tried again');
    }
  }

  private async attempt(delivery: Delivery, signal: AbortSignal): Promise<boolean> {
    const { id, url, body, secret, trusted, type } = delivery;
    const secrets = secret === null ? (this.settings.webhookSecret ?? []) : [secret];
    const headers = signedHeaders({ id, body, secrets }, this.clock.now());
    const answer = await this.sender.send({ url, body, headers, trusted: trusted === 1 }, signal);
    const { outcome, change, error } = verdictOf(delivery, answer, this.clock.now(), Math.random());
    await this.writing.update(id, change);
    const facts = { webhook: id, type, attempts: change.attempts, error };
    if (outcome === 'failed') this.log.warn(facts, 'webhook given up');
    else if (outcome === 'retried') this.log.info(facts, 'webhook not taken');
    if (outcome === 'gone') await this.disable(delivery);
    else this.metrics.count(outcome);
    if (outcome === 'delivered') await this.enable(delivery);
    return outcome === 'delivered';
  }

  /** What waits for the endpoint is settled with the delivery that was answered so. */
  private async disable({ endpoint, id, type }: Delivery): Promise<void> {
    this.gone.add(endpoint);
    const waiting = await this.outbox.disable(endpoint, this.clock.now()).catch((error: unknown) => {
      this.log.error({ err: error }, 'that a webhook endpoint is gone cannot be written down');
      return 0;
    });
    this.metrics.count('gone', waiting + 1);
    const facts = { webhook: id, type, waiting };
    this.log.warn(facts, 'a webhook endpoint answered 410: nothing more is sent to it until a redelivery succeeds');
  }

  /** A redelivery was taken by an endpoint that wanted no more: it does again. */
  private async enable({ endpoint, id }: Delivery): Promise<void> {
    if (!this.gone.delete(endpoint)) return;
    this.log.info({ webhook: id }, 'a webhook endpoint that was gone takes deliveries again');
    await this.outbox.enable(endpoint).catch((error: unknown) => {
      this.log.error({ err: error }, 'that a webhook endpoint is back cannot be written down');
    });
  }

  private async tidy(): Promise<void> {
    const dropped = await this.outbox.tidy(this.clock.now(), this.settings.webhookRetention);
    this.gone = new Set(await this.outbox.goneEndpoints());
    if (dropped === 0) return;
    this.metrics.count('dropped', dropped);
    this.log.warn({ dropped }, 'too many webhooks were waiting; the oldest are dropped');
  }
}

function newDelivery(message: WebhookMessage, endpoint: WebhookEndpoint, nowMs: number): NewDelivery {
  const key = endpointKey(endpoint);
  const at = Math.floor(nowMs);
  const { type, subject, body } = message;
  return {
    ...{ id: deliveryId(message, key), endpoint: key, url: endpoint.url, secret: endpoint.secret ?? null },
    ...{ trusted: endpoint.trusted ? 1 : 0, type, subject, body },
    ...{ status: 'pending', attempts: 0, created_at: at, next_attempt_at: at },
  };
}
