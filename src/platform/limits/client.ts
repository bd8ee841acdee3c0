/** Who is asking, as far as is known. */
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { ApiToken } from '../settings/index.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token came with it, once it has been checked; `undefined` where none is needed. */
    token?: Pick<ApiToken, 'name' | 'scope'>;
  }
}

/** What a client is counted by: its token, or its address. */
export function clientKey(request: FastifyRequest): string {
  return request.token ? `token ${request.token.name}` : `address ${networkOf(request.ip)}`;
}

/** An IPv6 client has all the addresses of its /64, and is counted as one. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  const [network] = ipaddr.IPv6.networkAddressFromCIDR(`${address.toNormalizedString()}/64`).toString().split('%');
  return `${network}/64`;
}
