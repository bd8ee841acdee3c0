/** The Kubernetes manifests, against the types of its API and rules of ours. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { renderNginxConf } from '../../nginx/render.mjs';
import { readSettings, SETTING_TABLE } from '../../src/platform/settings/index.js';
import { imageConfig, ourDockerfile, ROOT } from './image.js';
import { shapeFaults, type Manifest } from './kubernetes-shape.js';
import { placeholdersOf } from './nginx-template.js';

const FOLDER = join(ROOT, 'config/kubernetes');

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: unknown;
  readonly args?: unknown;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>>>>;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly readinessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly livenessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
}
interface StatefulSet extends Manifest {
  readonly spec: {
    readonly replicas: number;
    readonly serviceName: string;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly volumes: readonly { readonly name: string }[];
        readonly securityContext: Readonly<Record<string, unknown>>;
        readonly automountServiceAccountToken: boolean;
        readonly terminationGracePeriodSeconds: number;
      };
    };
    readonly volumeClaimTemplates: readonly { readonly metadata: { readonly name: string } }[];
  };
}

const files = new Map<string, Manifest[]>();
let manifests: Manifest[];
let set: StatefulSet;
let containers: readonly Container[];
let settings: Readonly<Record<string, string>>;

beforeAll(async () => {
  const names = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.yaml'));
  for (const name of names) {
    const documents = parseAllDocuments(await readFile(join(FOLDER, name), 'utf8'));
    files.set(
      name,
      documents.map((document) => document.toJS() as Manifest),
    );
  }
  manifests = [...files].filter(([name]) => name !== 'kustomization.yaml').flatMap(([, some]) => some);
  set = manifests.find(({ kind }) => kind === 'StatefulSet') as StatefulSet;
  containers = set.spec.template.spec.containers;
  settings = (manifests.find(({ kind }) => kind === 'ConfigMap') as Manifest & { data: Record<string, string> }).data;
});

const CUSTOM = ['ServiceMonitor'];

describe('the manifests', () => {
  it('have the shape that the Kubernetes API wants', () => {
    expect(shapeFaults(manifests.filter(({ kind }) => !CUSTOM.includes(kind)))).toEqual([]);
  });

  it('would not be passed with a misspelled field, a wrong type or without what is required', () => {
    const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec });
    expect(
      shapeFaults([
        service({ ports: [{ port: 1 }] }),
        service({ portz: [] }),
        service({ ports: [{ port: 2, targetPrt: 2 }] }),
        service({ ports: [{ port: 'three' }] }),
        service({ ports: [{ name: 'four' }] }),
      ]),
    ).toEqual([
      expect.stringMatching(/^"portz": .* does not exist in type 'IServiceSpec'/),
      expect.stringMatching(/^"targetPrt": .* does not exist in type 'IServicePort'/),
      expect.stringMatching(/^"port": "three": Type 'string' is not assignable to type 'number'/),
      expect.stringMatching(/Property '"port"' is missing/),
    ]);
  });

  it('that are not of Kubernetes itself have the shape that theirs want', () => {
    const monitors = manifests.filter(({ kind }) => kind === 'ServiceMonitor');
    expect(monitors.map((monitor) => SERVICE_MONITOR.safeParse(monitor).error)).toEqual([undefined]);
    expect(KUSTOMIZATION.safeParse(files.get('kustomization.yaml')![0]).error).toBeUndefined();
  });

  it('are all applied, but for those that not every cluster has', () => {
    const { resources } = KUSTOMIZATION.parse(files.get('kustomization.yaml')![0]);
    const others = [...files.keys()].filter((name) => name !== 'kustomization.yaml' && !name.startsWith('optional/'));
    expect([...resources].sort()).toEqual(others.sort());
  });

  it('select the pods there are, and name ports they have', () => {
    const { labels } = set.spec.template.metadata;
    const text = JSON.stringify(manifests);
    const selected = manifests.flatMap((manifest) => selectorsOf(manifest));
    expect(selected.length).toBeGreaterThanOrEqual(3);
    for (const selector of selected) expect(labels).toMatchObject(selector);
    const named = [...text.matchAll(/"(?:targetPort|port)":"([^"]+)"/g)].map(([, name]) => name);
    const ports = containers.flatMap(({ ports }) => ports.map(({ name }) => name));
    expect(named.filter((name) => !ports.includes(name!))).toEqual([]);
    expect(manifests.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata!.name)).toContain(
      set.spec.serviceName,
    );
  });
});

describe('the pod', () => {
  it('runs without privileges, on a file system it cannot change, and unknown to the cluster', () => {
    const { securityContext, automountServiceAccountToken } = set.spec.template.spec;
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(automountServiceAccountToken).toBe(false);
    for (const container of containers) {
      expect(container.securityContext).toMatchObject({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      });
    }
  });

  it('runs each image as its user and with its own command', () => {
    for (const { image, command, args, securityContext } of containers) {
      const [stage] = image.split(':');
      const user = { runAsUser: undefined, ...set.spec.template.spec.securityContext, ...securityContext } as Record<
        string,
        unknown
      >;
      expect([stage, `${String(user['runAsUser'])}:${String(user['runAsGroup'])}`]).toEqual([
        stage,
        imageConfig(STAGES[stage!]!).user,
      ]);
      expect([command, args]).toEqual([undefined, undefined]);
    }
  });

  it('has a volume wherever its images write', () => {
    const volumes = [
      ...set.spec.template.spec.volumes,
      ...set.spec.volumeClaimTemplates.map(({ metadata }) => metadata),
    ];
    for (const { image, volumeMounts } of containers) {
      const { env } = imageConfig(STAGES[image.split(':')[0]!]!);
      const mounted = volumeMounts.map(({ mountPath }) => mountPath);
      expect(mounted).toEqual(expect.arrayContaining(['/tmp', env['OUTPUT_DIR']]));
      if (env['DATA_DIR'] !== undefined) expect(mounted).toContain(env['DATA_DIR']);
      expect(volumeMounts.filter(({ name }) => !volumes.some((volume) => volume.name === name))).toEqual([]);
    }
    expect(containers[1]!.volumeMounts[0]).toMatchObject({ name: 'media', readOnly: true });
  });

  it('asks for what it needs and is bounded in memory and scratch space', () => {
    for (const { resources } of containers) {
      expect(Object.keys(resources.requests)).toEqual(expect.arrayContaining(['cpu', 'memory', 'ephemeral-storage']));
      expect(Object.keys(resources.limits)).toEqual(expect.arrayContaining(['memory', 'ephemeral-storage']));
    }
  });

  it('is asked whether it is alive where that depends on nothing else', () => {
    const [server, nginx] = containers;
    expect([server!.livenessProbe!.httpGet.path, server!.readinessProbe!.httpGet.path]).toEqual([
      '/health/live',
      '/health/ready',
    ]);
    expect([nginx!.livenessProbe!.httpGet.path, nginx!.readinessProbe!.httpGet.path]).toEqual(['/health', '/health']);
  });

  it('is given settings that there are, and tokens from a file', async () => {
    const known = Object.keys(SETTING_TABLE).flatMap((name) => [name, `${name}_FILE`]);
    const given = [...Object.keys(settings), ...containers[0]!.env.map(({ name }) => name)];
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
    expect(settings).not.toHaveProperty('API_OPEN');
    const { API_TOKENS_FILE, ...rest } = settings;
    const mounts = containers[0]!.volumeMounts.map(({ mountPath }) => mountPath);
    expect(mounts).toContain(API_TOKENS_FILE!.replace(/\/[^/]+$/, ''));
    expect(readSettings(rest).shutdownTimeout).toBeLessThan(set.spec.template.spec.terminationGracePeriodSeconds - 5);
    const placeholders = await placeholdersOf();
    expect(containers[1]!.env.filter(({ name }) => !placeholders.includes(name))).toEqual([]);
  });

  it('has nginx tell the server who watches, in the words that nginx/render.mjs has for it', () => {
    const directive = containers[1]!.env.find(({ name }) => name === 'VIEWER_LOG_DIRECTIVE')!.value!;
    expect(renderNginxConf({ VIEWER_LOG: `127.0.0.1:${settings['VIEWER_LOG_PORT']}` })).toContain(directive);
  });

  it('listens where the Dockerfile says', () => {
    const exposed = [...ourDockerfile().matchAll(/^EXPOSE (\d+)/gm)].map(([, port]) => Number(port)).sort();
    expect(containers.flatMap(({ ports }) => ports.map(({ containerPort }) => containerPort)).sort()).toEqual(exposed);
  });
});

const STAGES: Readonly<Record<string, string>> = { lockstep: 'server', 'lockstep-nginx': 'nginx' };

/** Which pods a service, a policy or the set itself means. */
function selectorsOf({ kind, spec }: Manifest & { readonly spec?: Record<string, unknown> }): object[] {
  if (kind === 'Service') return [spec!['selector'] as object];
  if (kind === 'NetworkPolicy') return [(spec!['podSelector'] as { matchLabels: object }).matchLabels];
  if (kind === 'StatefulSet') return [(spec!['selector'] as { matchLabels: object }).matchLabels];
  return [];
}

const metadata = z.strictObject({ name: z.string() });
const SERVICE_MONITOR = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('ServiceMonitor'),
  metadata,
  spec: z.strictObject({
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    endpoints: z.array(z.strictObject({ port: z.string(), path: z.string(), interval: z.string() })),
  }),
});
const KUSTOMIZATION = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  resources: z.array(z.string()),
  labels: z.array(z.strictObject({ pairs: z.record(z.string(), z.string()), includeSelectors: z.boolean() })),
  images: z.array(z.strictObject({ name: z.string(), newTag: z.string() })),
});
