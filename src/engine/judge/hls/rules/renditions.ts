/** The rules of EXT-X-MEDIA and its groups (rfc8216bis 4.4.6.1; M6, M7). PURE. */
import type { Rule } from '../../rule.js';
import { tagText, type MultivariantPlaylist, type RenditionTag } from '../playlist.js';
import { text } from '../tag-values.js';

const GROUPED = ['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS'] as const;
/** What members of two groups may differ in (4.4.6.1.1). */
const MAY_DIFFER = new Set([
  ...['GROUP-ID', 'URI', 'CHANNELS', 'BIT-DEPTH', 'STABLE-RENDITION-ID', 'INSTREAM-ID', 'SAMPLE-RATE'],
]);

export const RENDITION_RULES: readonly Rule<MultivariantPlaylist>[] = [
  {
    id: 'hls.group-exists',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'error',
    text: 'AUDIO, VIDEO, SUBTITLES and CLOSED-CAPTIONS name a group that exists.',
    check: ({ variants, renditions }) =>
      variants.flatMap(({ tag }) =>
        GROUPED.filter((type) => {
          const attribute = tag.attributes.get(type);
          if (!attribute || (type === 'CLOSED-CAPTIONS' && !attribute.quoted)) return false;
          return !renditions.some((one) => one.type === type && one.groupId === attribute.value);
        }).map((type) => `${tagText(tag)}: there is no ${type} group "${text(tag, type)}"`),
      ),
  },
  {
    id: 'hls.rendition-names-differ',
    clause: 'rfc8216bis 4.4.6.1.1',
    severity: 'error',
    text: 'Members of a group have different names.',
    check: ({ renditions }) =>
      renditions
        .filter(
          (one, index) => renditions.findIndex((other) => sameGroup(one, other) && other.name === one.name) < index,
        )
        .map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.rendition-one-default',
    clause: 'rfc8216bis 4.4.6.1.1',
    severity: 'error',
    text: 'A group has at most one default.',
    check: ({ renditions }) => {
      const defaults = renditions.filter(({ tag }) => text(tag, 'DEFAULT') === 'YES');
      return defaults
        .filter((one, index) => defaults.findIndex((other) => sameGroup(one, other)) < index)
        .map(({ tag }) => tagText(tag));
    },
  },
  {
    id: 'hls.rendition-autoselect',
    clause: 'rfc8216bis 4.4.6.1',
    severity: 'error',
    text: 'A default may be selected automatically: DEFAULT=YES excludes AUTOSELECT=NO.',
    check: ({ renditions }) =>
      renditions
        .filter(({ tag }) => text(tag, 'DEFAULT') === 'YES' && text(tag, 'AUTOSELECT') === 'NO')
        .map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.rendition-language',
    clause: 'Apple 8.10',
    severity: 'warning',
    text: 'Every rendition but video says its LANGUAGE.',
    check: ({ renditions }) =>
      renditions
        .filter(({ type, tag }) => type !== 'VIDEO' && !tag.attributes.has('LANGUAGE'))
        .map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.rendition-channels',
    clause: 'rfc8216bis 4.4.6.1',
    severity: 'warning',
    text: 'Audio renditions say their CHANNELS.',
    check: ({ renditions }) =>
      renditions
        .filter(({ type, tag }) => type === 'AUDIO' && !tag.attributes.has('CHANNELS'))
        .map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.rendition-uri',
    clause: 'rfc8216bis 4.4.6.2.1',
    severity: 'error',
    text: 'SUBTITLES have a URI of their own; CLOSED-CAPTIONS have none, but an INSTREAM-ID.',
    check: ({ renditions }) =>
      renditions
        .filter(({ type, tag }) => {
          const hasUri = tag.attributes.has('URI');
          if (type === 'SUBTITLES') return !hasUri;
          return type === 'CLOSED-CAPTIONS' && (hasUri || !tag.attributes.has('INSTREAM-ID'));
        })
        .map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.rendition-groups-agree',
    clause: 'rfc8216bis 4.4.6.1.1',
    severity: 'error',
    text: 'Groups of one type have the same members, with the same attributes.',
    check: ({ renditions }) => GROUPED.flatMap((type) => disagreements(renditions.filter((one) => one.type === type))),
  },
];

const sameGroup = (one: RenditionTag, other: RenditionTag): boolean =>
  one.type === other.type && one.groupId === other.groupId;

/** What the members of other groups say differently from the first group, or do not say at all. */
function disagreements(renditions: readonly RenditionTag[]): string[] {
  const groups = [...new Set(renditions.map(({ groupId }) => groupId))];
  const first = renditions.filter(({ groupId }) => groupId === groups[0]);
  return groups.slice(1).flatMap((groupId) => {
    const members = renditions.filter((one) => one.groupId === groupId);
    const missing = first.filter(({ name }) => !members.some((member) => member.name === name));
    const extra = members.filter(({ name }) => !first.some((member) => member.name === name));
    const differing = members.flatMap((member) => {
      const twin = first.find(({ name }) => name === member.name);
      return twin ? differences(twin, member) : [];
    });
    return [
      ...missing.map(({ tag, name }) => `${tagText(tag)}: group "${groupId}" has no member "${name}"`),
      ...extra.map(({ tag, name }) => `${tagText(tag)}: group "${groups[0]}" has no member "${name}"`),
      ...differing,
    ];
  });
}

function differences(one: RenditionTag, other: RenditionTag): string[] {
  const names = new Set([...one.tag.attributes.keys(), ...other.tag.attributes.keys()]);
  return [...names]
    .filter((name) => !MAY_DIFFER.has(name) && text(one.tag, name) !== text(other.tag, name))
    .map((name) => `${tagText(other.tag)}: ${name} differs from line ${one.tag.line}`);
}
