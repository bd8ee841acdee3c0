/** What viewers and CDNs talk to: manifests, held requests, media. Knows presentations, not who makes them. */
import { Module } from '@nestjs/common';
import { AnsweredRequests } from './answered-requests.js';
import { Catalogue } from './catalogue.js';
import { FrontDoor } from './front-door.js';
import { HandedBackMedia } from './handed-back-media.js';
import { PlaybackDoor } from './http/playback-door.js';
import { ManifestsController } from './manifests.controller.js';
import { MediaController } from './media.controller.js';
import { OriginMetrics } from './origin.metrics.js';
import { MediaPlaylists } from './media-playlists.js';
import { MediaLookup } from './media-lookup.js';
import { OnAirLookup } from './on-air-lookup.js';
import { PlaybackLinks } from './signed/index.js';
import { TextCache } from './rendered-text.js';
import { WakeLatency } from './wake-latency.js';

@Module({
  controllers: [ManifestsController, MediaController],
  providers: [
    AnsweredRequests,
    Catalogue,
    FrontDoor,
    HandedBackMedia,
    MediaLookup,
    OnAirLookup,
    MediaPlaylists,
    TextCache,
    WakeLatency,
    OriginMetrics,
    PlaybackDoor,
    PlaybackLinks,
  ],
  exports: [AnsweredRequests, Catalogue, PlaybackLinks],
})
export class OriginModule {}
