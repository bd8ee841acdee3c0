/** Verbs about webhooks: what was sent to whom, and once more. */
import type { Command } from 'commander';
import { count } from '../arguments.js';
import type { Session } from '../session.js';
import { moment, table } from '../style.js';

interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly stream_id: string;
  /** Scheme and host. */
  readonly url: string;
  readonly status: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly last_error: string | null;
}

interface Page {
  readonly deliveries: readonly Delivery[];
  readonly next_cursor: string | null;
}

/** The most that the API gives at once. */
const PAGE = 200;

interface ListOptions {
  readonly status?: string;
  readonly stream?: string;
  readonly limit: number;
}

export function addWebhookVerbs(program: Command, session: Session): void {
  const webhooks = program.command('webhooks').description('what was sent to webhooks, and once more');
  webhooks
    .command('list')
    .description('show deliveries, the newest first')
    .option('--status <status>', 'only those that are pending, delivered, failed, gone or dropped')
    .option('--stream <id>', 'only those about this stream')
    .option('--limit <n>', 'so many at most', count, 50)
    .action(async ({ status, stream, limit }: ListOptions) => {
      const deliveries: Delivery[] = [];
      for (let cursor: string | null | undefined; cursor !== null && deliveries.length < limit;) {
        const query = { status, stream_id: stream, limit: Math.min(limit - deliveries.length, PAGE), cursor };
        const page: Page = await session.api.ask<Page>('GET /webhooks/deliveries', { query });
        deliveries.push(...page.deliveries);
        cursor = page.next_cursor;
      }
      session.show(deliveries, deliveryTable);
    });
  webhooks
    .command('show')
    .description('show one delivery with what was sent and what came back')
    .argument('<delivery>')
    .action(async (id: string) => {
      const delivery = await session.api.ask<Delivery>('GET /webhooks/deliveries/{id}', { path: { id } });
      // There is no shorter way to say it than as it is.
      session.show(delivery, () => [JSON.stringify(delivery, null, 2)]);
    });
  webhooks
    .command('redeliver')
    .description('send a delivery once more')
    .argument('<delivery>')
    .action(async (id: string) => {
      const delivery = await session.api.ask<Delivery>('POST /webhooks/deliveries/{id}/redeliver', { path: { id } });
      session.show(delivery, () => [`${id} is sent once more`]);
    });
}

function deliveryTable(deliveries: readonly Delivery[]): string[] {
  if (deliveries.length === 0) return ['no deliveries'];
  return table(
    ['ID', 'STATUS', 'EVENT', 'STREAM', 'TRIES', 'MADE (UTC)', 'TO', 'LAST ERROR'],
    deliveries.map(({ id, status, type, stream_id, attempts, created_at, url, last_error }) => [
      ...[id, status, type.replace(/^stream\./, ''), stream_id, `${attempts}`, moment(created_at), url],
      last_error ?? '',
    ]),
  );
}
