/** Connects to addresses that were checked, and to no others. */
import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { resolveAllowed, type AddressPolicy, type Lookup } from '../../net/index.js';

export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly policy: AddressPolicy;
  readonly lookup: Lookup;
}

/**
 * Rejects with `source-address-not-allowed`, and with what the resolver, the system or TLS says. Gives up when the client it
 * is for has gone; an error of the socket afterwards is nobody's business: it is closed next.
 */
export async function connectChecked(
  { host, port, tls, policy, lookup }: Destination,
  client: Socket,
): Promise<Socket> {
  const addresses = await resolveAllowed(host, policy, lookup);
  const plain = connect({ host: 'checked', port, lookup: giving(addresses) }).on('error', () => undefined);
  client.once('close', () => plain.destroy(new Error('nobody waits for it any longer')));
  await once(plain, 'connect');
  if (!tls) return plain;
  // As ffmpeg would: a camera's certificate is its own, and no certificate makes an address allowed.
  const trust = { rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] };
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const secured = connectTls({ socket: plain, ...trust, ...(isIP(name) === 0 && { servername: name }) });
  secured.on('error', () => undefined);
  await once(secured, 'secureConnect');
  return secured;
}

/** What people know from ffmpeg, by what Node calls it. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
  ECONNREFUSED: 'Connection refused',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
};

/** Why a connection was not made, in the words ffmpeg would have used. */
export function troubleWith(host: string, port: number, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const what = /^(ERR_SSL|EPROTO)/.test(code) ? `TLS handshake failed (${code})` : (WORDS[code] ?? message);
  return `Connection to tcp://${host}:${port} failed: ${what}`;
}

/** A look-up that has been made already. */
function giving(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_, { all }, callback) => (all ? callback(null, found) : callback(null, found[0]!.address, found[0]!.family));
}
