/** Where the time goes between a picture and its viewers, leg by leg. PURE. */
import type { Circumstances, PlanCircumstances } from './circumstances.js';
import type { ExplainedLatencyDto, ExplainedLegDto } from './explain.dto.js';
import { rungReports } from './rungs.js';

/**
 * The legs of a picture that is on its way now, measured where they can be, of the slowest video rung (of the sound,
 * where there is no picture); and what players keep as a reserve, which they are told.
 */
export function explainLatency(circumstances: Circumstances): ExplainedLatencyDto {
  const { plan } = circumstances;
  if (!plan) return { legs: [unknownWay(circumstances)], slowest: null, total_ms: null };
  const legs = [unknownWay(circumstances), ...ownLegs(circumstances, plan), ...playerLegs(plan)].map((leg) => ({
    ...leg,
    ms: leg.ms === null ? null : Math.round(leg.ms),
  }));
  const known = legs.flatMap(({ name, ms }) => (ms === null ? [] : [{ name, ms }]));
  const slowest = known.reduce((worst, leg) => (leg.ms > worst.ms ? leg : worst));
  return { legs, slowest: slowest.name, total_ms: known.reduce((sum, { ms }) => sum + ms, 0) };
}

function unknownWay({ sources, programme }: Circumstances): ExplainedLegDto {
  if (sources[programme.onAir]?.url.startsWith('test:'))
    return { name: 'source', ms: 0, words: 'The test picture is drawn here.' };
  return {
    ...{ name: 'source', ms: null },
    words:
      'From the camera to this server: cannot be known here. Film a clock and compare; SRT latency= and the key frame and B-frame settings of the encoder shorten it.',
  };
}

function ownLegs(circumstances: Circumstances, { frameMs }: PlanCircumstances): ExplainedLegDto[] {
  const { vitals, sources, programme } = circumstances;
  const reports = rungReports(circumstances);
  const video = reports.filter(({ rung }) => rung.kind === 'video');
  const slowest = (video.length > 0 ? video : reports).reduce<(typeof reports)[number] | undefined>(
    (worst, report) => ((report.vitals?.encodeMs ?? -1) > (worst?.vitals?.encodeMs ?? -1) ? report : worst),
    undefined,
  );
  const isUp = sources[programme.onAir]?.state === 'up';
  const lead = isUp ? (vitals?.leadMs.video ?? vitals?.leadMs.audio) : undefined;
  const encodeMs = slowest?.vitals?.encodeMs;
  const publishedMs = slowest?.delayMs.median;
  const publication =
    publishedMs === undefined || encodeMs === undefined || lead === undefined
      ? null
      : // A unit's lead is that of its beginning; a part's delay is that of its last unit's end.
        Math.max(0, publishedMs + frameMs + lead - encodeMs);
  return [
    {
      ...{ name: 'playout', ms: lead === undefined ? null : Math.max(0, -lead) },
      words: 'How late media arrives of what PLAYOUT_JITTER allows. A steadier path shortens it.',
    },
    {
      ...{ name: 'encoder', ms: encodeMs ?? null },
      words: `From a picture to its bytes${slowest ? `, in ${slowest.rung.name}` : ''}. A faster ENCODER_PRESET or fewer qualities shorten it.`,
    },
    {
      ...{ name: 'publication', ms: publication },
      words: 'From the bytes of a part to its place in the playlists: mostly the disk and a busy processor.',
    },
  ];
}

function playerLegs({ terms, partSeconds, segmentSeconds }: PlanCircumstances): ExplainedLegDto[] {
  if (terms.lowLatency) {
    return [
      {
        ...{ name: 'part', ms: partSeconds * 1000 },
        words: 'A part can be fetched once its last picture is in it. PART_DURATION is its length.',
      },
      {
        ...{ name: 'player', ms: terms.partHoldBack * 1000 },
        words:
          'What low-latency players keep as a reserve: PART-HOLD-BACK, three parts. A shorter PART_DURATION shortens it and makes more requests.',
      },
    ];
  }
  return [
    {
      ...{ name: 'part', ms: segmentSeconds * 1000 },
      words:
        'A segment can be fetched once its last picture is in it. SEGMENT_DURATION is its length; parts ("low_latency": true) are shorter.',
    },
    {
      ...{ name: 'player', ms: terms.holdBack * 1000 },
      words:
        'What players keep as a reserve: HOLD-BACK, three target durations. Low latency ("low_latency": true) or a shorter SEGMENT_DURATION shortens it.',
    },
  ];
}
