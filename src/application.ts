/** Puts the server together: modules, checks at the door, API description, player page. Does not listen. */
import fastifyStatic from '@fastify/static';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { validationPipe, type Settings } from './platform/index.js';

/** Where `vite build web` leaves the player page; the same from `src/` and from `dist/`. */
const PLAYER_FILES = fileURLToPath(new URL('../web/dist', import.meta.url));
/** A stream spec is small; anything larger is not one. */
const BODY_LIMIT_BYTES = 64 * 1024;

export function httpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    // Longer than nginx keeps its upstream connections, or nginx would now and then write into a closed one.
    keepAliveTimeout: 75_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
}

export async function configure(app: NestFastifyApplication, settings: Settings): Promise<void> {
  mkdirSync(settings.outputDir, { recursive: true });
  app.useGlobalPipes(validationPipe());
  // Media without nginx: the origin sends files by name; nothing is listed, no index, no dotfiles.
  await app.register(fastifyStatic, { root: settings.outputDir, serve: false, dotfiles: 'ignore' });
  if (existsSync(PLAYER_FILES)) {
    await app.register(fastifyStatic, { root: PLAYER_FILES, prefix: '/player/', decorateReply: false });
  }
  describeApi(app);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
}

function describeApi(app: NestFastifyApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Lockstep')
    .setDescription('Live ABR packaging: Low-Latency HLS and low-latency DASH from one set of CMAF segments.')
    .setVersion('0.1.0')
    .build();
  const document = SwaggerModule.createDocument(app, description);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', customSiteTitle: 'Lockstep API' });
}
