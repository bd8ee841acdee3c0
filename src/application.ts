/** Puts the server together: modules, checks at the door, API description, player page. Does not listen. */
import fastifyStatic from '@fastify/static';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMediaPlaylists, isPlaybackAddress } from './origin/index.js';
import {
  BEARER_SCHEME,
  completeDocument,
  openOperations,
  readJsonOnly,
  requestIdOf,
  setSecurityHeaders,
  validationPipe,
  VERSION,
  type Settings,
} from './platform/index.js';

/** Where `vite build web` leaves the console and the player page; the same from `src/` and from `dist/`. */
const WEB_FILES = fileURLToPath(new URL('../web/dist', import.meta.url));
/** A stream spec is small; anything larger is not one. */
const BODY_LIMIT_BYTES = 64 * 1024;

export function httpAdapter({ requestTimeout, trustedProxies }: Settings): FastifyAdapter {
  const requestTimeoutMs = requestTimeout * 1000;
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: requestIdOf,
    // Only receiving counts, not holding the answer: who sends a request byte by byte is cut off, no player is.
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: requestTimeoutMs / 2, connectionsCheckingInterval: Math.min(5000, requestTimeoutMs / 4) },
    trustProxy: trustedProxies ? [...trustedProxies] : false,
    // Longer than nginx keeps its upstream connections, or nginx would now and then write into a closed one.
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
}

export async function configure(app: NestFastifyApplication, settings: Settings): Promise<void> {
  mkdirSync(settings.outputDir, { recursive: true });
  app.useGlobalPipes(validationPipe());
  const fastify = app.getHttpAdapter().getInstance();
  await setSecurityHeaders(fastify, settings, isPlaybackAddress);
  readJsonOnly(fastify);
  // Media without nginx: the origin sends files by name; nothing is listed, no index, no dotfiles.
  await app.register(fastifyStatic, { root: settings.outputDir, serve: false, dotfiles: 'ignore' });
  if (existsSync(WEB_FILES)) await showPages(app);
  describeApi(app);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
}

/** The console at `/`, and at `/player/` the player page and the scripts of both: what nginx shows viewers, too. */
async function showPages(app: NestFastifyApplication): Promise<void> {
  await app.register(fastifyStatic, { root: join(WEB_FILES, 'player'), prefix: '/player/', decorateReply: false });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/', (_, reply) => reply.sendFile('index.html', WEB_FILES));
}

function describeApi(app: NestFastifyApplication): void {
  const document = apiDocument(app);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', customSiteTitle: 'Lockstep API' });
}

/** The OpenAPI document, as served at `/openapi.json` and printed in docs/api.md; the application may be a preview. */
export function apiDocument(app: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Lockstep')
    .setDescription('Live ABR packaging: Low-Latency HLS and low-latency DASH from one set of CMAF segments.')
    .setVersion(VERSION)
    .setOpenAPIVersion('3.1.0')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'One of the tokens of API_TOKENS.' }, BEARER_SCHEME)
    .build();
  const document = SwaggerModule.createDocument(app, description);
  describeMediaPlaylists(document);
  return completeDocument(document, openOperations(app));
}
