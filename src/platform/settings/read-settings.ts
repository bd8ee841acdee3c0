/** Environment variables → settings, or every fault in them at once. */
import { Problem } from '../../engine/problem.js';
import { redactText } from '../logging/redact.js';
import { AGREEMENTS } from './agreements.js';
import { readTextFile, secretText, type ReadText } from './secret-files.js';
import { SETTING_TABLE, type SettingDeclaration, type SettingName, type Settings } from './setting-table.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads every setting from `env`; a variable that is empty counts as unset. Throws `settings-invalid` whose fact
 * `errors` has one sentence per fault: the variable, what was found, what is allowed, and the fix. A secret may come
 * from the file that `NAME_FILE` names, and is in no sentence.
 */
export function readSettings(env: Environment, readText: ReadText = readTextFile): Settings {
  const errors: string[] = [];
  const invalid = new Set<SettingName>();
  const values: Record<string, unknown> = {};
  for (const name of NAMES) {
    const declared: SettingDeclaration = SETTING_TABLE[name];
    const read = readSetting(name, declared, env, readText);
    if ('value' in read) values[camelCase(name)] = read.value;
    else {
      invalid.add(name);
      errors.push(read.error);
    }
  }
  // Safe: the loop above gave every name of the table its checked value, or an error that is thrown below.
  const settings = values as Settings;
  for (const { names, holds, must, fix } of AGREEMENTS) {
    if (names.some((name) => invalid.has(name)) || holds(settings)) continue;
    errors.push(`${names.map((name) => said(name, env)).join(' and ')}: ${must}. ${fix}`);
  }
  if (errors.length > 0) throw new Problem('settings-invalid', { errors }, { detail: errors.join('\n') });
  return Object.freeze(settings);
}

/** Takes the secrets out of the environment, once they are read: ffmpeg and everything else started later inherits it. */
export function forgetSecrets(env: Record<string, string | undefined>): void {
  for (const name of NAMES) if (isSecret(name)) delete env[name];
}

/** `SEGMENT_DURATION` → `segmentDuration`. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const NAMES = Object.keys(SETTING_TABLE) as SettingName[];

type Read = { readonly value: unknown } | { readonly error: string };

function readSetting(name: SettingName, declared: SettingDeclaration, env: Environment, readText: ReadText): Read {
  const variable = (key: string): string | undefined => env[key]?.trim() || undefined;
  const found = declared.secret ? secretText(name, variable, readText) : { text: variable(name) };
  if ('error' in found) return found;
  const text = found.text ?? declared.default;
  if (text === undefined) return { value: undefined };
  const parsed = declared.rule.schema.safeParse(text);
  return parsed.success ? { value: parsed.data } : { error: fault(name, text, declared) };
}

function fault(name: SettingName, text: string, declared: SettingDeclaration): string {
  const without = declared.default === undefined ? 'leave it off' : `use the default, ${declared.default}`;
  const unit = declared.unit ? `, in ${UNIT_WORDS[declared.unit]}` : '';
  return `${name} is ${shown(name, text)}: allowed is ${declared.rule.allowed}${unit}. Correct it, or remove it to ${without}.`;
}

/** `API_PORT is "8084"`, as set or by default; for what is not set at all, that. */
function said(name: SettingName, env: Environment): string {
  const text = env[name]?.trim() || SETTING_TABLE[name].default;
  return text === undefined ? `${name} is not set` : `${name} is ${shown(name, text)}`;
}

const shown = (name: SettingName, text: string): string => (isSecret(name) ? '…' : JSON.stringify(redactText(text)));

function isSecret(name: SettingName): boolean {
  const declared: SettingDeclaration = SETTING_TABLE[name];
  return declared.secret === true;
}

export const UNIT_WORDS: Readonly<Record<NonNullable<SettingDeclaration['unit']>, string>> = {
  s: 'seconds',
  fps: 'frames per second',
  segments: 'segments',
  MB: 'megabytes (10^6 bytes)',
  'per minute': 'changes a minute',
};
