import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readSettings } from './read-settings.js';
import { describeSettings, renderConfigurationPage, renderExampleEnvironment } from './settings-docs.js';

const onDisk = (file: string): Promise<string> => readFile(new URL(`../../../${file}`, import.meta.url), 'utf8');

describe('the generated pages about settings', () => {
  it('docs/configuration.md says what the table says', async () => {
    expect(await onDisk('docs/configuration.md')).toBe(renderConfigurationPage());
  });

  it('config/example.env says what the table says', async () => {
    expect(await onDisk('config/example.env')).toBe(renderExampleEnvironment());
  });

  it('the example with every line switched on gives the defaults', () => {
    const lines = renderExampleEnvironment().matchAll(/^#([A-Z_]+)=(.*)$/gm);
    const env = Object.fromEntries([...lines].map(([, name, value]) => [name!, value]));
    expect(Object.keys(env)).toHaveLength(describeSettings().length);
    expect(readSettings(env)).toEqual(readSettings({}));
  });

  it('no text breaks the table it stands in', () => {
    for (const { meaning, allowed } of describeSettings()) expect(meaning + allowed).not.toMatch(/[|\n]/);
  });
});
