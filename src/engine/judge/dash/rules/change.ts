/** What may change from one version of an MPD to the next (ISO/IEC 23009-1 5.4, DASH-IF timing model 21; D4, D23). PURE. */
import type { Rule } from '../../rule.js';
import type { Entry, Mpd, Period, Representation } from '../mpd.js';

export interface MpdChange {
  readonly before: Mpd;
  readonly after: Mpd;
}

const SAME_SECONDS = 0.001;
/** Sound ends up to a frame before the picture it belongs to. */
const ONE_FRAME_SECONDS = 0.1;
const list = (ids: readonly (string | undefined)[]): string => ids.map((id) => id ?? '(none)').join(', ') || 'none';

/** Periods that are in both, by @id. */
const kept = ({ before, after }: MpdChange): { then: Period; now: Period }[] =>
  after.periods.flatMap((now) => {
    const then = before.periods.find(({ id }) => id !== undefined && id === now.id);
    return then ? [{ then, now }] : [];
  });

function* keptRepresentations(
  change: MpdChange,
): Generator<{ period: Period; then: Representation; now: Representation }> {
  for (const { then, now } of kept(change)) {
    const known = then.sets.flatMap(({ representations }) => representations);
    for (const representation of now.sets.flatMap(({ representations }) => representations)) {
      const same = known.find(({ id }) => id === representation.id);
      if (same) yield { period: now, then: same, now: representation };
    }
  }
}

const ofRepresentations =
  (
    check: (then: Representation, now: Representation, period: Period, change: MpdChange) => readonly string[],
  ): Rule<MpdChange>['check'] =>
  (change) =>
    [...keptRepresentations(change)].flatMap(({ then, now, period }) =>
      check(then, now, period, change).map((found) => `${now.element.path}: ${found}`),
    );

const bothDynamic = ({ before, after }: MpdChange): boolean => before.type === 'dynamic' && after.type === 'dynamic';

