/** Environment variables → settings, or every fault in them at once. */
import { Problem } from '../../engine/problem.js';
import { redactText } from '../logging/redact.js';
import { SETTING_TABLE, type SettingDeclaration, type SettingName, type Settings } from './setting-table.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What must hold between two settings that are each fine alone. */
interface Agreement {
  readonly names: readonly [SettingName, SettingName];
  readonly holds: (settings: Settings) => boolean;
  readonly must: string;
  readonly fix: string;
}

const AGREEMENTS: readonly Agreement[] = [
  {
    names: ['PART_DURATION', 'SEGMENT_DURATION'],
    holds: ({ partDuration, segmentDuration }) => partDuration <= segmentDuration,
    must: 'a part must not be longer than a segment',
    fix: 'Lower PART_DURATION or raise SEGMENT_DURATION.',
  },
  {
    names: ['API_PORT', 'CDN_PORT'],
    holds: ({ apiPort, cdnPort }) => apiPort !== cdnPort,
    must: 'the API and nginx cannot share a port',
    fix: 'Give one of them another port.',
  },
];

/**
 * Reads every setting from `env`; a variable that is empty counts as unset. Throws `settings-invalid` whose fact
 * `errors` has one sentence per fault: the variable, what was found, what is allowed, and the fix.
 */
export function readSettings(env: Environment): Settings {
  const errors: string[] = [];
  const invalid = new Set<SettingName>();
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(SETTING_TABLE) as SettingName[]) {
    const declared: SettingDeclaration = SETTING_TABLE[name];
    const text = foundIn(env, name) ?? declared.default;
    const parsed = text === undefined ? { success: true, data: undefined } : declared.rule.schema.safeParse(text);
    values[camelCase(name)] = parsed.data;
    if (parsed.success) continue;
    invalid.add(name);
    errors.push(fault(name, text ?? '', declared));
  }
  // Safe: the loop above gave every name of the table its checked value, or an error that is thrown below.
  const settings = values as Settings;
  for (const { names, holds, must, fix } of AGREEMENTS) {
    if (names.some((name) => invalid.has(name)) || holds(settings)) continue;
    const found = names.map((name) => `${name} is ${quote(foundIn(env, name) ?? SETTING_TABLE[name].default ?? '')}`);
    errors.push(`${found.join(' and ')}: ${must}. ${fix}`);
  }
  if (errors.length > 0) throw new Problem('settings-invalid', { errors }, { detail: errors.join('\n') });
  return Object.freeze(settings);
}

/** `SEGMENT_DURATION` → `segmentDuration`. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function foundIn(env: Environment, name: SettingName): string | undefined {
  return env[name]?.trim() || undefined;
}

function fault(name: SettingName, text: string, declared: SettingDeclaration): string {
  const without = declared.default === undefined ? 'leave it off' : `use the default, ${declared.default}`;
  const unit = declared.unit ? `, in ${UNIT_WORDS[declared.unit]}` : '';
  return `${name} is ${quote(text)}: allowed is ${declared.rule.allowed}${unit}. Correct it, or remove it to ${without}.`;
}

export const UNIT_WORDS: Readonly<Record<NonNullable<SettingDeclaration['unit']>, string>> = {
  s: 'seconds',
  fps: 'frames per second',
  segments: 'segments',
  MB: 'megabytes (10^6 bytes)',
};

const quote = (text: string): string => JSON.stringify(redactText(text));
