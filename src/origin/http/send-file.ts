/**
 * Sends a media file as nginx would: the same strong validator, single ranges, If-Range, 304. What is written under a
 * media name is whole and never changes, so what was found when it was opened stays true until the last byte.
 */
import { HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { open, type FileHandle } from 'node:fs/promises';
import { CORS_HEADERS } from '../cache-policy.js';
import { parseByteRange } from './byte-range.js';

export interface FileTerms {
  readonly type: string;
  readonly cacheControl: string;
}

interface Validators {
  readonly etag: string;
  readonly lastModified: string;
}

/** False, with nothing sent, when there is no such file. Throws 416 for a range outside of it. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  { type, cacheControl }: FileTerms,
): Promise<boolean> {
  const opened = await openFile(path);
  if (!opened) return false;
  const { file, size, validators } = opened;
  const headers = {
    ...{ ...CORS_HEADERS, 'cache-control': cacheControl, 'accept-ranges': 'bytes' },
    ...{ etag: validators.etag, 'last-modified': validators.lastModified },
  };
  if (isHeldAlready(request, validators)) {
    await file.close();
    reply.hijack();
    reply.raw.writeHead(304, headers).end();
    return true;
  }
  const range = rangeAsked(request, size, validators);
  if (range === 'unsatisfiable') {
    await file.close();
    reply.header('content-range', `bytes */${size}`);
    throw new HttpException('The range begins behind the end of the file.', 416);
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  reply.hijack();
  reply.raw.writeHead(range ? 206 : 200, {
    ...headers,
    ...{ 'content-type': type, 'content-length': last - first + 1 },
    ...(range && { 'content-range': `bytes ${first}-${last}/${size}` }),
  });
  if (request.method !== 'HEAD' && size > 0) pipe(file, first, last, reply);
  else {
    reply.raw.end();
    await file.close();
  }
  return true;
}

interface OpenedFile {
  readonly file: FileHandle;
  readonly size: number;
  readonly validators: Validators;
}

async function openFile(path: string): Promise<OpenedFile | undefined> {
  const file = await open(path).catch(() => undefined);
  const info = await file?.stat();
  if (file && info?.isFile()) return { file, size: info.size, validators: validatorsOf(info.size, info.mtimeMs) };
  await file?.close();
  return undefined;
}

/** The file closes with its stream, and the stream with its reader. */
function pipe(file: FileHandle, first: number, last: number, reply: FastifyReply): void {
  const bytes = file.createReadStream({ start: first, end: last });
  // A disk that fails half way: a cut connection is the only way left to say so.
  bytes.once('error', () => reply.raw.destroy());
  reply.raw.once('close', () => bytes.destroy());
  bytes.pipe(reply.raw);
}

/** nginx's own form, so that a copy fetched from either is confirmed by the other. */
function validatorsOf(size: number, mtimeMs: number): Validators {
  const seconds = Math.floor(mtimeMs / 1000);
  const etag = `"${seconds.toString(16)}-${size.toString(16)}"`;
  return { etag, lastModified: new Date(seconds * 1000).toUTCString() };
}

/** RFC 9110 13.1.2 and 13.1.3: whether the asker has these very bytes. */
function isHeldAlready({ headers }: FastifyRequest, { etag, lastModified }: Validators): boolean {
  const held = headers['if-none-match'];
  if (held === undefined) return headers['if-modified-since'] === lastModified;
  return held
    .split(',')
    .map((candidate) => candidate.trim().replace(/^W\//, ''))
    .some((candidate) => candidate === '*' || candidate === etag);
}

/** RFC 9110 14.2: only a GET has a range; 13.1.5: and only of the representation that If-Range names, to the byte. */
function rangeAsked(
  { method, headers }: FastifyRequest,
  size: number,
  { etag, lastModified }: Validators,
): ReturnType<typeof parseByteRange> {
  const ifRange = headers['if-range'];
  const isOfThis = ifRange === undefined || ifRange === etag || ifRange === lastModified;
  return method === 'GET' && isOfThis ? parseByteRange(headers.range, size) : undefined;
}
