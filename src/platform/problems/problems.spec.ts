import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Problem, PROBLEM_CODES } from '../../engine/problem.js';
import { ALL_FACES } from './faces.js';
import { FieldProblem } from './field-problem.js';
import { problemDocument, renderProblemsPage } from './index.js';

describe('a problem as a document', () => {
  it('carries its face, its facts in the words of the API, and where it happened', () => {
    const problem = new Problem('stream-not-found', { streamId: 'demo' });
    expect(problemDocument(problem, '/streams/demo?token=x')).toEqual({
      type: '/problems/stream-not-found',
      title: 'There is no such stream',
      status: 404,
      detail: 'There is no such stream: stream id is demo.',
      instance: '/streams/demo',
      code: 'stream-not-found',
      remedy: expect.stringContaining('GET /streams'),
      stream_id: 'demo',
    });
  });

  it('tells the detail that was given with it', () => {
    const problem = new Problem('request-invalid', {}, { detail: 'heartbeat has no body' });
    expect(problemDocument(problem).detail).toBe('heartbeat has no body');
  });

  it('tells nothing of the inside of an internal one', () => {
    const document = problemDocument(Problem.wrap(new Error('SELECT * FROM secrets')));
    expect(JSON.stringify(document)).not.toContain('SELECT');
    expect(document).toMatchObject({ status: 500, code: 'internal' });
  });

  it('hides the secrets of URLs in its facts', () => {
    const problem = new Problem('source-unreachable', {
      url: 'rtsp://u:hidden@h/',
      said: ['srt://h?passphrase=hidden'],
    });
    expect(JSON.stringify(problemDocument(problem))).not.toContain('hidden');
  });

  it('does not let a fact replace a standard member', () => {
    const problem = new Problem('stream-exists', { status: 'live', title: 'mine', type: 'x' });
    expect(problemDocument(problem)).toMatchObject({
      status: 409,
      title: 'A stream with this id exists already',
      type: '/problems/stream-exists',
    });
  });

  it('lists the wrong fields of a request one by one', () => {
    const problem = new FieldProblem([{ field: 'stream_id', message: 'must be a string', value: 3 }]);
    expect(problemDocument(problem)).toMatchObject({
      status: 400,
      detail: 'stream_id: must be a string',
      errors: [{ field: 'stream_id', message: 'must be a string', value: 3 }],
    });
  });
});

describe('the faces of problems', () => {
  it.each(Object.entries(ALL_FACES))('%s speaks in whole sentences with an error status', (_code, face) => {
    expect(face.status).toBeGreaterThanOrEqual(400);
    expect(face.status).toBeLessThan(600);
    expect(face.title).toMatch(/^[A-Z].*[^.]$/);
    expect(face.remedy).toMatch(/^[A-Z].*\.$/);
    expect(face.title + face.remedy).not.toMatch(/[|\n]/);
  });

  it('docs/problems.md says what the table says', async () => {
    const page = await readFile(new URL('../../../docs/problems.md', import.meta.url), 'utf8');
    expect(page).toBe(renderProblemsPage());
    for (const code of PROBLEM_CODES) expect(page).toContain(`| \`${code}\` |`);
  });
});
