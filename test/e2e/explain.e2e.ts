/** `GET /streams/{id}/explain`, as a client meets it: what is told of a stream whose pipeline does what a test says. */
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineFact, PipelineVitals } from '../../src/engine/pipeline/index.js';
import type { ExplanationDto } from '../../src/streams/explain/index.js';
import { startApplication } from '../support/application.js';
import type { ScriptedPipeline } from '../support/scripted-pipeline.js';

type Application = Awaited<ReturnType<typeof startApplication>>;
let application: Application;

beforeEach(async () => {
  application = await startApplication();
});
afterEach(() => application.remove());

const SOURCES = [
  'rtmp://operator:hunter22@a.example.com/live/k3y-of-camera',
  'srt://b.example.com:9000?streamid=cam77',
];

async function aStream(body: object = {}): Promise<ScriptedPipeline> {
  const wanted = { stream_id: 'camera', source_urls: SOURCES, qualities: ['480p', '360p'], stale_after: null, ...body };
  await request(application.server).post('/streams').send(wanted).expect(201);
  return application.pipelines.of('camera');
}

async function aPlayingStream(): Promise<ScriptedPipeline> {
  const pipeline = await aStream();
  pipeline.tell({ kind: 'programme', step: 'source', onAir: 0, pinned: false });
  pipeline.open();
  pipeline.publish(100);
  pipeline.tell({ kind: 'vitals', vitals: vitals() });
  return pipeline;
}

function vitals(): PipelineVitals {
  const rungs = ['480p', '360p', 'audio'].map((name) => ({
    ...{ name, state: 'up' as const, restarts: 0, queuedUnits: 0, encodeMs: 40, parts: 30, gaps: 0 },
    ...{ mediaBytes: 1_250_000, publishDelays: [10, 19, 0, 0, 0, 0, 0, 0, 1], publishDelaySumMs: 4_500 },
  }));
  const playout = { filledVideo: 0, filledAudio: 0, droppedVideo: 0, anchorMoves: 0 };
  return { playout, leadMs: { video: -12, audio: 4 }, rungs, heldBytes: 1, heapBytes: 6e6 };
}

const lost = (index: number, ...said: string[]): PipelineFact => ({
  ...{ kind: 'source', index, state: 'lost' },
  problem: {
    code: 'source-unreachable',
    facts: { scheme: 'rtmp', reason: 'exit code 1', said },
    detail: said.join(),
  },
});

const explained = async (): Promise<ExplanationDto> =>
  (await request(application.server).get('/streams/camera/explain').expect(200)).body as ExplanationDto;

