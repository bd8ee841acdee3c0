/** The API reads JSON and nothing else: a form, which any page may send anywhere without being asked, is not a request. */
import { HttpException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { READING } from './write-limit.guard.js';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

export function readJsonOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _, done) => {
    const type = request.headers['content-type'];
    if (type === undefined || READING.has(request.method) || JSON_TYPE.test(type)) return done();
    done(new HttpException(`The body is said to be ${type.slice(0, 100)}; JSON is read.`, 415));
  });
}
