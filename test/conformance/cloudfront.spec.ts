/** The CloudFront template: valid as far as that can be said offline, and right for live, low-latency streams. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { cacheControl } from '../../src/origin/cache-policy.js';
import { faultsOfTemplate, isObject, readTemplate, type Json, type JsonObject } from '../support/cloudformation.js';

/** Managed policies by id: what each id really is, whatever a comment beside it says. */
const MANAGED_POLICIES: Readonly<Record<string, string>> = {
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': 'CachingDisabled',
  '658327ea-f89d-4fab-a63d-7e88639e58f6': 'CachingOptimized',
  '4cc15a8a-d715-48a4-82b8-cc0b614638fe': 'UseOriginCacheControlHeaders-QueryStrings',
};
const CONFIGURABLE_ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

interface Behavior {
  readonly PathPattern: string;
  readonly CachePolicyId: string | { readonly Ref: string };
  readonly AllowedMethods: readonly string[];
  readonly CachedMethods: readonly string[];
  readonly Compress: boolean;
  readonly ViewerProtocolPolicy: string;
  readonly OriginRequestPolicyId?: string;
  readonly ResponseHeadersPolicyId?: string;
}

interface CachePolicy {
  readonly MinTTL: number;
  readonly DefaultTTL: number;
  readonly MaxTTL: number;
  readonly ParametersInCacheKeyAndForwardedToOrigin: {
    readonly EnableAcceptEncodingGzip: boolean;
    readonly EnableAcceptEncodingBrotli: boolean;
    readonly HeadersConfig: JsonObject;
    readonly CookiesConfig: JsonObject;
    readonly QueryStringsConfig: JsonObject;
  };
}

let template: JsonObject;
let behaviors: readonly Behavior[];

beforeAll(async () => {
  template = await readTemplate('config/cloudfront/distribution.yaml');
  behaviors = at(template, 'Resources.Distribution.Properties.DistributionConfig.CacheBehaviors');
});

function at<T>(root: Json, path: string): T {
  return path.split('.').reduce<Json>((value, key) => (isObject(value) ? value[key]! : null), root) as T;
}

const config = <T>(path: string): T => at(template, `Resources.Distribution.Properties.DistributionConfig.${path}`);

/** The name of the policy that a path is cached by: the first pattern that fits decides, as in CloudFront. */
function policyNameFor(path: string): string {
  const behavior =
    behaviors.find(({ PathPattern }) => matches(PathPattern, path)) ?? config<Behavior>('DefaultCacheBehavior');
  const id = behavior.CachePolicyId;
  return typeof id === 'string' ? (MANAGED_POLICIES[id] ?? `unknown: ${id}`) : id.Ref;
}

