import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressPolicy } from './index.js';

const isRefused = (ip: string, ...ranges: string[]): boolean =>
  AddressPolicy.allowing(ranges).refuses(ip) !== undefined;

describe('AddressPolicy', () => {
  it.each(['8.8.8.8', '1.1.1.1', '2001:4860:4860::8888', '2a00:1450:4001:81b::200e', '64:ff9b::808:808'])(
    'lets the public address %s through',
    (ip) => expect(isRefused(ip)).toBe(false),
  );

  it.each([
    ['this machine', '127.0.0.1'],
    ['this machine', '127.255.255.254'],
    ['this machine', '0.0.0.0'],
    ['this machine', '0.1.2.3'],
    ['this machine', '::1'],
    ['this machine', '::'],
    ['a private network', '10.1.2.3'],
    ['a private network', '172.16.0.1'],
    ['a private network', '172.31.255.255'],
    ['a private network', '192.168.1.1'],
    ['a private network', 'fd12:3456::1'],
    ['a private network', 'fec0::1'],
    ['a carrier', '100.64.0.1'],
    ['the link', '169.254.0.1'],
    ['the link', 'fe80::1'],
    ['the link', 'fe80::1%eth0'],
    ['many machines', '224.0.0.1'],
    ['many machines', '239.1.2.3'],
    ['many machines', 'ff02::1'],
    ['many machines', '255.255.255.255'],
    ['documentation and tests', '192.0.2.1'],
    ['documentation and tests', '198.18.0.1'],
    ['documentation and tests', '2001:db8::1'],
    ['documentation and tests', '3fff::1'],
    ['the future', '240.0.0.1'],
    ['a cloud', '169.254.169.254'],
    ['a cloud', '168.63.129.16'],
    ['a cloud', 'fd00:ec2::254'],
  ])('refuses an address of %s: %s', (_, ip) => expect(isRefused(ip)).toBe(true));

  it.each([
    ['mapped', '::ffff:127.0.0.1'],
    ['mapped, in hexadecimal', '::ffff:7f00:1'],
    ['mapped cloud metadata', '::ffff:a9fe:a9fe'],
    ['translated (RFC 6145)', '::ffff:0:127.0.0.1'],
    ['compatible', '::127.0.0.1'],
    ['compatible, in hexadecimal', '::7f00:1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64 of cloud metadata', '64:ff9b::169.254.169.254'],
    ['local NAT64', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:80ff:fffe'],
    ['ISATAP', '2a00:1450::5efe:7f00:1'],
    ['ISATAP', '2a00:1450::200:5efe:10.0.0.1'],
  ])('refuses the address of this machine when it is wrapped: %s', (_, ip) => expect(isRefused(ip)).toBe(true));

  it.each([
    '0177.0.0.1',
    '0x7f.0.0.1',
    '127.1',
    '2130706433',
    '08.8.8.8',
    '8.8.8.8.8',
    '8.8.8',
    '',
    'localhost',
    '::1::',
  ])('does not guess what %j means', (ip) => expect(isRefused(ip)).toBe(true));

  it('lets the ranges through that the operator names, and nothing beside them', () => {
    expect(
      ['10.1.2.3', '10.2.0.1', '::ffff:10.1.2.3', 'fd00::7'].map((ip) => isRefused(ip, '10.1.0.0/16', 'fd00::/8')),
    ).toEqual([false, true, false, false]);
    expect(isRefused('192.168.1.7', '192.168.1.7')).toBe(false);
    expect(isRefused('192.168.1.8', '192.168.1.7')).toBe(true);
  });

  it('keeps the addresses of cloud credentials shut until each is named by itself', () => {
    expect(isRefused('169.254.169.254', '169.254.0.0/16')).toBe(true);
    expect(isRefused('fd00:ec2::254', 'fd00::/8')).toBe(true);
    expect(isRefused('169.254.169.254', '169.254.169.254')).toBe(false);
    expect(isRefused('fd00:ec2::254', 'fd00:ec2::254/128')).toBe(false);
  });

  it('does not let a wide range of IPv6 open what lies behind a tunnel', () => {
    expect(isRefused('2002:7f00:1::', '::/0')).toBe(true);
    expect(isRefused('64:ff9b::7f00:1', '::/0')).toBe(true);
    expect(isRefused('2002:808:808::', '::/0')).toBe(false);
  });

  it('lets everything through when told "any"', () => {
    expect(['127.0.0.1', '169.254.169.254', '::1'].some((ip) => isRefused(ip, 'any'))).toBe(false);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'fd00::/129', 'example.com', '10.0.0.0/8/8', '10.0.0.0/', ''])(
    'does not take %j for a range',
    (range) => expect(() => AddressPolicy.allowing([range])).toThrow(RangeError),
  );

  it('says of an IPv4 address the same as of every IPv6 address that is only a way to write it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        const hex = ip.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
        const tail = `${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`;
        return [`::ffff:${tail}`, `64:ff9b::${tail}`].every((wrapped) => isRefused(wrapped) === isRefused(ip));
      }),
    );
  });
});
