/** A stream that is over, ending, about to be ended, or not yet there. PURE. */
import type { Circumstances } from './circumstances.js';
import { finding, type Finding } from './finding.js';
import { faceOf } from './problem-words.js';
import { causeOfLoss, mediaWords, sourceName } from './sources.js';
import { duration, list, sentence, timeOfDay } from './words.js';

/** A stream that has not become playable within this is worth a word of why. */
const STARTS_WITHIN_MS = 15_000;
/** An end for want of heartbeats is told so long before. */
const STALE_AHEAD_MS = 60_000;

/** All there is to say of a stream that is over or ending; undefined while it goes on. */
export function endFinding(circumstances: Circumstances): Finding | undefined {
  const { state, nowMs, changedAtMs, streamId } = circumstances;
  const at = timeOfDay(changedAtMs, nowMs);
  if (state === 'failed') return failure(circumstances, at);
  if (state === 'ended') {
    const { why, advice } = endReason(circumstances);
    return finding(`The stream ended at ${at}: ${why}.`, advice);
  }
  if (state !== 'stopping') return undefined;
  return finding(
    `The stream is being stopped since ${at}: its encoders close their last segments.`,
    ...(nowMs - changedAtMs > STARTS_WITHIN_MS
      ? [`That takes seconds as a rule: look at the log for ${streamId}.`]
      : []),
  );
}

export function startFindings(circumstances: Circumstances): Finding[] {
  const { state, plan, changedAtMs, nowMs } = circumstances;
  if (state !== 'starting') return [];
  if (plan) {
    const young = nowMs - changedAtMs < STARTS_WITHIN_MS;
    return [
      finding(
        sentence(
          `the stream is just starting: ${sourceName(circumstances, circumstances.programme.onAir)} is known and its first segment is being made, so players that ask are held for a moment`,
        ),
        ...(young ? [] : ['It should be playable by now: look at the rungs below, and at the log.']),
      ),
    ];
  }
  return [neverCame(circumstances)];
}

/** A stream that nobody asks after. */
export function staleFindings({ stale, nowMs, streamId }: Circumstances): Finding[] {
  if (!stale || stale.atMs - nowMs > STALE_AHEAD_MS) return [];
  const left = stale.atMs - nowMs;
  const when = left > 0 ? `in ${duration(left)}` : 'at the next sweep';
  return [
    finding(
      `Nobody has sent a heartbeat for ${duration(stale.afterSeconds * 1000 - left)}, so the stream is ended as stale ${when}.`,
      `If it is still wanted: POST /streams/${streamId}/heartbeat, or lockstep monitor ${streamId}; start it with "stale_after": null to need none.`,
    ),
  ];
}

/** `Everything is fine: …` */
export function fineSentence(circumstances: Circumstances, totalLatencyMs: number | null): string {
  const { sources, programme, rungs } = circumstances;
  const description = sources[programme.onAir]?.description;
  const what = `${sourceName(circumstances, programme.onAir)}${description ? ` (${mediaWords(description)})` : ''}`;
  const names = rungs.filter(({ kind }) => kind === 'video').map(({ name }) => name);
  const where = names.length > 0 ? ` in ${list(names)}` : '';
  const behind = totalLatencyMs === null ? '' : `, about ${duration(totalLatencyMs)} after it arrives here`;
  return `Everything is fine: viewers see ${what}${where}${behind}.`;
}

function failure({ lastProblem, sources, programme, streamId, onLoss }: Circumstances, at: string): Finding {
  const source = sources[programme.onAir]!;
  if (lastProblem?.code === 'source-given-up') {
    const cause = causeOfLoss(source);
    const seconds = lastProblem.facts['seconds'] ?? onLoss.giveUpAfter;
    return finding(
      `The stream was given up at ${at}, because no source had sent anything for ${String(seconds)} s (give_up_after)${cause ? `: ${cause.words}` : ''}.`,
      cause?.remedy,
      `Then start the stream again: POST /streams, or lockstep start ${streamId} URL.`,
    );
  }
  const cause = lastProblem && faceOf(lastProblem);
  return finding(
    `The stream failed at ${at}: ${cause?.words ?? 'the log knows why'}.`,
    cause?.remedy,
    `Then start it again: POST /streams, or lockstep start ${streamId} URL.`,
  );
}

function endReason({ reason, stale, streamId, sources }: Circumstances): { why: string; advice?: string } {
  switch (reason) {
    case 'stale':
      return {
        why: `nobody had sent a heartbeat for ${stale ? duration(stale.afterSeconds * 1000) : 'too long'} (stale_after)`,
        advice: `Start it again, and keep it alive: POST /streams/${streamId}/heartbeat, lockstep monitor ${streamId}, or "stale_after": null.`,
      };
    case 'source-ended':
      return { why: `${sources.length > 1 ? 'its source' : `its source ${sources[0]!.url}`} came to its end` };
    case 'server-stopping':
      return { why: 'the server was stopped; it goes on when the server is back' };
    case 'requested':
    case undefined:
      return { why: 'somebody asked for it (DELETE /streams/{id}, or lockstep stop)' };
  }
}

function neverCame(circumstances: Circumstances): Finding {
  const { sources, nowMs, changedAtMs, programme } = circumstances;
  const source = sources[programme.onAir]!;
  const name = sourceName(circumstances, programme.onAir);
  const sinceStart = duration(nowMs - changedAtMs);
  const cause = causeOfLoss(source);
  if (source.waits && source.state === 'connecting') {
    const last = cause ? `; the last one went away at once: ${cause.words}` : '';
    return finding(
      `The stream waits for its publisher since ${timeOfDay(changedAtMs, nowMs)}: nobody has sent anything to ${source.url} yet, so viewers have nothing to play${last}.`,
      `Start the publisher, and let it send to ${source.url} under the name or key of the source URL.`,
    );
  }
  if (!cause)
    return finding(
      `The stream is just starting: ${name} is being opened for ${sinceStart}, and players that ask are held for a moment.`,
    );
  return finding(
    sentence(
      `${name} could not be opened since the stream was started ${sinceStart} ago (${cause.words}), so viewers have nothing to play; it is tried again and again`,
    ),
    cause.remedy,
  );
}
