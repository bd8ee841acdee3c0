/** A case of each problem that says more than its face, for the API description. */
import type { ProblemFacts } from '../../engine/problem.js';
import type { AnyProblemCode } from '../problems/index.js';

interface ExampleProblem {
  readonly facts?: ProblemFacts;
  readonly detail?: string;
  readonly url?: string;
}

const of = (facts: ProblemFacts, url?: string): ExampleProblem => ({ facts, ...(url !== undefined && { url }) });

export const EXAMPLE_PROBLEMS: Readonly<Partial<Record<AnyProblemCode, ExampleProblem>>> = {
  'stream-not-found': of({ streamId: 'demo' }),
  'stream-exists': {
    facts: { streamId: 'demo', differs: ['source_url', 'qualities'] },
    detail: 'Stream demo runs already, with another source_url, qualities.',
    url: '/streams',
  },
  'stream-over': of({ streamId: 'demo', reason: 'source-ended' }),
  'quality-unknown': of(
    { field: 'qualities', unknown: ['8k'], allowed: ['1080p', '720p', '480p', '360p', '240p', 'audio'] },
    '/streams',
  ),
  'source-file-not-allowed': of({ field: 'source_url', reason: 'the file is not below MEDIA_ROOT' }, '/streams'),
  'source-index-unknown': of({ streamId: 'demo', index: 3, sources: 2 }, '/streams/demo/source'),
  'capacity-exceeded': {
    facts: { streamId: 'demo', needs: 2.1, free: 0.9, total: 3.2, suggestion: ['480p', '360p'] },
    detail: 'Stream demo needs 2.1 processor cores; 0.9 of 3.2 are free. The qualities 480p, 360p would fit.',
    url: '/streams',
  },
  'media-not-found': of({ id: 'demo', rendition: '720p', file: '1234.m4s' }, '/streams/demo/720p/1234.m4s'),
  'playlist-not-found': of({ streamId: 'demo', rendition: '720p' }, '/streams/demo/720p/playlist.m3u8'),
  'stream-starting': of({ streamId: 'demo' }, '/streams/demo/playlist.m3u8'),
  'delivery-timed-out': of({ streamId: 'demo', rendition: '720p' }, '/streams/demo/720p/playlist.m3u8'),
  'scope-missing': of({ scope: 'read', needed: 'control' }),
  'host-not-allowed': of({ host: 'elsewhere.example.com' }),
  'origin-not-allowed': of({ origin: 'https://elsewhere.example.com' }),
  'too-many-requests': of({ retryAfterSeconds: 1 }),
};
