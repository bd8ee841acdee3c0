/** Secrets by file: `API_TOKENS_FILE=/run/secrets/tokens` stands for the content of that file, as container secrets come. */
import { readFileSync } from 'node:fs';

/** The content of a file as text; throws what the system says. */
export type ReadText = (path: string) => string;

export const readTextFile: ReadText = (path) => readFileSync(path, 'utf8');

export const fileVariable = (name: string): string => `${name}_FILE`;

type Found = { readonly text: string | undefined } | { readonly error: string };

/** The value of a secret, from its variable or from its file; a sentence where there is none to be had. */
export function secretText(name: string, variable: (name: string) => string | undefined, readText: ReadText): Found {
  const inFile = fileVariable(name);
  const [text, path] = [variable(name), variable(inFile)];
  if (path === undefined) return { text };
  if (text !== undefined)
    return { error: `${name} and ${inFile} are both set: only one can count. Remove one of them.` };
  try {
    const content = readText(path).trim();
    if (content !== '') return { text: content };
    return {
      error: `${inFile} is ${JSON.stringify(path)}, which is empty. Write the value into it, or remove ${inFile}.`,
    };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const fix = 'Correct the path, or let the user of the server read the file.';
    return { error: `${inFile} is ${JSON.stringify(path)}, which cannot be read (${code}). ${fix}` };
  }
}