describe('GET /streams/{id}/explain', () => {
  it('says that everything is fine, with every section filled', async () => {
    await aPlayingStream();
    const { summary, advice, sources, programme, rungs, latency } = await explained();
    expect(summary).toEqual([
      expect.stringContaining('Everything is fine: viewers see source 0 (rtmp://a.example.com/…)'),
    ]);
    expect(advice).toEqual([]);
    expect(sources.map(({ state, on_air, description }) => [state, on_air, description])).toEqual([
      ['up', true, '1280x720, 30 fps, h264; aac, stereo, 48 kHz'],
      ['closed', false, null],
    ]);
    expect(sources[0]!.arrival).toEqual({ video_ms: -12, audio_ms: 4, allowance_ms: 100 });
    expect(programme).toMatchObject({ step: 'source', next: [] });
    expect(rungs.map(({ name, state }) => [name, state])).toEqual([
      ['480p', 'up'],
      ['360p', 'up'],
      ['audio', 'up'],
    ]);
    expect(latency).toMatchObject({ slowest: 'player', total_ms: expect.any(Number) });
  });

  it('counts the time of an absence through all its steps', async () => {
    const pipeline = await aPlayingStream();
    pipeline.tell(lost(0, '[tcp] Connection to tcp://a.example.com:1935 failed: Connection refused'));
    pipeline.tell({ kind: 'programme', step: 'repeat', onAir: 0, pinned: false });
    application.clock.advance(3);
    pipeline.tell({ kind: 'programme', step: 'slate', onAir: 0, pinned: false });
    application.clock.advance(1);
    const { status, summary, advice, programme } = await explained();
    expect(status).toBe('filling');
    expect(summary).toEqual([
      'Source 0 (rtmp://a.example.com/…) has sent nothing for 4 s (nothing accepts connections at that address and port), so viewers see the slate since 00:00:03 UTC; source 1 is tried in 1.0 s.',
    ]);
    expect(advice).toHaveLength(1);
    expect(programme.next).toEqual([expect.objectContaining({ what: 'next-source', in_seconds: 1 })]);
  });

  it('forgets an absence once the source is back', async () => {
    const pipeline = await aPlayingStream();
    pipeline.tell({ kind: 'programme', step: 'repeat', onAir: 0, pinned: false });
    application.clock.advance(2);
    pipeline.tell({ kind: 'programme', step: 'source', onAir: 0, pinned: false });
    application.clock.advance(60);
    pipeline.tell({ kind: 'programme', step: 'repeat', onAir: 0, pinned: false });
    application.clock.advance(1);
    expect((await explained()).summary[0]).toContain('has sent nothing for 1.0 s');
  });

  it('names the encoder that is gone, and remembers why when something else has happened since', async () => {
    const pipeline = await aPlayingStream();
    await explained();
    pipeline.tell({
      ...{ kind: 'rung', rendition: '360p', state: 'down', restarts: 1 },
      problem: {
        code: 'ffmpeg-failed',
        facts: { rendition: '360p', reason: 'ended by SIGKILL', said: [] },
        detail: '',
      },
    });
    application.clock.advance(1);
    expect((await explained()).summary).toEqual([
      expect.stringMatching(
        /^The encoder of 360p is gone: it was killed by SIGKILL; .*480p and audio go on undisturbed/,
      ),
    ]);
    pipeline.tell({ kind: 'rung', rendition: '360p', state: 'up', restarts: 1 });
    pipeline.tell({ kind: 'slate', problem: { code: 'slate-failed', facts: {}, detail: '' } });
    application.clock.advance(1);
    const { summary, rungs } = await explained();
    expect(summary[0]).toContain('was replaced once in the last 2 s and runs again: it was killed by SIGKILL');
    expect(rungs[1]).toMatchObject({ restarts: 1, restarts_recently: 1 });
  });

  it('never tells a key, a password or a path of a source', async () => {
    const pipeline = await aPlayingStream();
    pipeline.tell(lost(0, `[error] ${SOURCES[0]!}: Connection refused`, '[rtmp] Server error: k3y-of-camera in use'));
    pipeline.tell(lost(1, `[srt @ 0x1] [error] Connection to ${SOURCES[1]!} failed: Input/output error`));
    pipeline.tell({ kind: 'programme', step: 'slate', onAir: 0, pinned: false });
    const { ffmpeg, sources } = await explained();
    expect(ffmpeg.map(({ about, said }) => [about, said])).toEqual([
      ['source 0', 'rtmp://a.example.com/…: Connection refused'],
      ['source 0', '[rtmp] Server error: … in use'],
      ['source 1', '[srt] Connection to srt://b.example.com:9000/… failed: Input/output error'],
    ]);
    expect(sources[1]!.last_problem).toBe('The connection broke off, or nothing came.');
    const { text } = await request(application.server).get('/streams/camera/explain');
    expect(text).not.toMatch(/hunter22|k3y-of-camera|cam77/);
  });

  it('explains a stream that has ended, and one that failed', async () => {
    const pipeline = await aPlayingStream();
    pipeline.tell({ kind: 'failed', problem: { code: 'source-given-up', facts: { seconds: 60 }, detail: '' } });
    expect((await explained()).summary[0]).toContain(
      'given up at 00:00:00 UTC, because no source had sent anything for 60 s',
    );
    const again = await aStream();
    again.open();
    again.publish(200);
    again.tell({ kind: 'ended', reason: 'source-ended' });
    expect((await explained()).summary).toEqual(['The stream ended at 00:00:00 UTC: its source came to its end.']);
  });

  it('answers 404 for a stream nobody knows', async () => {
    const { body } = await request(application.server).get('/streams/nobody/explain').expect(404);
    expect(body).toMatchObject({ code: 'stream-not-found' });
  });
});

describe('the metrics of rungs and sources', () => {
  it('tell parts, gaps, encode times and the lead of the source, and go when the stream does', async () => {
    const pipeline = await aPlayingStream();
    const { text } = await request(application.server).get('/metrics');
    expect(text).toContain('lockstep_rung_parts_total{stream="camera",rendition="480p"} 30');
    expect(text).toContain('lockstep_rung_gaps_total{stream="camera",rendition="audio"} 0');
    expect(text).toContain('lockstep_rung_encode_seconds{stream="camera",rendition="360p"} 0.04');
    expect(text).toContain('lockstep_rung_queued_units{stream="camera",rendition="360p"} 0');
    expect(text).toContain('lockstep_source_lead_seconds{stream="camera",kind="video"} -0.012');
    pipeline.tell({ kind: 'ended', reason: 'requested' });
    expect((await request(application.server).get('/metrics')).text).not.toMatch(
      /^lockstep_(rung_parts|source_lead)\S*{/m,
    );
  });
});
