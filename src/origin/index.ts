export { describeMediaPlaylists } from './api-description.js';
export { AnsweredRequests } from './answered-requests.js';
export { Catalogue, type Listing } from './catalogue.js';
export { PlaybackLinks } from './signed/index.js';
export { isPlaybackAddress } from './http/playback-door.js';
export { OriginModule } from './origin.module.js';
