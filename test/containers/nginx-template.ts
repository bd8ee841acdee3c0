/** What the template of nginx asks for. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './image.js';

/** The names of its placeholders, sorted. */
export async function placeholdersOf(): Promise<string[]> {
  const template = await readFile(join(ROOT, 'nginx/nginx.conf.template'), 'utf8');
  const code = template.replace(/^\s*#.*$/gm, '');
  return [...new Set([...code.matchAll(/\$\{([A-Z][A-Z0-9_]*)\}/g)].map(([, name]) => name!))].sort();
}
