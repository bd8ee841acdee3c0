/** A stream spec out of a file, YAML or JSON, or out of stdin. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { CommandError, EXIT } from './exit-codes.js';
import type { Shell } from './shell.js';

/** Rejects with a CommandError when it cannot be read or is no object. */
export async function readSpecFile(name: string, shell: Shell): Promise<Record<string, unknown>> {
  const text = await (name === '-' ? shell.input() : readFile(name, 'utf8')).catch((error: unknown) => {
    throw new CommandError(EXIT.usage, `the spec cannot be read: ${(error as Error).message}`);
  });
  const spec = parsed(name, text);
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    throw new CommandError(EXIT.usage, `${name} holds no stream spec: fields like source_url: rtmp://… are expected`);
  }
  return spec as Record<string, unknown>;
}

function parsed(name: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new CommandError(EXIT.usage, `${name} is neither YAML nor JSON: ${(error as Error).message}`);
  }
}
