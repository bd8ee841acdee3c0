/** AdaptationSets: the pictures of all rungs in one, the sound in another. PURE. */
import { formatRatio, partSeconds, type DeliveryTerms, type RenditionView } from '../timeline/index.js';
import { listable, nominalSegment, segmentTemplate, type Addressing } from './addressing.js';
import { initIn, type PeriodPlan } from './periods.js';
import { element } from './xml.js';

const CHANNEL_CONFIGURATION = 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011';

export interface PeriodTerms {
  readonly addressing: Addressing;
  readonly period: PeriodPlan;
  /** The segment at which the period's presentation time begins; see `segmentTemplate`. */
  readonly zero: number;
  /** Signalled where chunks can be had before their segment is whole (IOP v5 part 4). */
  readonly chunks?: {
    readonly terms: DeliveryTerms;
    readonly referenceTime: (setId: number, presentationTime: number) => string;
  };
}

/** A set keeps its id whether or not there is another (timing guideline 21). */
export const setId = (kind: RenditionView['kind']): number => (kind === 'video' ? 0 : 1);

export function adaptationSets(renditions: readonly RenditionView[], terms: PeriodTerms): string[] {
  return (['video', 'audio'] as const).flatMap((kind) => {
    const members = renditions.filter((rendition) => rendition.kind === kind && isTellable(rendition, terms));
    return members.length > 0 ? [adaptationSet(kind, members, terms)] : [];
  });
}

/** The schema knows no empty SegmentTimeline: a rendition without anything to list is left out (D22). */
const isTellable = (rendition: RenditionView, { addressing, period }: PeriodTerms): boolean =>
  addressing === 'number' || listable(rendition, period).length > 0;

function adaptationSet(kind: RenditionView['kind'], members: readonly RenditionView[], terms: PeriodTerms): string {
  const { addressing, period, zero, chunks } = terms;
  const id = setId(kind);
  const attributes = {
    ...{ id, contentType: kind, mimeType: `${kind}/mp4`, segmentAlignment: true, startWithSAP: 1 },
    lang: kind === 'audio' ? 'und' : undefined,
  };
  const first = members[0]!;
  const availability = chunks && {
    availabilityTimeOffset: chunks.terms.availabilityTimeOffset,
    availabilityTimeComplete: false,
  };
  // Numbered segments have one template for the set, where IOP wants the availability; lists differ by Representation.
  const shared = segmentTemplate(first, addressing, period, zero);
  return element('AdaptationSet', attributes, [
    ...(chunks ? [chunks.referenceTime(id, zero * nominalSegment(first.track).duration), resync(first)] : []),
    ...(addressing === 'number' ? [element('SegmentTemplate', { ...shared.attributes, ...availability })] : []),
    ...members.map((member) => representation(member, terms)),
  ]);
}

/** A chunk begins at least this often, not always with a picture to start from (ISO/IEC 23009-1 5.3.12). */
function resync({ track }: RenditionView): string {
  return element('Resync', { type: 0, dT: Math.ceil(partSeconds(track.grid) * nominalSegment(track).timescale) });
}

/**
 * Init segments are named by content, so each Representation has a template of its own. It is a whole one, because VLC
 * inherits nothing; only the availability stays with the AdaptationSet.
 */
function representation(rendition: RenditionView, { addressing, period, zero }: PeriodTerms): string {
  const { name, kind, track, peakBps } = rendition;
  const init = initIn(rendition, period);
  const { attributes, children } = segmentTemplate(rendition, addressing, period, zero);
  const common = { id: name, codecs: init.codec, bandwidth: peakBps };
  const template = element(
    'SegmentTemplate',
    { initialization: `$RepresentationID$/${init.name}`, ...attributes },
    children,
  );
  if (kind === 'audio') {
    const channels = element('AudioChannelConfiguration', {
      schemeIdUri: CHANNEL_CONFIGURATION,
      value: init.channels ?? 2,
    });
    return element('Representation', { ...common, audioSamplingRate: init.sampleRate }, [channels, template]);
  }
  const picture = { width: init.width, height: init.height, frameRate: formatRatio(track.grid.fps), sar: '1:1' };
  return element('Representation', { ...common, ...picture }, [template]);
}
