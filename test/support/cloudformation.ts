/**
 * A CloudFormation template, read offline: its intrinsic functions as plain objects, and the shapes of the CloudFront
 * resources we use. The shapes are facts of the public resource specification (version 2.72.1 of its npm edition), as
 * far as our templates reach.
 */
import { readFile } from 'node:fs/promises';
import { parse, type CollectionTag, type ScalarTag } from 'yaml';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The template with `!Ref x` as `{ Ref: x }`, `!Sub` as `{ 'Fn::Sub': … }`, and so on. */
export async function readTemplate(path: string): Promise<JsonObject> {
  return parse(await readFile(path, 'utf8'), { customTags: INTRINSICS.flatMap(tagsOf) }) as JsonObject;
}

const INTRINSICS = ['Ref', 'Condition', 'GetAtt', 'Sub', 'If', 'Not', 'Equals', 'And', 'Or', 'Join', 'Select'];

function tagsOf(name: string): (ScalarTag | CollectionTag)[] {
  const [tag, key] = [`!${name}`, name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`];
  return [
    { tag, resolve: (text: string) => ({ [key]: name === 'GetAtt' ? text.split('.') : text }) },
    { tag, collection: 'seq', resolve: (node) => ({ [key]: (node as { toJSON(): Json }).toJSON() }) },
  ] as (ScalarTag | CollectionTag)[];
}

type Shape =
  | { readonly kind: 'string'; readonly oneOf?: readonly string[] }
  | { readonly kind: 'number'; readonly from: number; readonly to: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'object'; readonly required: Shapes; readonly optional: Shapes };
type Shapes = Readonly<Record<string, Shape>>;

const text: Shape = { kind: 'string' };
const flag: Shape = { kind: 'boolean' };
const oneOf = (...values: string[]): Shape => ({ kind: 'string', oneOf: values });
const number = (from: number, to: number): Shape => ({ kind: 'number', from, to });
const list = (of: Shape): Shape => ({ kind: 'list', of });
const object = (required: Shapes, optional: Shapes = {}): Shape => ({ kind: 'object', required, optional });

const METHODS = list(oneOf('GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'));
const TTL = number(0, 31_536_000);
const PORT = number(1, 65_535);

const BEHAVIOR_REQUIRED: Shapes = {
  TargetOriginId: text,
  ViewerProtocolPolicy: oneOf('allow-all', 'redirect-to-https', 'https-only'),
};
const BEHAVIOR_OPTIONAL: Shapes = {
  ...{ AllowedMethods: METHODS, CachedMethods: METHODS, Compress: flag, SmoothStreaming: flag },
  ...{ CachePolicyId: text, OriginRequestPolicyId: text, ResponseHeadersPolicyId: text, RealtimeLogConfigArn: text },
};

const ORIGIN = object(
  { Id: text, DomainName: text },
  {
    ...{ ConnectionAttempts: number(1, 3), ConnectionTimeout: number(1, 10), OriginPath: text },
    CustomOriginConfig: object(
      { OriginProtocolPolicy: oneOf('http-only', 'https-only', 'match-viewer') },
      {
        ...{ HTTPPort: PORT, HTTPSPort: PORT },
        OriginSSLProtocols: list(oneOf('SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2')),
        ...{ OriginReadTimeout: number(1, 60), OriginKeepaliveTimeout: number(1, 60) },
      },
    ),
    OriginShield: object({}, { Enabled: flag, OriginShieldRegion: text }),
  },
);

const DISTRIBUTION = object(
  { Enabled: flag, DefaultCacheBehavior: object(BEHAVIOR_REQUIRED, BEHAVIOR_OPTIONAL) },
  {
    CacheBehaviors: list(object({ ...BEHAVIOR_REQUIRED, PathPattern: text }, BEHAVIOR_OPTIONAL)),
    CustomErrorResponses: list(
      object({ ErrorCode: number(400, 599) }, { ErrorCachingMinTTL: TTL, ResponseCode: text, ResponsePagePath: text }),
    ),
    ...{ Origins: list(ORIGIN), Aliases: list(text), Comment: text, IPV6Enabled: flag, DefaultRootObject: text },
    HttpVersion: oneOf('http1.1', 'http2', 'http3', 'http2and3'),
    PriceClass: oneOf('PriceClass_100', 'PriceClass_200', 'PriceClass_All'),
    ViewerCertificate: object(
      {},
      {
        ...{ AcmCertificateArn: text, IamCertificateId: text, CloudFrontDefaultCertificate: flag },
        MinimumProtocolVersion: oneOf('TLSv1.2_2018', 'TLSv1.2_2019', 'TLSv1.2_2021'),
        SslSupportMethod: oneOf('sni-only', 'vip', 'static-ip'),
      },
    ),
  },
);

const CACHE_POLICY = object(
  {
    ...{ Name: text, MinTTL: TTL, DefaultTTL: TTL, MaxTTL: TTL },
    ParametersInCacheKeyAndForwardedToOrigin: object(
      {
        EnableAcceptEncodingGzip: flag,
        HeadersConfig: object({ HeaderBehavior: oneOf('none', 'whitelist') }, { Headers: list(text) }),
        CookiesConfig: object(
          { CookieBehavior: oneOf('none', 'whitelist', 'allExcept', 'all') },
          { Cookies: list(text) },
        ),
        QueryStringsConfig: object(
          { QueryStringBehavior: oneOf('none', 'whitelist', 'allExcept', 'all') },
          { QueryStrings: list(text) },
        ),
      },
      { EnableAcceptEncodingBrotli: flag },
    ),
  },
  { Comment: text },
);

/** Properties of each resource type we use. */
const RESOURCE_TYPES: Shapes = {
  'AWS::CloudFront::Distribution': object({ DistributionConfig: DISTRIBUTION }),
  'AWS::CloudFront::CachePolicy': object({ CachePolicyConfig: CACHE_POLICY }),
};

/** Everything in the template's resources that CloudFormation would refuse, as `path: what is wrong`. */
export function faultsOfTemplate(template: JsonObject): string[] {
  const resources = isObject(template['Resources']) ? template['Resources'] : {};
  return Object.entries(resources).flatMap(([name, resource]) => {
    const { Type: type, Properties: properties } = resource as { Type: string; Properties: Json };
    const shape = RESOURCE_TYPES[type];
    return shape ? faultsOf(properties, shape, name) : [`${name}: unknown type ${type}`];
  });
}

function faultsOf(value: Json | undefined, shape: Shape, path: string): string[] {
  if (isObject(value)) {
    // `!If`: both outcomes must fit. Other functions give what only a deployment knows.
    const alternatives = value['Fn::If'];
    if (Array.isArray(alternatives)) return alternatives.slice(1).flatMap((one) => faultsOf(one as Json, shape, path));
    if ('Ref' in value || Object.keys(value).some((key) => key.startsWith('Fn::'))) return [];
  }
  switch (shape.kind) {
    case 'list':
      if (!Array.isArray(value)) return [`${path}: a list is expected`];
      return value.flatMap((item: Json, index) => faultsOf(item, shape.of, `${path}[${index}]`));
    case 'object':
      return isObject(value) ? faultsOfObject(value, shape, path) : [`${path}: an object is expected`];
    case 'number':
      return typeof value === 'number' && value >= shape.from && value <= shape.to
        ? []
        : [`${path}: a number from ${shape.from} to ${shape.to} is expected`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: true or false is expected`];
    case 'string':
      if (typeof value !== 'string') return [`${path}: a text is expected`];
      return shape.oneOf && !shape.oneOf.includes(value) ? [`${path}: ${value} is not allowed`] : [];
  }
}

function faultsOfObject(value: JsonObject, shape: Extract<Shape, { kind: 'object' }>, path: string): string[] {
  const shapes: Shapes = { ...shape.required, ...shape.optional };
  const missing = Object.keys(shape.required).filter((name) => !(name in value));
  return [
    ...missing.map((name) => `${path}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      const known = shapes[name];
      return known ? faultsOf(member, known, `${path}.${name}`) : [`${path}.${name}: there is no such property`];
    }),
  ];
}
