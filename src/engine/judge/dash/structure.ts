/**
 * Which elements and attributes an MPD has, in which order and of which type (ISO/IEC 23009-1 annex B, fifth edition and
 * amendment 1). A child is written `Name`, or `Name:Type` where the type has another name; `?` at most once, `*` any
 * number, `+` once or more, nothing: once. An attribute's type ends with `!` where the attribute is required. PURE.
 */
import type { SimpleType } from './schema-types.js';

interface TypeRow {
  /** In schema order. */
  readonly children?: string;
  readonly attributes?: Readonly<Record<string, SimpleType | `${SimpleType}!`>>;
  /** Of the element's own text; nothing where it has none. */
  readonly text?: SimpleType;
}

export interface ChildRow {
  readonly name: string;
  readonly type: string;
  readonly least: number;
  readonly most: number;
}

export interface ElementType {
  readonly children: readonly ChildRow[];
  readonly attributes: ReadonlyMap<string, { readonly type: SimpleType; readonly required: boolean }>;
  readonly text: SimpleType | undefined;
}

const REPRESENTATION_BASE = {
  children:
    'FramePacking:Descriptor* AudioChannelConfiguration:Descriptor* ContentProtection* OutputProtection:Descriptor? ' +
    'EssentialProperty:Descriptor* SupplementalProperty:Descriptor* InbandEventStream:EventStream* Switching* ' +
    'RandomAccess* GroupLabel:Label* Label* ProducerReferenceTime* ContentPopularityRate* Resync*',
  attributes: {
    ...{ profiles: 'profiles', width: 'unsignedInt', height: 'unsignedInt', sar: 'ratio', frameRate: 'frameRate' },
    ...{ audioSamplingRate: 'samplingRates', mimeType: 'string', segmentProfiles: 'words', codecs: 'codecs' },
    ...{ containerProfiles: 'words', maximumSAPPeriod: 'double', startWithSAP: 'sap', maxPlayoutRate: 'double' },
    ...{ codingDependency: 'boolean', scanType: 'scanType', selectionPriority: 'unsignedInt', tag: 'string' },
  },
} as const satisfies TypeRow;

const SEGMENT_BASE = {
  children: 'Initialization:URL? RepresentationIndex:URL? FailoverContent?',
  attributes: {
    ...{ timescale: 'unsignedInt', eptDelta: 'integer', pdDelta: 'integer', presentationTimeOffset: 'unsignedLong' },
    ...{ presentationDuration: 'unsignedLong', timeShiftBufferDepth: 'duration', indexRange: 'byteRange' },
    ...{ indexRangeExact: 'boolean', availabilityTimeOffset: 'double', availabilityTimeComplete: 'boolean' },
  },
} as const satisfies TypeRow;

const MULTIPLE_SEGMENT_BASE = {
  children: `${SEGMENT_BASE.children} SegmentTimeline? BitstreamSwitching:URL?`,
  attributes: {
    ...SEGMENT_BASE.attributes,
    ...{ duration: 'unsignedInt', startNumber: 'unsignedInt', endNumber: 'unsignedInt' },
  },
} as const satisfies TypeRow;

const DESCRIPTOR = { schemeIdUri: 'anyURI!', value: 'string', id: 'string' } as const satisfies TypeRow['attributes'];
const WHAT_IT_IS = 'Accessibility:Descriptor* Role:Descriptor* Rating:Descriptor* Viewpoint:Descriptor*';

