/** Every tag of rfc8216bis: where it may stand, how often, and what its value and attributes are. PURE. */

/** The forms an attribute's value can have (4.2); `'YES|NO'` stands for an enumerated-string of just these. */
export type ValueForm =
  | 'integer'
  | 'float'
  | 'signed'
  | 'hex'
  | 'string'
  | 'string-or-empty'
  | 'resolution'
  | 'byte-range'
  | 'byte-range-with-offset'
  | 'date'
  | 'word'
  | `${string}|`;

export interface AttributeForm {
  readonly form: ValueForm;
  readonly required: boolean;
}

export interface TagForm {
  readonly clause: string;
  /** `either`: in both kinds of playlist; `metadata` and `segment` tags belong to media playlists, like `media`. */
  readonly scope: 'either' | 'media' | 'segment' | 'metadata' | 'multivariant';
  readonly once: boolean;
  readonly value: 'none' | 'attributes' | 'integer' | 'extinf' | 'byte-range' | 'date' | 'type';
  readonly attributes: Readonly<Record<string, AttributeForm>>;
}

/** `'NAME': 'form'`, with a `!` behind the form where the attribute is REQUIRED. */
type Attributes = Readonly<Record<string, string>>;

const tag = (
  clause: string,
  scope: TagForm['scope'],
  value: TagForm['value'],
  { once = false, attributes = {} }: { once?: boolean; attributes?: Attributes } = {},
): TagForm => ({
  ...{ clause, scope, once, value },
  attributes: Object.fromEntries(
    Object.entries(attributes).map(([name, form]) => [
      name,
      { form: form.replace(/!$/, '') as ValueForm, required: form.endsWith('!') },
    ]),
  ),
});

const once = { once: true };
const KEY: Attributes = {
  ...{ METHOD: 'word!', URI: 'string', IV: 'hex', KEYFORMAT: 'string', KEYFORMATVERSIONS: 'string' },
};
const VARIANT: Attributes = {
  ...{ BANDWIDTH: 'integer!', 'AVERAGE-BANDWIDTH': 'integer', SCORE: 'float', CODECS: 'string' },
  ...{ 'SUPPLEMENTAL-CODECS': 'string', RESOLUTION: 'resolution', 'HDCP-LEVEL': 'TYPE-0|TYPE-1|NONE|' },
  ...{ 'ALLOWED-CPC': 'string', 'VIDEO-RANGE': 'word', 'REQ-VIDEO-LAYOUT': 'string', VIDEO: 'string' },
  ...{ 'STABLE-VARIANT-ID': 'string', 'PATHWAY-ID': 'string' },
};

