/** What viewers see, why, and what comes next if nothing changes. PURE. */
import type { Circumstances } from './circumstances.js';
import type { ExplainedNextDto, ExplainedProgrammeDto } from './explain.dto.js';
import { finding, type Finding } from './finding.js';
import { causeOfLoss, sourceName } from './sources.js';
import { duration, list, sentence, timeOfDay } from './words.js';

/** A step of the staircase, ahead. */
interface Ahead {
  readonly what: ExplainedNextDto['what'];
  readonly atMs: number;
  /** Goes on after "in 3 s". */
  readonly words: string;
}

export function explainProgramme(circumstances: Circumstances): ExplainedProgrammeDto {
  const { programme, nowMs } = circumstances;
  return {
    step: programme.step,
    why: sentence(why(circumstances)),
    since: programme.sinceMs / 1000,
    next: ahead(circumstances).map(({ what, atMs }) => ({
      ...{ what, at: Math.round(atMs / 1000) },
      in_seconds: Math.max(0, Math.round((atMs - nowMs) / 100) / 10),
    })),
  };
}

/** Nothing when viewers see the source they should. */
export function programmeFindings(circumstances: Circumstances): Finding[] {
  const { programme, state } = circumstances;
  // Before the first picture nobody sees anything yet: the beginning has words of its own.
  if (state === 'starting') return [];
  if (isAbsent(circumstances)) return [absence(circumstances)];
  return programme.step === 'backup' ? [backup(circumstances)] : [];
}

export const isAbsent = ({ programme }: Circumstances): boolean =>
  programme.step === 'repeat' || programme.step === 'slate';

function why(circumstances: Circumstances): string {
  const { programme, sources, state } = circumstances;
  const { onAir, pinned } = programme;
  if (isAbsent(circumstances)) {
    const cause = causeOfLoss(sources[onAir]!)?.words;
    if (state === 'starting')
      return `nothing is shown yet, as nothing has come from ${sourceName(circumstances, onAir)}`;
    return `nothing comes from ${sourceName(circumstances, onAir)}${cause ? `: ${cause}` : ''}`;
  }
  if (pinned) return `an operator asked for ${sourceName(circumstances, onAir)}`;
  if (programme.step === 'source') return `${sourceName(circumstances, onAir)} is the preferred one and delivers`;
  const cause = causeOfLoss(sources[0]!)?.words;
  return `${sourceName(circumstances, 0)} is away or has not delivered for long enough${cause ? `: ${cause}` : ''}`;
}

function absence(circumstances: Circumstances): Finding {
  const { programme, sources, nowMs } = circumstances;
  const source = sources[programme.onAir]!;
  const name = sourceName(circumstances, programme.onAir);
  const cause = causeOfLoss(source);
  const silentMs = nowMs - (programme.absentSinceMs ?? programme.sinceMs);
  const seen = programme.step === 'slate' ? 'the slate' : 'its last picture';
  const effect = `so viewers see ${seen} since ${timeOfDay(programme.sinceMs, nowMs)}`;
  const next = ahead(circumstances).map(({ words, atMs }) => `${words} in ${duration(atMs - nowMs)}`);
  const others = sources.filter((_, index) => index !== programme.onAir);
  const tried = others.find(({ state }) => state === 'connecting' || state === 'lost');
  return finding(
    [
      `${sentence(`${name} has sent nothing for ${duration(silentMs)}${cause ? ` (${cause.words})` : ''}, ${effect}`).slice(0, -1)}`,
      ...(tried ? [`${sourceName(circumstances, sources.indexOf(tried))} is being tried`] : []),
      ...(next.length > 0 ? [list(next)] : []),
    ].join('; ') + '.',
    ...(source.waits && source.state === 'connecting'
      ? [`Start the publisher of ${source.url} again: this server waits for it.`]
      : [cause?.remedy ?? `Check that ${source.url} is running and sends.`]),
  );
}

function backup(circumstances: Circumstances): Finding {
  const { programme, sources, nowMs, onLoss } = circumstances;
  const since = timeOfDay(programme.sinceMs, nowMs);
  const onAir = sourceName(circumstances, programme.onAir);
  if (programme.pinned) {
    return finding(
      sentence(`viewers see ${onAir} since ${since}, because an operator asked for it`),
      `To go back to the order of the list: POST /streams/${circumstances.streamId}/source with {"index": null}.`,
    );
  }
  const cause = causeOfLoss(sources[0]!);
  const back = ahead(circumstances).find(({ what }) => what === 'fail-back');
  const then = back
    ? `it delivers again and takes over in ${duration(back.atMs - nowMs)}`
    : onLoss.failBackAfter === null
      ? 'it will not take over again by itself'
      : `it takes over again once it has delivered for ${duration(onLoss.failBackAfter * 1000)}`;
  const lost = sources[0]!.state === 'up' ? 'was away' : `is away${cause ? ` (${cause.words})` : ''}`;
  return finding(
    sentence(`${sourceName(circumstances, 0)} ${lost}, so viewers see ${onAir} since ${since}; ${then}`),
    ...(sources[0]!.state === 'up' ? [] : [cause?.remedy]),
    ...(onLoss.failBackAfter === null
      ? [`To cut back: POST /streams/${circumstances.streamId}/source with {"index": 0}.`]
      : []),
  );
}

/** Soonest first; what is overdue is left out. */
function ahead(circumstances: Circumstances): Ahead[] {
  const { nowMs, state } = circumstances;
  if (state === 'ended' || state === 'failed' || state === 'stopping') return [];
  const steps = isAbsent(circumstances) ? stepsOfAbsence(circumstances) : failBack(circumstances);
  return steps.filter(({ atMs }) => atMs > nowMs).sort((a, b) => a.atMs - b.atMs);
}

function stepsOfAbsence({ programme, onLoss, sources, nowMs }: Circumstances): Ahead[] {
  const absentSince = programme.absentSinceMs ?? programme.sinceMs;
  const { slateAfter, nextSourceAfter, giveUpAfter } = onLoss;
  const steps: Ahead[] = [];
  if (slateAfter !== null && programme.step === 'repeat')
    steps.push({ what: 'slate', atMs: absentSince + slateAfter * 1000, words: 'the slate follows' });
  if (nextSourceAfter !== null && sources.length > 1) {
    // Each source that is tried gets the same patience.
    const turns = Math.floor((nowMs - absentSince) / (nextSourceAfter * 1000)) + 1;
    const index = (programme.onAir + turns) % sources.length;
    const atMs = absentSince + turns * nextSourceAfter * 1000;
    steps.push({ what: 'next-source', atMs, words: `source ${index} is tried` });
  }
  if (giveUpAfter !== null)
    steps.push({ what: 'give-up', atMs: absentSince + giveUpAfter * 1000, words: 'the stream is given up' });
  return steps;
}

function failBack({ programme, onLoss, sources }: Circumstances): Ahead[] {
  const { failBackAfter } = onLoss;
  if (failBackAfter === null || programme.pinned) return [];
  const preferred = sources.findIndex(({ state }, index) => index < programme.onAir && state === 'up');
  const sinceMs = sources[preferred]?.sinceMs;
  if (sinceMs === undefined) return [];
  return [{ what: 'fail-back', atMs: sinceMs + failBackAfter * 1000, words: `source ${preferred} takes over` }];
}
