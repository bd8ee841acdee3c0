/** SegmentTemplate, SegmentList and SegmentBase with what they inherit (ISO/IEC 23009-1 5.3.9). PURE. */
import type { Addressing, Entry } from './mpd.js';
import { childrenNamed, type XmlElement } from './xml-tree.js';

const KINDS = { SegmentTemplate: 'template', SegmentList: 'list', SegmentBase: 'base' } as const;
/** More entries than any real window has: a list that says more is not unrolled further. */
const MOST_ENTRIES = 100_000;

/** `levels`: MPD, Period, AdaptationSet and Representation. Undefined where none of them says anything. */
export function readAddressing(
  levels: readonly XmlElement[],
  periodSeconds: number | undefined,
): Addressing | undefined {
  const said = levels.flatMap((level) =>
    level.children.filter(({ name, namespace }) => name in KINDS && namespace === level.namespace),
  );
  const innermost = said.at(-1);
  if (!innermost) return undefined;
  const chain = said.filter(({ name }) => name === innermost.name).reverse();
  const text = (name: string): string | undefined =>
    chain.map(({ attributes }) => attributes.get(name)).find((value) => value !== undefined);
  const number = (name: string): number | undefined => {
    const value = text(name)?.trim();
    return value === undefined || !/^[+-]?(\d+(\.\d*)?|INF)$/.test(value)
      ? undefined
      : Number(value.replace('INF', 'Infinity'));
  };
  const timescale = number('timescale') ?? 1;
  const startNumber = number('startNumber') ?? 1;
  const presentationTimeOffset = number('presentationTimeOffset') ?? 0;
  const timeline = chain.flatMap((one) => childrenNamed(one, 'SegmentTimeline'))[0];
  const end = periodSeconds === undefined ? undefined : periodSeconds * timescale + presentationTimeOffset;
  const complete = text('availabilityTimeComplete') ?? baseAttribute(levels, 'availabilityTimeComplete');
  const initialization = chain.flatMap((one) => childrenNamed(one, 'Initialization'))[0];
  return {
    ...{ kind: KINDS[innermost.name as keyof typeof KINDS], element: innermost, timescale, startNumber },
    ...{ presentationTimeOffset, duration: number('duration'), endNumber: number('endNumber') },
    ...{ media: text('media'), initialization: text('initialization') ?? initialization?.attributes.get('sourceURL') },
    timeline: timeline && entriesOf(timeline, startNumber, end),
    isOpen:
      Number(
        childrenNamed(timeline ?? innermost, 'S')
          .at(-1)
          ?.attributes.get('r') ?? 0,
      ) < 0,
    availabilityTimeOffset: offsetOf(levels, number('availabilityTimeOffset')),
    availabilityTimeComplete: complete === undefined ? undefined : ['true', '1'].includes(complete.trim()),
  };
}

/** 5.3.9.5.1: the offsets of BaseURLs and of segment information add up. */
function offsetOf(levels: readonly XmlElement[], own: number | undefined): number | undefined {
  const bases = levels.flatMap(
    (level) => childrenNamed(level, 'BaseURL')[0]?.attributes.get('availabilityTimeOffset') ?? [],
  );
  const offsets = [
    ...bases.map((text) => Number(text.replace('INF', 'Infinity'))),
    ...(own === undefined ? [] : [own]),
  ];
  return offsets.length === 0 ? undefined : offsets.reduce((sum, one) => sum + one, 0);
}

const baseAttribute = (levels: readonly XmlElement[], name: string): string | undefined =>
  levels.flatMap((level) => childrenNamed(level, 'BaseURL')[0]?.attributes.get(name) ?? []).at(-1);

function entriesOf(timeline: XmlElement, startNumber: number, end: number | undefined): Entry[] {
  const rows = childrenNamed(timeline, 'S');
  const entries: Entry[] = [];
  let next = { number: startNumber, t: 0 };
  for (const [index, { attributes }] of rows.entries()) {
    const value = (name: string): number | undefined =>
      attributes.has(name) ? Number(attributes.get(name)) : undefined;
    const d = value('d') ?? 0;
    const from = { number: value('n') ?? next.number, t: value('t') ?? next.t };
    const until = rows[index + 1]?.attributes.get('t');
    const repeats = value('r') ?? 0;
    const count = repeats >= 0 ? repeats + 1 : fitting(from.t, d, until === undefined ? end : Number(until));
    const k = value('k') ?? 1;
    for (let one = 0; one < count && entries.length < MOST_ENTRIES; one += 1) {
      entries.push({ number: from.number + one, t: from.t + one * d, d, k });
    }
    next = { number: from.number + count, t: from.t + count * d };
  }
  return entries;
}

/** How many of `d` fill what is left; one where nobody knows. */
const fitting = (t: number, d: number, end: number | undefined): number =>
  end === undefined || d <= 0 ? 1 : Math.max(1, Math.ceil((end - t) / d - 1e-6));