export const TAGS: Readonly<Record<string, TagForm>> = {
  EXTM3U: tag('4.4.1.1', 'either', 'none', once),
  'EXT-X-VERSION': tag('4.4.1.2', 'either', 'integer', once),
  'EXT-X-INDEPENDENT-SEGMENTS': tag('4.4.2.1', 'either', 'none', once),
  'EXT-X-START': tag('4.4.2.2', 'either', 'attributes', {
    once: true,
    attributes: { 'TIME-OFFSET': 'signed!', PRECISE: 'YES|NO|' },
  }),
  'EXT-X-DEFINE': tag('4.4.2.3', 'either', 'attributes', {
    attributes: { NAME: 'string', VALUE: 'string-or-empty', IMPORT: 'string', QUERYPARAM: 'string' },
  }),

  'EXT-X-TARGETDURATION': tag('4.4.3.1', 'media', 'integer', once),
  'EXT-X-MEDIA-SEQUENCE': tag('4.4.3.2', 'media', 'integer', once),
  'EXT-X-DISCONTINUITY-SEQUENCE': tag('4.4.3.3', 'media', 'integer', once),
  'EXT-X-ENDLIST': tag('4.4.3.4', 'media', 'none', once),
  'EXT-X-PLAYLIST-TYPE': tag('4.4.3.5', 'media', 'type', once),
  'EXT-X-I-FRAMES-ONLY': tag('4.4.3.6', 'media', 'none', once),
  'EXT-X-PART-INF': tag('4.4.3.7', 'media', 'attributes', { once: true, attributes: { 'PART-TARGET': 'float!' } }),
  'EXT-X-SERVER-CONTROL': tag('4.4.3.8', 'media', 'attributes', {
    once: true,
    attributes: {
      ...{ 'CAN-SKIP-UNTIL': 'float', 'CAN-SKIP-DATERANGES': 'YES|', 'HOLD-BACK': 'float' },
      ...{ 'PART-HOLD-BACK': 'float', 'CAN-BLOCK-RELOAD': 'YES|' },
    },
  }),

  EXTINF: tag('4.4.4.1', 'segment', 'extinf'),
  'EXT-X-BYTERANGE': tag('4.4.4.2', 'segment', 'byte-range'),
  'EXT-X-DISCONTINUITY': tag('4.4.4.3', 'segment', 'none'),
  'EXT-X-KEY': tag('4.4.4.4', 'segment', 'attributes', { attributes: KEY }),
  'EXT-X-MAP': tag('4.4.4.5', 'segment', 'attributes', {
    attributes: { URI: 'string!', BYTERANGE: 'byte-range-with-offset' },
  }),
  'EXT-X-PROGRAM-DATE-TIME': tag('4.4.4.6', 'segment', 'date'),
  'EXT-X-GAP': tag('4.4.4.7', 'segment', 'none'),
  'EXT-X-BITRATE': tag('4.4.4.8', 'segment', 'integer'),
  'EXT-X-PART': tag('4.4.4.9', 'segment', 'attributes', {
    attributes: { URI: 'string!', DURATION: 'float!', INDEPENDENT: 'YES|', BYTERANGE: 'byte-range', GAP: 'YES|' },
  }),

  'EXT-X-DATERANGE': tag('4.4.5.1', 'metadata', 'attributes', {
    attributes: {
      ...{ ID: 'string!', CLASS: 'string', 'START-DATE': 'date', CUE: 'string', 'END-DATE': 'date' },
      ...{ DURATION: 'float', 'PLANNED-DURATION': 'float', 'END-ON-NEXT': 'YES|' },
      ...{ 'SCTE35-CMD': 'hex', 'SCTE35-OUT': 'hex', 'SCTE35-IN': 'hex' },
    },
  }),
  'EXT-X-SKIP': tag('4.4.5.2', 'metadata', 'attributes', {
    once: true,
    attributes: { 'SKIPPED-SEGMENTS': 'integer!', 'RECENTLY-REMOVED-DATERANGES': 'string-or-empty' },
  }),
  'EXT-X-PRELOAD-HINT': tag('4.4.5.3', 'metadata', 'attributes', {
    attributes: { TYPE: 'PART|MAP|!', URI: 'string!', 'BYTERANGE-START': 'integer', 'BYTERANGE-LENGTH': 'integer' },
  }),
  'EXT-X-RENDITION-REPORT': tag('4.4.5.4', 'metadata', 'attributes', {
    attributes: { URI: 'string!', 'LAST-MSN': 'integer', 'LAST-PART': 'integer' },
  }),

  'EXT-X-MEDIA': tag('4.4.6.1', 'multivariant', 'attributes', {
    attributes: {
      ...{ TYPE: 'AUDIO|VIDEO|SUBTITLES|CLOSED-CAPTIONS|!', URI: 'string', 'GROUP-ID': 'string!', NAME: 'string!' },
      ...{ LANGUAGE: 'string', 'ASSOC-LANGUAGE': 'string', 'STABLE-RENDITION-ID': 'string', DEFAULT: 'YES|NO|' },
      ...{ AUTOSELECT: 'YES|NO|', FORCED: 'YES|NO|', 'INSTREAM-ID': 'string', 'BIT-DEPTH': 'integer' },
      ...{ 'SAMPLE-RATE': 'integer', CHARACTERISTICS: 'string', CHANNELS: 'string' },
    },
  }),
  'EXT-X-STREAM-INF': tag('4.4.6.2', 'multivariant', 'attributes', {
    attributes: { ...VARIANT, 'FRAME-RATE': 'float', AUDIO: 'string', SUBTITLES: 'string' },
  }),
  'EXT-X-I-FRAME-STREAM-INF': tag('4.4.6.3', 'multivariant', 'attributes', {
    attributes: { ...VARIANT, URI: 'string!' },
  }),
  'EXT-X-SESSION-DATA': tag('4.4.6.4', 'multivariant', 'attributes', {
    attributes: { 'DATA-ID': 'string!', VALUE: 'string', URI: 'string', FORMAT: 'JSON|RAW|', LANGUAGE: 'string' },
  }),
  'EXT-X-SESSION-KEY': tag('4.4.6.5', 'multivariant', 'attributes', { attributes: KEY }),
  'EXT-X-CONTENT-STEERING': tag('4.4.6.6', 'multivariant', 'attributes', {
    once: true,
    attributes: { 'SERVER-URI': 'string!', 'PATHWAY-ID': 'string' },
  }),
};