export const CHANGE_RULES: readonly Rule<MpdChange>[] = [
  {
    id: 'dash.start-time-stays',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: '@availabilityStartTime never changes.',
    check: (change) => {
      const { before, after } = change;
      return bothDynamic(change) && before.availabilityStartTime !== after.availabilityStartTime
        ? [
            `was ${before.root.attributes.get('availabilityStartTime')}, is ${after.root.attributes.get('availabilityStartTime')}`,
          ]
        : [];
    },
  },
  {
    id: 'dash.id-stays',
    clause: 'ISO/IEC 23009-1 5.4',
    severity: 'warning',
    text: 'MPD@id never changes.',
    check: ({ before, after }) => {
      const [then, now] = [before, after].map(({ root }) => root.attributes.get('id'));
      return then === now ? [] : [`was ${then ?? 'none'}, is ${now ?? 'none'}`];
    },
  },
  {
    id: 'dash.publish-time-grows',
    clause: 'ISO/IEC 23009-1 5.4',
    severity: 'error',
    text: 'Where the text has changed, @publishTime is later.',
    check: ({ before, after }) => {
      const said = `was ${before.root.attributes.get('publishTime')}, is ${after.root.attributes.get('publishTime')}`;
      if (before.publishTime === undefined || after.publishTime === undefined || before.text === after.text) return [];
      return after.publishTime <= before.publishTime ? [`${said}; ${firstDifference(before.text, after.text)}`] : [];
    },
  },
  {
    id: 'dash.ended-is-final',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'An MPD that has become static stays as it is.',
    check: ({ before, after }) => {
      if (before.type === 'dynamic') return [];
      if (after.type === 'dynamic') return ['was static, is dynamic'];
      return before.text === after.text ? [] : ['the text of a static MPD has changed'];
    },
  },
  {
    id: 'dash.periods-stay',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: 'Periods keep their order; they are added at the end and removed at the head.',
    check: (change) => {
      const { before, after } = change;
      if (!bothDynamic(change)) return [];
      const then = before.periods.map(({ id }) => id);
      const now = after.periods.map(({ id }) => id);
      const first = then.indexOf(now[0]);
      const expected = then.slice(Math.max(first, 0));
      const isGrown = first >= 0 && expected.every((id, index) => now[index] === id);
      // All of them may be gone where the watch was away for long; the last one never is while it is asked for.
      return isGrown || then.length === 0 ? [] : [`were ${list(then)}, are ${list(now)}`];
    },
  },
  {
    id: 'dash.period-start-stays',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: 'A Period begins when it began; one that has a next ends where it ended.',
    check: (change) =>
      !bothDynamic(change)
        ? []
        : kept(change).flatMap(({ then, now }) => {
            const moved = (a: number | undefined, b: number | undefined): boolean =>
              a !== undefined && b !== undefined && Math.abs(a - b) > SAME_SECONDS;
            return [
              ...(moved(then.start, now.start)
                ? [`${now.element.path}: began at ${then.start} s, begins at ${now.start} s`]
                : []),
              ...(then !== change.before.periods.at(-1) && moved(then.duration, now.duration)
                ? [`${now.element.path}: lasted ${then.duration} s, lasts ${now.duration} s`]
                : []),
            ];
          }),
  },
  {
    id: 'dash.sets-stay',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: 'The AdaptationSets of a Period, and their order, stay.',
    check: (change) =>
      kept(change).flatMap(({ then, now }) => {
        const [were, are] = [then, now].map(({ sets }) => sets.map(({ id }) => id));
        return list(were!) === list(are!) ? [] : [`${now.element.path}: were ${list(were!)}, are ${list(are!)}`];
      }),
  },
  {
    id: 'dash.representations-stay',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: 'The Representations of an AdaptationSet, and their order, stay.',
    check: (change) =>
      kept(change).flatMap(({ then, now }) =>
        now.sets.flatMap((set) => {
          const same = then.sets.find(({ id }) => id !== undefined && id === set.id);
          if (!same) return [];
          const [were, are] = [same, set].map(({ representations }) => representations.map(({ id }) => id));
          return list(were!) === list(are!) ? [] : [`${set.element.path}: were ${list(were!)}, are ${list(are!)}`];
        }),
      ),
  },
  {
    id: 'dash.addressing-stays',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: 'Within a Period the way segments are found never changes.',
    check: ofRepresentations((then, now, _period, change) => {
      const [a, b] = [then.addressing, now.addressing];
      if (!a || !b || !bothDynamic(change)) return [];
      const names = ['kind', 'timescale', 'duration', 'presentationTimeOffset', 'media', 'initialization'] as const;
      const byNumber = !a.timeline && !b.timeline && a.startNumber !== b.startNumber;
      return [
        ...names
          .filter((name) => a[name] !== b[name])
          .map((name) => `${name} was ${a[name] ?? 'none'}, is ${b[name] ?? 'none'}`),
        ...(byNumber ? [`startNumber was ${a.startNumber}, is ${b.startNumber}`] : []),
      ];
    }),
  },
  {
    id: 'dash.codecs-stay',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: 'Within a Period a Representation stays what it is.',
    check: ofRepresentations((then, now) =>
      ['codecs', 'mimeType', 'width', 'height', 'audioSamplingRate']
        .filter((name) => then.attribute(name) !== now.attribute(name))
        .map((name) => `@${name} was ${then.attribute(name) ?? 'none'}, is ${now.attribute(name) ?? 'none'}`),
    ),
  },
  {
    id: 'dash.segments-stay',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: 'A segment keeps its number and its duration; S elements are removed at the head only.',
    check: ofRepresentations((then, now) => {
      const [was, is] = [then.addressing?.timeline, now.addressing?.timeline];
      const [first] = is ?? [];
      if (!was || !is || !first || then.addressing?.isOpen || now.addressing?.isOpen) return [];
      const byTime = new Map(is.map((entry) => [entry.t, entry]));
      const lost = was.filter(({ t }) => t >= first.t && !byTime.has(t));
      const changed = was.flatMap((entry) =>
        changeOf(entry, byTime.get(entry.t), /\$Number/.test(now.addressing?.media ?? '')),
      );
      return [
        ...(lost.length > 0 ? [`S at ${lost[0]!.t} is gone, the first is at ${first.t}`] : []),
        ...changed.slice(0, 1),
      ];
    }),
  },
  {
    id: 'dash.edge-stays',
    clause: 'DASH-IF timing model 21',
    severity: 'error',
    text: 'What was listed at the end stays listed: the live edge never goes back.',
    check: ofRepresentations((then, now, _period, change) => {
      const [was, is] = [then, now].map(({ addressing }) => endOf(addressing?.timeline));
      if (was === undefined || then.addressing?.isOpen || !bothDynamic(change)) return [];
      return is === undefined || is < was ? [`ended at ${was}, ends at ${is ?? 'nothing'}`] : [];
    }),
  },
  {
    id: 'dash.segments-stay-long-enough',
    clause: 'DASH-IF timing model 21',
    severity: 'warning',
    text: 'A segment leaves the list when the time-shift buffer has left it, not before.',
    check: ofRepresentations((then, now, _period, change) => {
      const [was, is] = [then.addressing, now.addressing];
      const depth = change.after.timeShiftBufferDepth;
      const [first] = is?.timeline ?? [];
      const end = endOf(is?.timeline);
      if (!was?.timeline || !is || !first || end === undefined || depth === undefined) return [];
      const removed = was.timeline.findLast(({ t }) => t < first.t);
      if (!removed) return [];
      // From where it ended, not from the next one listed: there may be a gap between the two.
      const listed = (end - (removed.t + removed.d)) / is.timescale;
      return listed < depth - ONE_FRAME_SECONDS
        ? [
            `${Number(listed.toFixed(3))} s are listed after S at ${removed.t} was removed, @timeShiftBufferDepth is ${depth} s`,
          ]
        : [];
    }),
  },
];

/** The words around the first character that differs. */
function firstDifference(before: string, after: string): string {
  let at = 0;
  while (before[at] === after[at]) at += 1;
  const begin = Math.max(before.lastIndexOf(' ', at), before.lastIndexOf('<', at)) + 1;
  const [was, is] = [before, after].map((text) => text.slice(begin, at + 20).split(/[\s>]/)[0]);
  return `${was} became ${is}`;
}

const endOf = (timeline: readonly Entry[] | undefined): number | undefined => {
  const last = timeline?.at(-1);
  return last && last.t + last.d;
};

function changeOf(was: Entry, is: Entry | undefined, byNumber: boolean): string[] {
  if (!is) return [];
  if (byNumber && is.number !== was.number) return [`S at ${was.t} was number ${was.number}, is ${is.number}`];
  return is.d === was.d ? [] : [`S at ${was.t} lasted ${was.d}, lasts ${is.d}`];
}
