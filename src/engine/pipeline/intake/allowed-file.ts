/** Which local files a stream may read. */
import { realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../problem.js';

/**
 * The real path of a `file:` URL, if it is a file below the media root, links resolved: open this path, not the URL's.
 * Rejects with `source-file-not-allowed`.
 */
export async function allowedFile(url: string, mediaRoot: string | undefined, field: string): Promise<string> {
  const refused = (reason: string): Problem => new Problem('source-file-not-allowed', { field, reason });
  if (mediaRoot === undefined) throw refused('MEDIA_ROOT is not set, so file sources are off');
  const root = await realpath(mediaRoot).catch(() => undefined);
  if (root === undefined) throw refused('MEDIA_ROOT does not exist');
  const named = localPath(url);
  if (named === undefined) throw refused('it is not the path of a local file');
  const path = await realpath(named).catch(() => undefined);
  // Not there, or not to be seen: who asks is not told which, or could map the disk by asking.
  if (!path?.startsWith(root.endsWith(sep) ? root : root + sep))
    throw refused('there is no such file below MEDIA_ROOT');
  const info = await stat(path).catch(() => undefined);
  // A pipe or a device would hold its reader for ever, or never end.
  if (!info?.isFile()) throw refused('it is not a plain file');
  return path;
}

/** Undefined for a URL of another machine, or with a slash in disguise (`%2F`). */
function localPath(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
