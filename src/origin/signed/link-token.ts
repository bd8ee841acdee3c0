/**
 * What a playback link is signed with. The form is the one nginx can check (secure_link_md5): the key comes last, so that
 * nobody can lengthen what was signed. PURE.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface SignedPath {
  readonly streamId: string;
  /** Unix seconds after which it is of no use. */
  readonly expires: number;
}

/** 22 characters of base64url over `{expires}/{stream} {key}`; nginx.conf.template says the same. */
export function linkToken({ streamId, expires }: SignedPath, secret: string): string {
  return createHash('md5').update(`${expires}/${streamId} ${secret}`).digest('base64url');
}

/** Whether a token is the one of this path, in a time that tells nothing of it. */
export function isTokenOf(path: SignedPath, token: string, secret: string): boolean {
  const [given, expected] = [Buffer.from(token), Buffer.from(linkToken(path, secret))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
