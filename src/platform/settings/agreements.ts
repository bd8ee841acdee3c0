/** What must hold between settings that are each fine alone. PURE. */
import { BlockList, isIP } from 'node:net';
import type { SettingName, Settings } from './setting-table.js';

export interface Agreement {
  /** Those it is between; told with their values when it does not hold. */
  readonly names: readonly SettingName[];
  readonly holds: (settings: Settings) => boolean;
  readonly must: string;
  readonly fix: string;
}

export const AGREEMENTS: readonly Agreement[] = [
  {
    names: ['PART_DURATION', 'SEGMENT_DURATION'],
    holds: ({ partDuration, segmentDuration }) => partDuration <= segmentDuration,
    must: 'a part must not be longer than a segment',
    fix: 'Lower PART_DURATION or raise SEGMENT_DURATION.',
  },
  {
    names: ['API_PORT', 'CDN_PORT'],
    holds: ({ apiPort, cdnPort }) => apiPort !== cdnPort,
    must: 'the API and nginx cannot share a port',
    fix: 'Give one of them another port.',
  },
  {
    names: ['API_HOST', 'API_TOKENS'],
    holds: ({ apiHost, apiTokens, apiOpen }) => isLoopback(apiHost) || apiTokens !== undefined || apiOpen,
    must: 'whoever reaches that address could start and stop streams',
    fix: 'Set API_TOKENS (lockstep token new makes one), or set API_HOST to 127.0.0.1, or set API_OPEN=true if everybody there may do everything.',
  },
  {
    names: ['WEBHOOK_URLS', 'WEBHOOK_SECRET'],
    holds: ({ webhookUrls, webhookSecret }) => webhookUrls === undefined || webhookSecret !== undefined,
    must: 'webhooks are always signed',
    fix: 'Set WEBHOOK_SECRET (echo "whsec_$(openssl rand -base64 32)" makes one), and give it to the receivers.',
  },
];

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Can only this machine reach it? Of names only localhost is sure to mean that. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
