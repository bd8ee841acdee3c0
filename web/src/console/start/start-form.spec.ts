import { describe, expect, it } from 'vitest';
import { idFrom, startBody, STREAM_ID, type StartForm } from './start-form';

const FORM: StartForm = {
  ...{ id: 'camera', title: '', sources: ['test:'], qualities: [], lowLatency: true, hls: true, dash: true },
  ...{ transportStreams: false, slateText: '', staleAfter: null, labels: '' },
};

describe('the start form', () => {
  it('asks for no more than was chosen', () => {
    expect(startBody(FORM)).toEqual({ stream_id: 'camera', source_url: 'test:', stale_after: null });
  });

  it('asks for several sources in their order, without the fields nobody filled in', () => {
    const body = startBody({ ...FORM, sources: ['rtmp://a.example/live/x', ' ', ' srt://b.example:9000 '] });
    expect(body['source_urls']).toEqual(['rtmp://a.example/live/x', 'srt://b.example:9000']);
    expect(body).not.toHaveProperty('source_url');
  });

  it('leaves the stale policy to the server when asked to', () => {
    expect(startBody({ ...FORM, staleAfter: 'default' })).not.toHaveProperty('stale_after');
    expect(startBody({ ...FORM, staleAfter: 90 })['stale_after']).toBe(90);
  });

  it('reads labels line by line, a value may have colons', () => {
    const { labels } = startBody({ ...FORM, labels: 'room: studio-2\n\nstarts= 20:15 \nalone' });
    expect(labels).toEqual({ room: 'studio-2', starts: '20:15', alone: '' });
  });

  it.each([
    ['Main stage, left camera', 'main-stage-left-camera'],
    ['Café Zürich №1', 'cafe-zurich-no1'],
    ['  --  ', ''],
    ['x'.repeat(80), 'x'.repeat(64)],
  ])('makes of the title %j the id %j', (title, id) => {
    expect(idFrom(title)).toBe(id);
    if (id !== '') expect(id).toMatch(STREAM_ID);
  });
});
