/** The rules of a playlist's text, whatever kind it is (rfc8216bis 4.1 to 4.4.2, 8; H1 to H8). PURE. */
import type { Rule, Severity } from '../../rule.js';
import { tagText, type FaultKind, type Playlist, type Tag } from '../playlist.js';
import { TAGS } from '../tag-table.js';
import { neededVersion } from './needed-version.js';

/** Faults of one kind that the reader has already found. */
const faults = (id: string, clause: string, severity: Severity, text: string, kind: FaultKind): Rule<Playlist> => ({
  ...{ id, clause: `rfc8216bis ${clause}`, severity, text },
  check: (playlist) => playlist.faults.filter((fault) => fault.kind === kind).map(({ evidence }) => evidence),
});

export const TEXT_RULES: readonly Rule<Playlist>[] = [
  {
    id: 'hls.first-line',
    clause: 'rfc8216bis 4.4.1.1',
    severity: 'error',
    text: 'The first line is #EXTM3U.',
    check: ({ lines }) => (lines[0]?.trimEnd() === '#EXTM3U' ? [] : [`line 1 is '${(lines[0] ?? '').slice(0, 60)}'`]),
  },
  {
    id: 'hls.known-kind',
    clause: 'rfc8216bis 4.1',
    severity: 'error',
    text: 'A playlist has tags of a multivariant playlist or of a media playlist.',
    check: ({ kind, tags }) => (kind === 'empty' ? [`${tags.length} tags, and none says which kind it is`] : []),
  },
  {
    id: 'hls.one-kind',
    clause: 'rfc8216bis 4.4.6',
    severity: 'error',
    text: 'A playlist is a multivariant playlist or a media playlist, not both; clients must refuse a mixture.',
    check: ({ kind, tags }) => (kind === 'mixed' ? [mixture(tags)] : []),
  },
  faults('hls.utf8', '4.1', 'error', 'The text is UTF-8 without a Byte Order Mark.', 'encoding'),
  faults(
    ...(['hls.control-characters', '4.1', 'error'] as const),
    'No control characters other than line ends.',
    'control-character',
  ),
  faults('hls.normalised', '4.1', 'error', 'Characters are normalised to Unicode form NFC.', 'not-normalised'),
  faults('hls.white-space', '4.1', 'error', 'No white space where none is specified.', 'white-space'),
  faults('hls.tag-case', '4.1', 'warning', 'Tags are written as specified: they are case sensitive.', 'tag-case'),
  faults(
    ...(['hls.attribute-syntax', '4.2', 'error'] as const),
    'Attribute lists are NAME=value, separated by commas, without white space.',
    'attribute-syntax',
  ),
  faults('hls.attribute-once', '4.2', 'error', 'No attribute is said twice in one list.', 'attribute-once'),
  faults('hls.attribute-value', '4.2', 'error', 'Each attribute has the form its tag defines.', 'attribute-value'),
  faults('hls.attribute-missing', '4.4', 'error', 'Tags have the attributes they require.', 'attribute-missing'),
  faults('hls.tag-value', '4.4', 'error', 'Each tag has a value of the form it defines.', 'tag-value'),
  faults('hls.uri-resolves', '4.1', 'error', 'Every URI can be resolved against the playlist.', 'uri'),
  faults(
    ...(['hls.variable-defined', '4.3', 'error'] as const),
    'Variables are defined once, above their use, and have a value.',
    'variable',
  ),
  {
    id: 'hls.tag-once',
    clause: 'rfc8216bis 4.4.3',
    severity: 'error',
    text: 'Tags about the whole playlist are said at most once.',
    check: ({ tags }) => repeated(tags.filter(({ name }) => TAGS[name]?.once)),
  },
  {
    id: 'hls.version-suffices',
    clause: 'rfc8216bis 8',
    severity: 'error',
    text: 'EXT-X-VERSION is at least what the tags and attributes need.',
    check: (playlist) =>
      neededVersion(playlist)
        .filter(({ version }) => version > playlist.version)
        .slice(0, 1)
        .map(({ version, because }) => `EXT-X-VERSION is ${playlist.version}; ${because} needs ${version}`),
  },
  {
    id: 'hls.version-not-higher',
    clause: 'rfc8216bis 6.2.1',
    severity: 'note',
    text: 'EXT-X-VERSION is not higher than needed.',
    check: (playlist) => {
      const needed = neededVersion(playlist)[0];
      // 9 is what delta updates need and many print everywhere: it keeps out no player in use.
      const tooHigh = playlist.version > Math.max(9, needed?.version ?? 1);
      return tooHigh ? [`EXT-X-VERSION is ${playlist.version}; ${needed?.version ?? 1} would do`] : [];
    },
  },
];

function mixture(tags: readonly Tag[]): string {
  const multivariant = tags.find(({ name }) => TAGS[name]?.scope === 'multivariant')!;
  const media = tags.find(({ name }) => ['media', 'segment', 'metadata'].includes(TAGS[name]?.scope ?? ''))!;
  return `${tagText(multivariant)} beside ${tagText(media)}`;
}

function repeated(tags: readonly Tag[]): string[] {
  return tags
    .map((tag, index) => ({ tag, first: tags.findIndex(({ name }) => name === tag.name), index }))
    .filter(({ first, index }) => first !== index)
    .map(({ tag, first }) => `${tagText(tag)}; first said in line ${tags[first]!.line}`);
}
