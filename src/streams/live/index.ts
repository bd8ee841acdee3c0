export { STREAM_STATES, type StreamState } from './lifecycle.js';
export { LiveStream, type StopReason } from './live-stream.js';
export { OnAir, type OnAirRecord } from './on-air.js';
export { publicWords } from './public-words.js';
export { lossPolicy, sourceWishes } from './source-policy.js';
export { specDifferences } from './spec-differences.js';
export {
  AUDIO_ONLY_KBPS,
  formatsOf,
  pipelineSpec,
  sourceUrlsOf,
  type StreamSpec,
  type WebhookWish,
} from './stream-spec.js';
