/** Stands between a source and the network: who may be called, by which address, and who may be listened to. */
import { lookup as resolve } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { sourceAddress, type Source } from '../../ffmpeg/index.js';
import { AddressPolicy, resolveAllowed, type Lookup } from '../../net/index.js';
import { Problem } from '../../problem.js';
import { connectChecked, troubleWith } from './connect-checked.js';
import { ForwardProxy } from './forward-proxy.js';
import { RtspRelay } from './rtsp-relay.js';

/** A way to a source, for one attempt; close it when the attempt is over. */
export interface Passage {
  /** What ffmpeg opens. */
  readonly input: string;
  /** What its environment needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** An address that was refused on the way; undefined where none was. */
  readonly refusal: () => Problem | undefined;
  /** What went wrong on the way, in ffmpeg's words. */
  readonly troubles: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** As the system resolves names, and so ffmpeg. */
export const systemLookup: Lookup = async (host) => (await resolve(host, { all: true })).map(({ address }) => address);

/** Schemes whose every connection is made by the forward proxy; all others connect by themselves. */
const PROXIED = new Set(['http', 'https', 'rtmps']);
/** Default ports of those that a relay stands before. */
const RELAYED: Readonly<Record<string, number>> = { rtsp: 554, rtsps: 322 };
/** Those that mean the same with an address in the place of a name. */
const PINNED = new Set(['srt', 'tcp', 'udp', 'rtp']);
/** 224.0.0.0/4 and ff00::/8: a group is joined, nobody is called. */
const MULTICAST = AddressPolicy.allowing(['224.0.0.0/4', 'ff00::/8']);
const ANYWHERE = new Set(['0.0.0.0', '::']);

/**
 * Opens the way to a source. Rejects with `source-address-not-allowed`, with `source-url-invalid`, and with what the
 * resolver says of a name that does not exist.
 */
export async function passageTo(source: Source, policy: AddressPolicy, lookup: Lookup): Promise<Passage> {
  const { scheme, input } = source;
  if (policy.allowsAny || !isOnTheNetwork(scheme)) return open(input);
  if (PROXIED.has(scheme)) {
    const proxy = await ForwardProxy.start({ policy, lookup });
    return {
      input: scheme.startsWith('http') ? proxy.asPlain(input) : input,
      environment: proxy.environment,
      refusal: () => proxy.refusal,
      troubles: () => proxy.troubles,
      close: () => proxy.close(),
    };
  }
  if (scheme in RELAYED) return relayTo(source, policy, lookup);
  const [address] = await checkSourceAddress(source, policy, lookup);
  return open(PINNED.has(scheme) && address !== undefined ? sourceAddress(input, scheme).at(address) : input);
}

async function relayTo({ scheme, input }: Source, policy: AddressPolicy, lookup: Lookup): Promise<Passage> {
  const { host, port = RELAYED[scheme]!, at } = sourceAddress(input, scheme);
  const destination = { host, port, tls: scheme === 'rtsps', policy, lookup };
  const relay = await RtspRelay.start({ host, reach: (client) => connectChecked(destination, client) });
  return {
    input: at('127.0.0.1', relay.port).replace(/^rtsps/, 'rtsp'),
    environment: {},
    refusal: () => relay.refusal,
    troubles: () => (relay.trouble === undefined ? [] : [troubleWith(host, port, relay.trouble)]),
    close: () => relay.close(),
  };
}

/**
 * The addresses a source leads to, every one allowed. A listener's must be this machine's own, or a group's. Rejects as
 * `passageTo` does.
 */
export async function checkSourceAddress(
  { url, scheme }: Pick<Source, 'url' | 'scheme'>,
  policy: AddressPolicy,
  lookup: Lookup,
): Promise<readonly string[]> {
  if (!isOnTheNetwork(scheme)) return [];
  const { host, reach } = sourceAddress(url, scheme);
  if (policy.allowsAny) return [];
  return resolveAllowed(host, reach === 'listens' ? listenable(policy) : policy, lookup);
}

const isOnTheNetwork = (scheme: string): boolean => scheme !== 'file' && scheme !== 'test';

const open = (input: string): Passage => ({
  input,
  environment: {},
  refusal: () => undefined,
  troubles: () => [],
  close: () => Promise.resolve(),
});

/** Where one may listen: nothing leaves this machine by it. */
function listenable(policy: AddressPolicy): Pick<AddressPolicy, 'refuses'> {
  const own = new Set(Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)));
  return {
    refuses: (ip) => {
      const isPublic = AddressPolicy.allowing([]).refuses(ip) === undefined;
      if (ANYWHERE.has(ip) || own.has(ip)) return undefined;
      if (isPublic) return 'not one of this machine';
      return MULTICAST.refuses(ip) === undefined ? undefined : policy.refuses(ip);
    },
  };
}
