/** Every operation of the API and the verb that asks for it: what is not here cannot be asked, and a test compares it with the API's own description. */
export const OPERATIONS = {
  'GET /streams': 'list',
  'POST /streams': 'start',
  'GET /streams/{id}': 'info',
  'PATCH /streams/{id}': 'update',
  'DELETE /streams/{id}': 'stop',
  'GET /streams/{id}/explain': 'explain',
  'POST /streams/{id}/source': 'source',
  'POST /streams/{id}/heartbeat': 'heartbeat',
  'GET /streams/events': 'events',
  'GET /streams/{id}/events': 'events',
  'GET /streams/{id}/viewers': 'viewers',
  'GET /viewers': 'viewers',
  'GET /streams/{id}/thumbnail': 'thumbnail',
  'POST /streams/{id}/playback-links': 'link',
  'GET /webhooks/deliveries': 'webhooks list',
  'GET /webhooks/deliveries/{id}': 'webhooks show',
  'POST /webhooks/deliveries/{id}/redeliver': 'webhooks redeliver',
  'GET /ladder': 'ladder',
  'GET /capacity': 'capacity',
  'POST /capacity/calibrate': 'calibrate',
  'GET /health/ready': 'health',
  'GET /log-level': 'log-level',
  'PUT /log-level': 'log-level',
  'GET /whoami': 'whoami',
  'GET /problems': 'problems',
  'GET /problems/{code}': 'problems',
  'GET /metrics': 'metrics',
} as const;

export type Operation = keyof typeof OPERATIONS;

/** Operations no verb asks for, each with the reason. */
export const WITHOUT_A_VERB: Readonly<Record<string, string>> = {
  'GET /health': 'the same as GET /health/ready',
  'GET /health/live': 'for supervisors; `health` says more',
  'GET /time': 'the clock of players',
};

/** What players fetch is no operation of an operator: `check` reads it. */
export const isPlayback = (operation: string): boolean =>
  /^(GET|HEAD) \/streams\/\{[^}]+\}\/(\{[^}]+\}|[^/]+\.(m3u8|mpd))/.test(operation);
