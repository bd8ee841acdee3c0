/** What a browser is told about each kind of page we serve: what it may load, and who may show it in a frame. PURE. */
import type {} from '@fastify/helmet';
import type { FastifyReply } from 'fastify';
import type { Settings } from '../settings/index.js';

export const PAGES = ['console', 'player', 'docs'] as const;
export type Page = (typeof PAGES)[number];
export type PagePolicy = NonNullable<Parameters<FastifyReply['helmet']>[0]>;

/** API answers count as the console: what is no page can do without everything. */
export function pageOf(path: string): Page {
  if (/^\/player(?:[/?]|$)/.test(path)) return 'player';
  return /^\/docs(?:[/?]|$)/.test(path) ? 'docs' : 'console';
}

/**
 * Everything comes from here; media and playlists also from nginx, at whatever name the page was reached by. The player
 * page may stand in anybody's frame: that is what it is for, and it holds no token and can change nothing.
 */
export function policyOf(page: Page, { cdnPort, publicUrl }: Pick<Settings, 'cdnPort' | 'publicUrl'>): PagePolicy {
  const playback = [`http://*:${cdnPort}`, `https://*:${cdnPort}`, ...(publicUrl ? [new URL(publicUrl).origin] : [])];
  const embeddable = page === 'player';
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'base-uri': ["'none'"],
        'object-src': ["'none'"],
        'form-action': ["'self'"],
        // Not `*` for the player: that would leave out pages of a file or an app, which have no origin to match.
        ...(!embeddable && { 'frame-ancestors': ["'none'"] }),
        'connect-src': ["'self'", ...playback],
        'media-src': ["'self'", 'blob:', ...playback],
        'img-src': ["'self'", 'blob:', 'data:'],
        // Players do their demuxing in a worker made of their own text.
        'worker-src': ["'self'", 'blob:'],
        // Swagger UI writes style attributes.
        ...(page === 'docs' && { 'style-src': ["'self'", "'unsafe-inline'"] }),
      },
    },
    xFrameOptions: embeddable ? false : { action: 'deny' },
    crossOriginResourcePolicy: { policy: embeddable ? 'cross-origin' : 'same-origin' },
    referrerPolicy: { policy: 'same-origin' },
    // Whoever puts TLS in front of us knows whether the whole name is to be TLS for a year.
    strictTransportSecurity: false,
    // Without TLS, browsers complain of these two on the page's console instead of heeding them.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    // For browsers that are gone.
    ...{ xDnsPrefetchControl: false, xDownloadOptions: false, xXssProtection: false },
    xPermittedCrossDomainPolicies: false,
  };
}
