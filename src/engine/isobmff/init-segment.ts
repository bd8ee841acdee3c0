/** Reads a CMAF header (ftyp + moov): what the manifests say of a track comes from the real bytes, never from the request. */
import { createFile, MP4BoxBuffer } from 'mp4box';

export interface InitDescription {
  readonly trackId: number;
  readonly timescale: number;
  /** RFC 6381 codec string, e.g. `avc1.64001f`, `mp4a.40.2`. */
  readonly codec: string;
  readonly width?: number;
  readonly height?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
}

/** Throws RangeError when the bytes do not hold exactly one track. */
export function describeInit(init: Buffer): InitDescription {
  const file = createFile();
  const copy = MP4BoxBuffer.fromArrayBuffer(new Uint8Array(init).buffer, 0);
  file.appendBuffer(copy, true);
  // Without a moov box there is no list of tracks at all.
  const { tracks = [] } = file.getInfo() as Partial<ReturnType<typeof file.getInfo>>;
  const [track] = tracks;
  if (!track || tracks.length !== 1) throw new RangeError(`an init segment needs one track, found ${tracks.length}`);
  return {
    trackId: track.id,
    timescale: track.timescale,
    codec: track.codec,
    ...(track.video && { width: track.video.width, height: track.video.height }),
    ...(track.audio && { sampleRate: track.audio.sample_rate, channels: track.audio.channel_count }),
  };
}
