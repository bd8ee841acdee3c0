/** Prints the setting table as `docs/configuration.md` and `config/example.env`. PURE. */
import { UNIT_WORDS } from './read-settings.js';
import { fileVariable } from './secret-files.js';
import { SETTING_GROUPS, SETTING_TABLE, type SettingDeclaration, type SettingGroup } from './setting-table.js';

export interface SettingDescription {
  readonly name: string;
  readonly group: SettingGroup;
  /** As written in the environment; `undefined` for a setting that is off unless set. */
  readonly default: string | undefined;
  readonly unit: string | undefined;
  readonly allowed: string;
  readonly meaning: string;
}

/** Every setting in words, in the order of the table. */
export function describeSettings(): SettingDescription[] {
  const rows: [string, SettingDeclaration][] = Object.entries(SETTING_TABLE);
  return rows.map(([name, { group, default: standard, unit, rule, meaning, secret }]) => ({
    name,
    group,
    default: standard,
    unit: unit && UNIT_WORDS[unit],
    allowed: rule.allowed,
    meaning: secret ? `${meaning} A secret: ${fileVariable(name)} may name a file that holds it instead.` : meaning,
  }));
}

export function renderConfigurationPage(): string {
  const groups = inGroups().map(({ group, settings }) => {
    const rows = settings.map(
      ({ name, default: standard, unit, allowed, meaning }) =>
        `| \`${name}\` | ${standard === undefined ? 'unset' : `\`${standard}\``} | ${unit ?? '–'} | ${allowed} | ${meaning} |`,
    );
    return [
      `## ${group}`,
      '',
      '| variable | default | unit | allowed | meaning |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  return `${CONFIGURATION_HEAD}\n${groups.join('\n\n')}\n`;
}

export function renderExampleEnvironment(): string {
  const groups = inGroups().map(({ group, settings }) => {
    const entries = settings.map(({ name, default: standard, unit, allowed, meaning }) =>
      [...wrap(`${meaning} Allowed: ${allowed}${unit ? `, in ${unit}` : ''}.`), `#${name}=${standard ?? ''}`].join(
        '\n',
      ),
    );
    return [`# ---- ${group} ----`, ...entries].join('\n\n');
  });
  return `${ENVIRONMENT_HEAD}\n${groups.join('\n\n')}\n`;
}

const CONFIGURATION_HEAD = `# Configuration

Lockstep is configured by environment variables. All of them are checked when the server starts: it lists every fault
it finds at once and does not start with any of them. An empty variable counts as unset. A secret may come from a file:
\`API_TOKENS_FILE=/run/secrets/api-tokens\` stands for what is in that file. Five complete examples are explained in
[sample configurations](samples.md).

This page is generated from \`src/platform/settings/setting-table.ts\` by \`npm run docs\`; so is
\`config/example.env\`, which can be copied and edited.
`;

const ENVIRONMENT_HEAD = `# Every setting with its default. Copy this file, remove the # of a line and change its value.
# Generated from the setting table by \`npm run docs\`; explained in docs/configuration.md.
`;

function inGroups(): { group: SettingGroup; settings: SettingDescription[] }[] {
  const all = describeSettings();
  return SETTING_GROUPS.map((group) => ({ group, settings: all.filter((setting) => setting.group === group) }));
}

/** Comment lines of at most 110 characters. */
function wrap(text: string): string[] {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1]!;
    if (last.length + 1 + word.length <= 110) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}
