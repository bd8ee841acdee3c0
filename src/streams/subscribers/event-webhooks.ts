/** Tells events to webhooks: those of the operator, and those the stream brought along. */
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../platform/settings/index.js';
import { Webhooks, type WebhookEndpoint } from '../../platform/webhooks/index.js';
import { StreamEvents, type StreamEvent } from '../events/index.js';
import { StreamsService } from '../streams.service.js';

@Injectable()
export class EventWebhooks implements OnModuleInit, OnModuleDestroy {
  private stopListening: (() => void) | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(StreamEvents) private readonly events: StreamEvents,
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(Webhooks) private readonly webhooks: Webhooks,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.events.listen((event) => this.tell(event));
  }

  onModuleDestroy(): void {
    this.stopListening?.();
  }

  private tell(event: StreamEvent): void {
    const { id, type, data } = event;
    const endpoints = [...this.ofServer(event), ...this.ofStream(event)];
    if (endpoints.length === 0) return;
    void this.webhooks.put({ id, type, subject: data.stream_id, body: JSON.stringify(event) }, endpoints);
  }

  private ofServer({ type }: StreamEvent): WebhookEndpoint[] {
    const { webhookUrls, webhookEvents } = this.settings;
    if (!webhookEvents.includes(type)) return [];
    return [...new Set(webhookUrls)].map((url) => ({ url, trusted: true, owner: 'server' }));
  }

  private ofStream({ type, data }: StreamEvent): WebhookEndpoint[] {
    const spec = this.streams.list().find(({ id }) => id === data.stream_id)?.spec;
    const wishes = spec?.webhooks?.filter(({ events }) => (events ?? this.settings.webhookEvents).includes(type)) ?? [];
    // A stream that is started anew under the same id is another owner: an endpoint that was gone is asked again.
    const owner = spec && `${spec.streamId} ${spec.createdAtMs}`;
    return wishes.map(({ url, secret }) => ({ url, ...(secret && { secret }), trusted: false, owner: owner! }));
  }
}
