import { describe, expect, it } from 'vitest';
import { Problem } from '../problem.js';
import { AddressPolicy, resolveAllowed } from './index.js';

const PUBLIC_ONLY = AddressPolicy.allowing([]);
const resolver =
  (...addresses: string[]) =>
  () =>
    Promise.resolve(addresses);

async function refusal(host: string, ...addresses: string[]): Promise<Problem> {
  return Problem.wrap(await resolveAllowed(host, PUBLIC_ONLY, resolver(...addresses)).catch((error: unknown) => error));
}

describe('resolveAllowed', () => {
  it('gives the addresses that were looked at, so that nobody needs to look again', async () => {
    const addresses = ['93.184.216.34', '2606:2800:220:1::1'];
    expect(await resolveAllowed('media.example.com', PUBLIC_ONLY, resolver(...addresses))).toEqual(addresses);
  });

  it('takes an address for itself, in brackets too, and asks no resolver about it', async () => {
    const nobody = () => Promise.reject(new Error('asked'));
    expect(await resolveAllowed('8.8.8.8', PUBLIC_ONLY, nobody)).toEqual(['8.8.8.8']);
    expect(await resolveAllowed('[2001:4860::1]', PUBLIC_ONLY, nobody)).toEqual(['2001:4860::1']);
  });

  it('refuses a name as soon as one of its addresses is refused', async () => {
    expect((await refusal('two-faced.example.com', '93.184.216.34', '127.0.0.1')).code).toBe(
      'source-address-not-allowed',
    );
  });

  it('does not tell what a name inside resolves to', async () => {
    const { facts, message } = await refusal('vault.corp.example', '10.11.12.13');
    expect(JSON.stringify({ facts, message })).not.toMatch(/10\.11|private/);
    expect(facts).toMatchObject({ host: 'vault.corp.example', setting: 'SOURCE_ALLOWED_ADDRESSES' });
  });

  it('says why an address itself is refused', async () => {
    expect((await refusal('192.168.1.1')).message).toContain('the address is private');
  });

  it.each(['2130706433', '0x7f000001', '0177.0.0.1', '127.1', '1.2.3.0x4', '127.0.0.1.', 'fe80::1%25eth0', '[::1]'])(
    'refuses %s without asking a resolver what it means',
    async (host) => expect((await refusal(host, '93.184.216.34')).code).toBe('source-address-not-allowed'),
  );

  it.each(['', 'a b', 'a/b', 'a@b', 'ex\u0000ample', 'exämple.com', '-v', 'a..b', 'a%2eb', 'x'.repeat(300)])(
    'does not ask a resolver for %j',
    async (host) => expect((await refusal(host, '93.184.216.34')).code).toBe('source-address-not-allowed'),
  );

  it('passes on that there is no such name', async () => {
    const lookup = () => Promise.reject(new Error('ENOTFOUND'));
    await expect(resolveAllowed('nowhere.example', PUBLIC_ONLY, lookup)).rejects.toThrow('ENOTFOUND');
  });
});
