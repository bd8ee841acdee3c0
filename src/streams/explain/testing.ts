/** Circumstances for tests: a stream that is fine, and what is to be different about it. */
import type { RungVitals } from '../../engine/pipeline/index.js';
import type { SerializedProblem } from '../../engine/problem.js';
import { ratio } from '../../engine/timeline/index.js';
import type { Circumstances, RungCircumstances, SourceCircumstances } from './circumstances.js';
import type { Recent, RecentRung } from './recent.js';

/** Three in the morning, Unix ms. */
export const NOW_MS = Date.UTC(2026, 0, 1, 3);
export const agoMs = (seconds: number): number => NOW_MS - seconds * 1000;

export const unreachable = (reason: string, ...said: readonly string[]): SerializedProblem => ({
  ...{ code: 'source-unreachable', detail: 'source-unreachable' },
  facts: { scheme: 'rtmp', reason, said },
});

export const encoderFailed = (rendition: string, reason: string, ...said: readonly string[]): SerializedProblem => ({
  ...{ code: 'ffmpeg-failed', detail: 'ffmpeg-failed' },
  facts: { rendition, reason, said },
});

export const encoderTooSlow = (rendition: string): SerializedProblem => ({
  ...{ code: 'encoder-too-slow', detail: 'encoder-too-slow', facts: { rendition, behindSeconds: 1.5 } },
});

export const aSource = (changes: Partial<SourceCircumstances> = {}): SourceCircumstances => ({
  ...{ url: 'rtmp://media.example.com/…', state: 'up', losses: 0, lastProblem: undefined },
  ...{ sinceMs: agoMs(3600), waits: false },
  description: {
    format: 'nut',
    video: { codec: 'h264', width: 1280, height: 720, fps: ratio(30), interlaced: false },
    audio: { codec: 'aac', channels: 2, sampleRate: 48_000 },
  },
  ...changes,
});

/** A source that has never come. */
export const anAbsentSource = (changes: Partial<SourceCircumstances> = {}): SourceCircumstances => ({
  ...{ url: 'rtmp://media.example.com/…', state: 'connecting', losses: 0, lastProblem: undefined },
  ...{ sinceMs: agoMs(3600), waits: false },
  ...changes,
});

export const aRung = (name: string, changes: Partial<RungCircumstances> = {}): RungCircumstances => ({
  ...{ name, kind: name === 'audio' ? 'audio' : 'video', state: 'up', restarts: 0 },
  ...changes,
});

export const rungVitals = (name: string, changes: Partial<RungVitals> = {}): RungVitals => ({
  ...{ name, state: 'up', restarts: 0, queuedUnits: 0, encodeMs: name === 'audio' ? 66 : 38, parts: 10_000, gaps: 0 },
  ...{ mediaBytes: 1e9, publishDelays: [9_900, 100, 0, 0, 0, 0, 0, 0, 0], publishDelaySumMs: 300_000 },
  ...changes,
});

export const aRecentRung = (name: string, changes: Partial<RecentRung> = {}): RecentRung => ({
  ...{ name, restarts: 0, parts: 180, gaps: 0, problem: undefined },
  publishDelays: [160, 20, 0, 0, 0, 0, 0, 0, 0],
  ...changes,
});

const NAMES = ['720p', '480p', 'audio'];

export const theLastMinute = (changes: Partial<Recent> = {}): Recent => ({
  ...{ seconds: 60, playedSeconds: 60, filledVideo: 0, filledAudio: 0, anchorMoves: 0, losses: [0] },
  rungs: NAMES.map((name) => aRecentRung(name)),
  ...changes,
});

/** A stream in 720p and 480p that has been fine for an hour. */
export const circumstances = (changes: Partial<Circumstances> = {}): Circumstances => ({
  ...{ nowMs: NOW_MS, streamId: 'camera', state: 'live', reason: undefined, changedAtMs: agoMs(3600) },
  ...{ stale: undefined, lastProblem: undefined, refused: undefined, allowanceMs: 100 },
  sources: [aSource()],
  programme: { step: 'source', onAir: 0, pinned: false, sinceMs: agoMs(3600) },
  onLoss: { slateAfter: 3, nextSourceAfter: 5, giveUpAfter: null, failBackAfter: 10 },
  plan: {
    ...{ frameMs: 1000 / 30, segmentSeconds: 2, partSeconds: 1 / 3 },
    terms: {
      ...{ lowLatency: true, targetDuration: 2, holdBack: 6, partHoldBack: 1.024, canSkipUntil: 12, holdLimit: 6 },
      ...{ availabilityTimeOffset: 1.4, targetLatencyMs: 1607, timeShiftBufferDepth: 20 },
    },
  },
  rungs: NAMES.map((name) => aRung(name)),
  vitals: {
    playout: { filledVideo: 0, filledAudio: 0, droppedVideo: 0, anchorMoves: 0 },
    leadMs: { video: -20, audio: -10 },
    rungs: NAMES.map((name) => rungVitals(name)),
    heldBytes: 40e6,
    heapBytes: 6e6,
  },
  recent: theLastMinute(),
  disk: { freeBytes: 50e9, reserveBytes: 256e6, fullInSeconds: Infinity },
  machine: { cores: 2, loadAverage: 1, streamCores: 0.6, committedCores: 0.6 },
  ...changes,
});