const ROWS: Readonly<Record<string, TypeRow>> = {
  MPD: {
    children:
      'ProgramInformation* BaseURL* Location:URI* PatchLocation* ServiceDescription* InitializationSet* ' +
      'InitializationGroup:Numbers* InitializationPresentation:Numbers* ContentProtection* Period+ Metrics* ' +
      'EssentialProperty:Descriptor* SupplementalProperty:Descriptor* UTCTiming:Descriptor* LeapSecondInformation?',
    attributes: {
      ...{ id: 'string', profiles: 'profiles!', type: 'presentationType', availabilityStartTime: 'dateTime' },
      ...{ availabilityEndTime: 'dateTime', publishTime: 'dateTime', mediaPresentationDuration: 'duration' },
      ...{ minimumUpdatePeriod: 'duration', minBufferTime: 'duration!', timeShiftBufferDepth: 'duration' },
      ...{ suggestedPresentationDelay: 'duration', maxSegmentDuration: 'duration', maxSubsegmentDuration: 'duration' },
    },
  },
  Period: {
    children:
      'BaseURL* SegmentBase? SegmentList? SegmentTemplate? AssetIdentifier:Descriptor? EventStream* ' +
      'ServiceDescription* ContentProtection* AdaptationSet* Subset* SupplementalProperty:Descriptor* ' +
      'EmptyAdaptationSet:AdaptationSet* GroupLabel:Label* Preselection*',
    attributes: { id: 'string', start: 'duration', duration: 'duration', bitstreamSwitching: 'boolean' },
  },
  AdaptationSet: {
    children:
      `${REPRESENTATION_BASE.children} ${WHAT_IT_IS} ` +
      'ContentComponent* BaseURL* SegmentBase? SegmentList? SegmentTemplate? Representation*',
    attributes: {
      ...REPRESENTATION_BASE.attributes,
      ...{ id: 'unsignedInt', group: 'unsignedInt', lang: 'language', contentType: 'contentType', par: 'ratio' },
      ...{ minBandwidth: 'unsignedInt', maxBandwidth: 'unsignedInt', minWidth: 'unsignedInt', maxWidth: 'unsignedInt' },
      ...{ minHeight: 'unsignedInt', maxHeight: 'unsignedInt', minFrameRate: 'frameRate', maxFrameRate: 'frameRate' },
      ...{ segmentAlignment: 'booleanOrUnsignedInt', subsegmentAlignment: 'booleanOrUnsignedInt' },
      ...{ subsegmentStartsWithSAP: 'sap', bitstreamSwitching: 'boolean', initializationSetRef: 'unsignedInts' },
      initializationPrincipal: 'anyURI',
    },
  },
  Representation: {
    children:
      `${REPRESENTATION_BASE.children} ` + 'BaseURL* SubRepresentation* SegmentBase? SegmentList? SegmentTemplate?',
    attributes: {
      ...REPRESENTATION_BASE.attributes,
      ...{ id: 'word!', bandwidth: 'unsignedInt!', qualityRanking: 'unsignedInt', dependencyId: 'words' },
      ...{ associationId: 'words', associationType: 'words', mediaStreamStructureId: 'words' },
    },
  },
  SubRepresentation: {
    children: REPRESENTATION_BASE.children,
    attributes: {
      ...REPRESENTATION_BASE.attributes,
      ...{ level: 'unsignedInt', dependencyLevel: 'unsignedInts', bandwidth: 'unsignedInt', contentComponent: 'words' },
    },
  },
  Preselection: {
    children: `${REPRESENTATION_BASE.children} ${WHAT_IT_IS}`,
    attributes: {
      ...REPRESENTATION_BASE.attributes,
      ...{ id: 'word', preselectionComponents: 'words!', lang: 'language', order: 'selectionOrder' },
    },
  },
  InitializationSet: {
    children: `${REPRESENTATION_BASE.children} ${WHAT_IT_IS}`,
    attributes: {
      ...REPRESENTATION_BASE.attributes,
      ...{ id: 'unsignedInt!', inAllPeriods: 'boolean', contentType: 'contentType', par: 'ratio' },
      ...{ maxWidth: 'unsignedInt', maxHeight: 'unsignedInt', maxFrameRate: 'frameRate', initialization: 'anyURI' },
    },
  },
  ContentComponent: {
    children: WHAT_IT_IS,
    attributes: { id: 'unsignedInt', lang: 'language', contentType: 'contentType', par: 'ratio', tag: 'string' },
  },
  SegmentBase: SEGMENT_BASE,
  SegmentList: { ...MULTIPLE_SEGMENT_BASE, children: `${MULTIPLE_SEGMENT_BASE.children} SegmentURL*` },
  SegmentTemplate: {
    ...MULTIPLE_SEGMENT_BASE,
    attributes: {
      ...MULTIPLE_SEGMENT_BASE.attributes,
      ...{ media: 'string', index: 'string', initialization: 'string', bitstreamSwitching: 'string' },
    },
  },
  SegmentTimeline: { children: 'S*' },
  S: { attributes: { t: 'unsignedLong', n: 'unsignedLong', d: 'unsignedLong!', r: 'integer', k: 'unsignedLong' } },
  SegmentURL: {
    attributes: { media: 'anyURI', mediaRange: 'byteRange', index: 'anyURI', indexRange: 'byteRange' },
  },
  URL: { attributes: { sourceURL: 'anyURI', range: 'byteRange' } },
  FailoverContent: { children: 'FCS+', attributes: { valid: 'boolean' } },
  FCS: { attributes: { t: 'unsignedLong!', d: 'unsignedLong' } },
  BaseURL: {
    text: 'anyURI',
    attributes: {
      ...{ serviceLocation: 'string', byteRange: 'string', availabilityTimeOffset: 'double' },
      ...{ availabilityTimeComplete: 'boolean', timeShiftBufferDepth: 'duration', rangeAccess: 'boolean' },
    },
  },
  ServiceDescription: {
    children: 'Scope:Descriptor* Latency* PlaybackRate* OperatingQuality* OperatingBandwidth* ContentSteering?',
    attributes: { id: 'unsignedInt' },
  },
  Latency: {
    children: 'QualityLatency*',
    attributes: { referenceId: 'unsignedInt', target: 'unsignedInt', max: 'unsignedInt', min: 'unsignedInt' },
  },
  QualityLatency: { text: 'unsignedInts', attributes: { type: 'anyURI' } },
  PlaybackRate: { attributes: { max: 'double', min: 'double' } },
  OperatingQuality: {
    attributes: {
      ...{ mediaType: 'qualityMediaType', min: 'unsignedInt', max: 'unsignedInt', target: 'unsignedInt' },
      ...{ type: 'anyURI', maxDifference: 'unsignedInt' },
    },
  },
  OperatingBandwidth: {
    attributes: { mediaType: 'bandwidthMediaType', min: 'unsignedInt', max: 'unsignedInt', target: 'unsignedInt' },
  },
  ContentSteering: {
    text: 'anyURI',
    attributes: { defaultServiceLocation: 'words', queryBeforeStart: 'boolean', clientRequirement: 'boolean' },
  },
  ProducerReferenceTime: {
    children: 'UTCTiming:Descriptor?',
    attributes: {
      ...{ id: 'unsignedInt!', inband: 'boolean', type: 'referenceType', applicationScheme: 'string' },
      ...{ wallClockTime: 'string!', presentationTime: 'unsignedLong!' },
    },
  },
  Resync: {
    attributes: { type: 'sap', dT: 'unsignedInt', dImax: 'double', dImin: 'double', marker: 'boolean' },
  },
  ContentPopularityRate: { children: 'PR+', attributes: { source: 'popularitySource!', source_description: 'string' } },
  PR: { attributes: { popularityRate: 'unsignedInt', start: 'unsignedLong', r: 'integer' } },
  Switching: { attributes: { interval: 'unsignedInt!', type: 'switchingType' } },
  RandomAccess: {
    attributes: {
      ...{ interval: 'unsignedInt!', type: 'randomAccessType', minBufferTime: 'duration', bandwidth: 'unsignedInt' },
    },
  },
  EventStream: {
    children: 'Event*',
    attributes: {
      ...{ schemeIdUri: 'anyURI!', value: 'string', timescale: 'unsignedInt', presentationTimeOffset: 'unsignedLong' },
    },
  },
  Event: {
    text: 'string',
    attributes: {
      ...{ presentationTime: 'unsignedLong', duration: 'unsignedLong', id: 'unsignedInt' },
      ...{ contentEncoding: 'base64', messageData: 'string' },
    },
  },
  Label: { text: 'string', attributes: { id: 'unsignedInt', lang: 'language' } },
  Subset: { attributes: { contains: 'unsignedInts!', id: 'string' } },
  Descriptor: { text: 'string', attributes: DESCRIPTOR },
  ContentProtection: {
    text: 'string',
    attributes: { ...DESCRIPTOR, robustness: 'word', refId: 'string', ref: 'string' },
  },
  ProgramInformation: {
    children: 'Title:Text? Source:Text? Copyright:Text?',
    attributes: { lang: 'language', moreInformationURL: 'anyURI' },
  },
  Metrics: { children: 'Range* Reporting:Descriptor+', attributes: { metrics: 'string!' } },
  Range: { attributes: { starttime: 'duration', duration: 'duration' } },
  LeapSecondInformation: {
    attributes: {
      availabilityStartLeapOffset: 'integer!',
      nextAvailabilityStartLeapOffset: 'integer',
      nextLeapChangeTime: 'dateTime',
    },
  },
  PatchLocation: { text: 'anyURI', attributes: { ttl: 'double' } },
  Numbers: {
    text: 'unsignedInts',
    attributes: { id: 'unsignedInt!', profiles: 'profiles', contentType: 'contentType' },
  },
  URI: { text: 'anyURI' },
  Text: { text: 'string' },
};

const MOST: Readonly<Record<string, readonly [least: number, most: number]>> = {
  ...{ '': [1, 1], '?': [0, 1], '*': [0, Infinity], '+': [1, Infinity] },
};

const TYPES: ReadonlyMap<string, ElementType> = new Map(
  Object.entries(ROWS).map(([name, { children = '', attributes = {}, text }]) => [
    name,
    { children: children.split(' ').filter(Boolean).map(childRow), attributes: attributeRows(attributes), text },
  ]),
);

/** Of a name in the table; every type that a child names is there. */
export const elementType = (name: string): ElementType => TYPES.get(name)!;

function childRow(written: string): ChildRow {
  const [, name = '', type = name, many = ''] = /^(\w+)(?::(\w+))?([?*+]?)$/.exec(written)!;
  const [least, most] = MOST[many]!;
  return { name, type, least, most };
}

function attributeRows(attributes: NonNullable<TypeRow['attributes']>): ElementType['attributes'] {
  return new Map(
    Object.entries(attributes).map(([name, written]) => [
      name,
      { type: written.replace('!', '') as SimpleType, required: written.endsWith('!') },
    ]),
  );
}
