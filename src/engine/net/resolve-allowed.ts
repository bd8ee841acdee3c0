/** Resolves a host, and lets nobody be sent where the policy does not allow. PURE: the resolver is an argument. */
import { Problem } from '../problem.js';
import { looksNumeric, type AddressPolicy } from './address-policy.js';

/** All addresses of a host name, as the system's resolver gives them; rejects where there are none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** What a DNS name may be made of; `_` is none of RFC 1123's letters, but containers are called so. */
const HOST_NAME = /^(?=.{1,253}\.?$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?$/i;

/** The setting that allows more. */
const SETTING = 'SOURCE_ALLOWED_ADDRESSES';

/**
 * The addresses of `host`, every one allowed: connect to these, not to the name, or a second look-up may answer
 * otherwise. `host` is a name or an address, IPv6 with or without brackets. Rejects with `source-address-not-allowed`
 * if even one is refused (which of them would be used is not ours to choose), and with what `lookup` rejects with where
 * there is no such name.
 */
export async function resolveAllowed(
  host: string,
  policy: Pick<AddressPolicy, 'refuses'>,
  lookup: Lookup,
): Promise<readonly string[]> {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  if (looksNumeric(name)) {
    const reason = policy.refuses(name);
    if (reason !== undefined) throw refused(host, `the address is ${reason}`);
    return [name];
  }
  if (!HOST_NAME.test(name)) throw refused(host, 'it is not a host name');
  const addresses = await lookup(name);
  // What a name inside resolves to is not told: a URL would otherwise be a way to read the map of a private network.
  if (addresses.some((address) => policy.refuses(address) !== undefined))
    throw refused(host, 'the name does not stand for addresses that are allowed');
  return addresses;
}

function refused(host: string, reason: string): Problem {
  const shown = host.slice(0, 253);
  const detail = `${shown} may not be connected to: ${reason}. ${SETTING} says what is allowed beyond public addresses.`;
  return new Problem('source-address-not-allowed', { host: shown, reason, setting: SETTING }, { detail });
}