function matches(pattern: string, path: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^/?${escaped}$`).test(path);
}

const policy = (name: string): CachePolicy => at(template, `Resources.${name}.Properties.CachePolicyConfig`);
const ownPolicies = ['ManifestCachePolicy', 'MpdCachePolicy', 'MediaCachePolicy'];

describe('the CloudFront template', () => {
  it('has nothing CloudFormation would refuse', () => {
    expect(faultsOfTemplate(template)).toEqual([]);
  });

  it('refers only to parameters, conditions and resources that it has', () => {
    const known = ['Parameters', 'Resources'].flatMap((part) => Object.keys(at<JsonObject>(template, part)));
    const { references, conditions } = mentionsIn(template);
    expect(references.filter((name) => !name.startsWith('AWS::') && !known.includes(name))).toEqual([]);
    expect(conditions.filter((name) => !(name in at<JsonObject>(template, 'Conditions')))).toEqual([]);
    expect(references).toEqual(expect.arrayContaining(Object.keys(at<JsonObject>(template, 'Parameters'))));
  });

  it.each([
    ['/demo/playlist.m3u8', 'ManifestCachePolicy'],
    ['/streams/demo/720p/playlist.m3u8', 'ManifestCachePolicy'],
    ['/demo/manifest.mpd', 'MpdCachePolicy'],
    ['/demo/manifest-timeline.mpd', 'MpdCachePolicy'],
    ['/demo/720p/init-0123456789ab.mp4', 'MediaCachePolicy'],
    ['/demo/720p/100.m4s', 'MediaCachePolicy'],
    ['/demo/720p/100.3.m4s', 'MediaCachePolicy'],
    ['/demo/720p/100.ts', 'MediaCachePolicy'],
    ['/time', 'CachingDisabled'],
    ['/player/', 'CachingDisabled'],
    ['/streams', 'CachingDisabled'],
  ])('caches %s by %s', (path, name) => {
    expect(policyNameFor(path)).toBe(name);
  });

  it('keys playlists by the three delivery directives and nothing else, MPDs and media by their path alone', () => {
    const keyOf = (name: string) => policy(name).ParametersInCacheKeyAndForwardedToOrigin;
    expect(keyOf('ManifestCachePolicy').QueryStringsConfig).toEqual({
      QueryStringBehavior: 'whitelist',
      QueryStrings: ['_HLS_msn', '_HLS_part', '_HLS_skip'],
    });
    for (const name of ['MpdCachePolicy', 'MediaCachePolicy']) {
      expect(keyOf(name).QueryStringsConfig).toEqual({ QueryStringBehavior: 'none' });
    }
    for (const name of ownPolicies) {
      expect(keyOf(name).HeadersConfig).toEqual({ HeaderBehavior: 'none' });
      expect(keyOf(name).CookiesConfig).toEqual({ CookieBehavior: 'none' });
    }
  });

  it('never keeps anything longer than the origin says', () => {
    expect(ownPolicies.map((name) => policy(name).MinTTL)).toEqual([0, 0, 0]);
  });

  it('keeps what the origin allows: media for its year, a blocking reload of two-second segments for all of its time', () => {
    const maxAge = (header: string): number => Number(/max-age=(\d+)/.exec(header)![1]);
    expect(policy('MediaCachePolicy').MaxTTL).toBe(maxAge(cacheControl('media', 2)));
    for (const name of ['ManifestCachePolicy', 'MpdCachePolicy']) {
      expect(policy(name).MaxTTL).toBeGreaterThanOrEqual(maxAge(cacheControl('blocking-playlist', 2)));
      expect(policy(name).MaxTTL).toBeLessThanOrEqual(30);
      expect(policy(name).DefaultTTL).toBe(1);
    }
  });

  it("passes the origin's gzip on for manifests, and compresses nothing itself", () => {
    const gzip = ownPolicies.map((name) => policy(name).ParametersInCacheKeyAndForwardedToOrigin);
    expect(gzip.map(({ EnableAcceptEncodingGzip }) => EnableAcceptEncodingGzip)).toEqual([true, true, false]);
    expect(gzip.map(({ EnableAcceptEncodingBrotli }) => EnableAcceptEncodingBrotli)).toEqual([false, false, false]);
    expect([...behaviors, config<Behavior>('DefaultCacheBehavior')].filter(({ Compress }) => Compress)).toEqual([]);
  });

  it('lets viewers read and ask for permission, keeps those answers, and leaves all headers to the origin', () => {
    for (const behavior of [...behaviors, config<Behavior>('DefaultCacheBehavior')]) {
      expect(behavior.AllowedMethods).toEqual(['GET', 'HEAD', 'OPTIONS']);
      expect(behavior.CachedMethods).toEqual(['GET', 'HEAD', 'OPTIONS']);
      expect(behavior.ResponseHeadersPolicyId ?? behavior.OriginRequestPolicyId).toBeUndefined();
    }
  });

  it('redirects no playback request', () => {
    expect(new Set(behaviors.map(({ ViewerProtocolPolicy }) => ViewerProtocolPolicy))).toEqual(new Set(['https-only']));
  });

  it('keeps no error for more than a second, for every code that can be told', () => {
    const responses = config<{ ErrorCode: number; ErrorCachingMinTTL: number }[]>('CustomErrorResponses');
    expect(responses.map(({ ErrorCode }) => ErrorCode)).toEqual(CONFIGURABLE_ERRORS);
    for (const { ErrorCode, ErrorCachingMinTTL } of responses) {
      expect(ErrorCachingMinTTL, String(ErrorCode)).toBeLessThanOrEqual(ErrorCode < 500 ? 0 : 1);
    }
  });

  it('waits for the longest hold, and drops idle origin connections before nginx does', async () => {
    const [origin] =
      config<{ CustomOriginConfig: { OriginReadTimeout: number; OriginKeepaliveTimeout: number } }[]>('Origins');
    const longestHold = 3 * 10;
    expect(origin!.CustomOriginConfig.OriginReadTimeout).toBeGreaterThan(longestHold);
    const toViewers = await readFile('nginx/snippets/viewers.conf', 'utf8');
    const nginxKeepalive = Number(/^keepalive_timeout (\d+)s;/m.exec(toViewers)![1]);
    expect(origin!.CustomOriginConfig.OriginKeepaliveTimeout).toBeLessThan(nginxKeepalive);
  });

  it('speaks HTTP/2 and 3 to viewers, over TLS 1.2 at least', () => {
    expect(config('HttpVersion')).toBe('http2and3');
    expect(JSON.stringify(config('ViewerCertificate'))).toContain('TLSv1.2_2021');
  });
});

describe('the check of the template', () => {
  it.each([
    ['a misspelt property', { MinimumTTL: 0 }, 'there is no such property'],
    ['a text for a number', { MinTTL: '0' }, 'a number from 0'],
    ['a value that is not offered', { ParametersInCacheKeyAndForwardedToOrigin: null }, 'an object is expected'],
  ])('finds %s', (_title, change, words) => {
    const CachePolicyConfig = { ...policy('MediaCachePolicy'), ...change } as unknown as Json;
    const Resources = { Policy: { Type: 'AWS::CloudFront::CachePolicy', Properties: { CachePolicyConfig } } };
    expect(faultsOfTemplate({ Resources }).join('\n')).toContain(words);
  });

  it('finds a property that is missing and a type it does not know', () => {
    const Resources = {
      Policy: { Type: 'AWS::CloudFront::CachePolicy', Properties: { CachePolicyConfig: { Name: 'x' } } },
      Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
    };
    expect(faultsOfTemplate({ Resources }).join('\n')).toMatch(/MinTTL: is missing[^]*unknown type AWS::S3::Bucket/);
  });
});

/** Every name that `!Ref`, `!GetAtt` and `!Sub` speak of, and every condition of an `!If`. */
function mentionsIn(value: Json): { references: string[]; conditions: string[] } {
  if (typeof value !== 'object' || value === null) return { references: [], conditions: [] };
  const [references, conditions]: [string[], string[]] = [[], []];
  for (const [key, member] of Object.entries(value)) {
    const inside = mentionsIn(member);
    references.push(...inside.references);
    conditions.push(...inside.conditions);
    if (key === 'Ref') references.push(member as string);
    if (key === 'Fn::GetAtt') references.push((member as string[])[0]!);
    if (key === 'Fn::If') conditions.push((member as string[])[0]!);
    if (key === 'Fn::Sub') references.push(...namesInSub(member));
  }
  return { references, conditions };
}

function namesInSub(sub: Json): string[] {
  const [text, own] = Array.isArray(sub) ? [sub[0] as string, Object.keys(sub[1] as JsonObject)] : [sub as string, []];
  return [...text.matchAll(/\$\{([\w:.]+)\}/g)].map(([, name]) => name!).filter((name) => !own.includes(name));
}
