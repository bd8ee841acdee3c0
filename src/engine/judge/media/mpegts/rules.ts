/** The rules of a segment of MPEG-TS (ISO/IEC 13818-1; rfc8216bis 3.1.1; Apple 7.4). PURE. */
import type { Rule } from '../../rule.js';
import type { MediaExpectation } from '../expectation.js';
import { counterBreaks, firstOfEach, type Counters } from './counters.js';
import { CLOCK_HZ, near, type Transport, type TsStream } from './transport.js';

export interface ExpectedTransport extends Transport {
  readonly expected: MediaExpectation;
  /** The last counter of every PID of the segment before; undefined where it need not go on. */
  readonly countersBefore: Counters | undefined;
}

/** The longest distance of two PCRs (2.7.2). */
const PCR_INTERVAL_TICKS = 0.1 * CLOCK_HZ;

export const TRANSPORT_RULES: readonly Rule<ExpectedTransport>[] = [
  {
    id: 'media.ts-packets',
    clause: 'ISO/IEC 13818-1 2.4.3',
    severity: 'error',
    text: 'A segment is whole transport packets with whole PES packets.',
    check: ({ faults }) => faults,
  },
  {
    id: 'media.ts-tables',
    clause: 'rfc8216bis 3.1.1',
    severity: 'error',
    text: 'Every segment has a PAT and a PMT, of one program.',
    check: ({ tables: { pat, map, programs } }) => [
      ...(pat ? [] : ['no PAT']),
      ...(pat && !map ? ['no PMT'] : []),
      ...(programs.length > 1 ? [`${programs.length} programs`] : []),
    ],
  },
  {
    id: 'media.ts-tables-first',
    clause: 'rfc8216bis 3.1.1',
    severity: 'warning',
    text: 'PAT and PMT come before media.',
    check: ({ tables: { pat, map }, streams }) => {
      const first = Math.min(...streams.flatMap(({ pes }) => pes[0]?.packet ?? []));
      const late = Math.max(pat?.packet ?? 0, map?.section.packet ?? 0);
      return pat && map && late > first ? [`tables end in packet ${late}, media begin in packet ${first}`] : [];
    },
  },
  {
    id: 'media.ts-tables-intact',
    clause: 'ISO/IEC 13818-1 annex A',
    severity: 'error',
    text: 'The CRC of every PAT and PMT is right.',
    check: ({ tables }) => tables.damaged,
  },
  {
    id: 'media.ts-counters',
    clause: 'ISO/IEC 13818-1 2.4.3.3',
    severity: 'error',
    text: 'Continuity counters run on within a segment.',
    check: ({ packets }) => counterBreaks(packets).slice(0, 3),
  },
  {
    id: 'media.ts-counters-between',
    clause: 'rfc8216bis 3',
    severity: 'warning',
    text: 'Continuity counters run on from segment to segment.',
    check: ({ packets, countersBefore }) => (countersBefore ? counterBreaks(firstOfEach(packets), countersBefore) : []),
  },
  {
    id: 'media.ts-has-clock',
    clause: 'ISO/IEC 13818-1 2.4.4.9',
    severity: 'error',
    text: 'The PID that the PMT names carries the clock (PCR).',
    check: ({ tables: { map }, packets }) =>
      map && !packets.some(({ pid, pcrTicks }) => pid === map.clockPid && pcrTicks !== undefined)
        ? [`no PCR on PID ${map.clockPid}`]
        : [],
  },
  {
    id: 'media.ts-clock-before-media',
    clause: 'ISO/IEC 13818-1 2.4.2.6',
    severity: 'error',
    text: 'Media arrive before they have to be decoded: the PCR is never later than a DTS that follows it.',
    check: (transport) => lateUnits(transport).slice(0, 3),
  },
  {
    id: 'media.ts-clock-often',
    clause: 'ISO/IEC 13818-1 2.7.2',
    severity: 'note',
    text: 'PCRs are 100 ms apart at most.',
    check: ({ tables: { map }, packets }) => {
      const pcrs = packets.flatMap(({ pid, pcrTicks }) => (pid === map?.clockPid ? (pcrTicks ?? []) : []));
      const longest = Math.max(0, ...pcrs.slice(1).map((pcr, index) => near(pcr - pcrs[index]!)));
      return longest > PCR_INTERVAL_TICKS ? [`${(longest / CLOCK_HZ).toFixed(3)} s`] : [];
    },
  },
  {
    id: 'media.ts-times-increase',
    clause: 'ISO/IEC 13818-1 2.4.3.7',
    severity: 'error',
    text: 'DTS increases from access unit to access unit, and no PTS is before its DTS.',
    check: ({ streams }) => streams.flatMap((stream) => [...timeFaults(stream)].slice(0, 3)),
  },
  {
    id: 'media.ts-parameter-sets',
    clause: 'Apple 7.4',
    severity: 'error',
    text: 'Video begins with its parameter sets, before the IDR picture.',
    check: ({ streams, expected }) => (expected.kind === 'segment' ? streams.flatMap(missingSets) : []),
  },
  {
    id: 'media.ts-delimiter',
    clause: 'ISO/IEC 13818-1 2.14.1',
    severity: 'warning',
    text: 'A picture begins with an access unit delimiter.',
    check: ({ streams }) =>
      streams.flatMap(({ name, syntax, firstNals: [first] }) =>
        syntax && first && syntax.typeOf(first) !== syntax.delimiter
          ? [`${name} begins with a NAL unit of type ${syntax.typeOf(first)}`]
          : [],
      ),
  },
  {
    id: 'media.ts-adts',
    clause: 'ISO/IEC 13818-7 6.2',
    severity: 'error',
    text: 'AAC is whole frames in ADTS.',
    check: ({ streams }) => streams.flatMap(({ name, adts }) => (adts?.fault ? [`${name}: ${adts.fault}`] : [])),
  },
];

