/** The OpenAPI document without a server: no database is opened, nothing is started, nothing listens. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { AppModule } from '../app.module.js';
import { apiDocument, httpAdapter } from '../application.js';
import { readSettings } from '../platform/index.js';

/** Describes the API of a server with default settings, from a preview of the application: modules, no instances. */
export async function describeApi(): Promise<OpenAPIObject> {
  const settings = readSettings({});
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(settings), httpAdapter(settings), {
    ...{ preview: true, logger: false, abortOnError: false },
  });
  const document = apiDocument(app);
  await app.close();
  return document;
}
