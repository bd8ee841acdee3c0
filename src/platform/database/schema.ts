/** The tables, as kysely types. */
export interface StreamsTable {
  id: string;
  /** JSON of the stream's spec. */
  spec: string;
  /** 1: should be running; 0: is over. */
  wanted: number;
  /** Unix ms. */
  created_at: number;
  updated_at: number;
  ended_at: number | null;
  end_reason: string | null;
}

/** What has to be told to others, and what became of it. */
export interface WebhookDeliveriesTable {
  /** Sent as webhook-id. */
  id: string;
  endpoint: string;
  url: string;
  /** What it is signed with; null: the server's own. */
  secret: string | null;
  /** 1: the operator named the address, whatever it is. */
  trusted: number;
  type: string;
  /** What it is about: a stream. */
  subject: string;
  body: string;
  status: WebhookStatus;
  /** Attempts of this series. */
  attempts: number;
  /** Unix ms. */
  created_at: number;
  next_attempt_at: number | null;
  last_attempt_at: number | null;
  settled_at: number | null;
  last_status_code: number | null;
  last_error: string | null;
}

export const WEBHOOK_STATUSES = ['pending', 'delivered', 'failed', 'gone', 'dropped'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** Endpoints that answered 410. */
export interface WebhookEndpointsGoneTable {
  endpoint: string;
  /** Unix ms. */
  since: number;
}

export interface Database {
  streams: StreamsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  webhook_endpoints_gone: WebhookEndpointsGoneTable;
}
