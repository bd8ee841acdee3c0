/** How the API description tells of the playback addresses. */
import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiParam, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_CODES_MEMBER } from '../platform/problems/index.js';
import { HLS_TYPE } from './cache-policy.js';

const TEXT = { schema: { type: 'string' } };

export const StreamParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'Id of the stream.', example: 'demo' });

export const RenditionParam = (): MethodDecorator =>
  ApiParam({ name: 'rendition', description: 'Name of a quality, or audio.', example: '720p' });

/** It may be read by any web page, and kept as Cache-Control says. */
export const ApiText = (description: string, type: string, example: string): MethodDecorator =>
  ApiOkResponse({ description, content: { [type]: { ...TEXT, example } }, headers: CACHED });

const CACHED = {
  'Cache-Control': { description: 'How long it may be kept, by players and by a CDN.', schema: { type: 'string' } },
};

export const ApiMedia = (): MethodDecorator =>
  applyDecorators(
    ApiOkResponse({
      description: 'The file, or what there is of it: a segment in progress is sent part by part as it is made.',
      content: {
        'video/mp4': { schema: { type: 'string', format: 'binary' } },
        'audio/mp4': { schema: { type: 'string', format: 'binary' } },
        'video/mp2t': { schema: { type: 'string', format: 'binary' } },
      },
      headers: CACHED,
    }),
    ApiParam({
      name: 'file',
      description: 'As a playlist or manifest names it: an init segment, a segment, or a part of one.',
      example: '1234.m4s',
    }),
  );

export const MULTIVARIANT_EXAMPLE = `#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=3212000,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=1280x720,AUDIO="audio"
720p/playlist.m3u8
`;

export const MPD_EXAMPLE = `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" …>…</MPD>
`;

const MEDIA_PLAYLIST_EXAMPLE = `#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-MEDIA-SEQUENCE:1234
#EXTINF:2.00000,
1234.m4s
`;

/** Media playlists are answered before the web framework sees the request, which therefore knows nothing of them. */
export function describeMediaPlaylists(document: OpenAPIObject): void {
  document.paths['/streams/{id}/{rendition}/playlist.m3u8'] = {
    get: {
      operationId: 'MediaPlaylists_serve',
      tags: ['playback'],
      // Open to all, like every address of a player.
      security: [],
      summary: 'Media playlist of one rendition',
      description:
        'With _HLS_msn and _HLS_part it is held until it has that part (rfc8216bis 6.2.5.2), with _HLS_skip it is a delta update.',
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: 'demo' },
        { name: 'rendition', in: 'path', required: true, schema: { type: 'string' }, example: '720p' },
        directive('_HLS_msn', 'Media sequence number to wait for.', { type: 'integer', minimum: 0 }, 1234),
        directive('_HLS_part', 'Part of it to wait for.', { type: 'integer', minimum: 0 }, 2),
        directive('_HLS_skip', 'Leave out what the player has.', { type: 'string', enum: ['YES', 'v2'] }, 'YES'),
      ],
      responses: {
        '200': {
          description: 'The playlist.',
          headers: CACHED,
          content: { [HLS_TYPE]: { ...TEXT, example: MEDIA_PLAYLIST_EXAMPLE } },
        },
      },
      ...{ [PROBLEM_CODES_MEMBER]: MEDIA_PLAYLIST_PROBLEMS },
    },
  };
}

const MEDIA_PLAYLIST_PROBLEMS = [
  ...['playlist-not-found', 'stream-starting', 'delivery-directive-invalid', 'delivery-too-far-ahead'],
  'delivery-timed-out',
  ...['playback-link-invalid', 'playback-link-expired'],
];

const directive = (
  name: string,
  description: string,
  schema: Readonly<Record<string, unknown>>,
  example: unknown,
): { name: string; in: 'query'; required: false; description: string; schema: object; example: unknown } => ({
  ...{ name, in: 'query', required: false, description, schema, example },
});
