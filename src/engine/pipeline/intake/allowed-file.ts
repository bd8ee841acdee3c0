/** Which local files a stream may read. */
import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../problem.js';

/** The real path of a `file:` URL, if it lies below the media root, links resolved. Rejects with `source-file-not-allowed`. */
export async function allowedFile(url: string, mediaRoot: string | undefined, field: string): Promise<string> {
  const refused = (reason: string): Problem => new Problem('source-file-not-allowed', { field, reason });
  if (mediaRoot === undefined) throw refused('MEDIA_ROOT is not set, so file sources are off');
  const root = await realpath(mediaRoot).catch(() => undefined);
  if (root === undefined) throw refused('MEDIA_ROOT does not exist');
  const path = await realpath(fileURLToPath(url)).catch(() => undefined);
  if (path === undefined) throw refused('there is no such file');
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) throw refused('the file is not below MEDIA_ROOT');
  return path;
}