/** PES packets that begin when the clock is past their DTS. */
function lateUnits({ tables: { map }, packets, streams }: ExpectedTransport): string[] {
  const clock = packets.filter(({ pid, pcrTicks }) => pid === map?.clockPid && pcrTicks !== undefined);
  return streams.flatMap(({ name, pes }) => {
    let next = 0;
    return pes.flatMap(({ packet, dtsTicks }) => {
      while (next < clock.length && clock[next]!.index <= packet) next += 1;
      const pcr = clock[next - 1]?.pcrTicks;
      const early = pcr === undefined || dtsTicks === undefined ? 0 : near(dtsTicks - pcr);
      return early < 0 ? [`${name}, packet ${packet}: DTS ${dtsTicks} is ${-early} ticks before the PCR`] : [];
    });
  });
}

function* timeFaults({ name, pes }: TsStream): Iterable<string> {
  let last: number | undefined;
  for (const { packet, dtsTicks, ptsTicks } of pes) {
    if (dtsTicks === undefined || ptsTicks === undefined) continue;
    if (last !== undefined && near(dtsTicks - last) <= 0)
      yield `${name}, packet ${packet}: DTS ${dtsTicks} follows ${last}`;
    if (near(ptsTicks - dtsTicks) < 0) yield `${name}, packet ${packet}: PTS ${ptsTicks}, DTS ${dtsTicks}`;
    last = dtsTicks;
  }
}

function missingSets({ name, syntax, firstNals }: TsStream): string[] {
  if (!syntax || firstNals.length === 0) return [];
  const types = firstNals.map(syntax.typeOf);
  const picture = types.findIndex(syntax.isPicture);
  const before = types.slice(0, picture < 0 ? types.length : picture);
  const missing = syntax.parameterSets.filter((type) => !before.includes(type));
  return missing.length > 0 ? [`${name} begins with NAL units of types ${types.slice(0, 8).join(', ')}`] : [];
}
