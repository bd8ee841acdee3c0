/**
 * Which addresses this server may be sent to by somebody else's URL: those of the public internet, and what the operator
 * has added to them. PURE.
 */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = readonly [Address, number];

/** The word that turns the policy off. */
export const ANY_ADDRESS = 'any';

/**
 * Where clouds tell a machine its own credentials. A range that is allowed for its neighbours does not allow these: each
 * has to be named by itself. (168.63.129.16 looks public and is not.)
 */
const METADATA: ReadonlySet<string> = new Set(
  [
    ...['169.254.169.254', '169.254.170.2', '169.254.170.23', '100.100.100.200', '192.0.0.192', '168.63.129.16'],
    ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254'],
  ].map((text) => ipaddr.process(text).toNormalizedString()),
);

/** Words for ranges whose name in the library says too little. */
const WORDS: Readonly<Record<string, string>> = {
  linkLocal: 'link-local',
  uniqueLocal: 'private',
  carrierGradeNat: 'shared by a carrier',
  unspecified: 'not one machine',
};

/** 64:ff9b::/96 (RFC 6052): what a machine without IPv4 calls a public IPv4 address. */
const NAT64 = parseRange('64:ff9b::/96')!;
/** ::/96 (RFC 4291 2.5.5.1, long deprecated). */
const IPV4_COMPATIBLE = parseRange('::/96')!;

export class AddressPolicy {
  private constructor(
    private readonly allowed: readonly Range[],
    /** Everything is let through; nothing needs to be looked at. */
    readonly allowsAny: boolean,
  ) {}

  /**
   * Public addresses, and `ranges`: CIDR ranges, single addresses, or the word `any`. Throws a RangeError for what is
   * none of these.
   */
  static allowing(ranges: readonly string[]): AddressPolicy {
    const allowsAny = ranges.includes(ANY_ADDRESS);
    const parsed = ranges
      .filter((text) => text !== ANY_ADDRESS)
      .map((text) => {
        const range = parseRange(text);
        if (!range) throw new RangeError(`not an address or a CIDR range: ${text}`);
        return range;
      });
    return new AddressPolicy(parsed, allowsAny);
  }

  /**
   * Why an address is refused, as words that end "the address is …"; undefined where it may be used. An IPv6 address that
   * carries an IPv4 one (mapped, NAT64, 6to4, Teredo, …) is refused for either. A zone (`%eth0`) is refused: it only
   * means something next door. `ip` must be an address in its usual form, as a resolver gives it.
   */
  refuses(ip: string): string | undefined {
    if (this.allowsAny) return undefined;
    const address = parseAddress(ip);
    if (!address) return 'not written as four decimal numbers, or as IPv6 without a zone';
    const carried = carriedBy(address);
    // A NAT64 address is nothing but the IPv4 address behind it.
    if (carried && isWithin(address, NAT64)) return this.refusesOne(carried);
    return this.refusesOne(address) ?? (carried && this.refusesOne(carried));
  }

  private refusesOne(address: Address): string | undefined {
    const matching = this.allowed.filter((range) => isWithin(address, range));
    const isNamed = matching.some(([base, bits]) => bits === base.toByteArray().length * 8);
    if (METADATA.has(address.toNormalizedString())) {
      return isNamed ? undefined : 'where a cloud keeps the credentials of its machines';
    }
    if (matching.length > 0 || isPublic(address)) return undefined;
    const range = address.range();
    return WORDS[range] ?? (range === 'unicast' ? 'an embedded IPv4 address' : range.toLowerCase());
  }
}

/** `10.0.0.0/8`, `fd00::/8`, or one address; undefined for anything else. */
export function parseRange(text: string): Range | undefined {
  const [base = '', bits, more] = text.split('/');
  const address = parseAddress(base);
  if (!address || more !== undefined) return undefined;
  const length = address.toByteArray().length * 8;
  if (bits === undefined) return [address, length];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= length ? [address, Number(bits)] : undefined;
}

/**
 * Four decimal numbers, or IPv6 without a zone; a mapped address is the IPv4 address it stands for. Octal, hexadecimal
 * and shortened forms are refused rather than read: programs disagree on what they mean.
 */
function parseAddress(text: string): Address | undefined {
  if (text.includes('%')) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text);
}

/** Whether a host name is meant as a number: WHATWG URL, "ends in a number". */
export function looksNumeric(host: string): boolean {
  const last = host.replace(/\.$/, '').split('.').at(-1) ?? '';
  return host.includes(':') || /^(\d+|0x[0-9a-f]*)$/i.test(last);
}

const isWithin = (address: Address, [base, bits]: Range): boolean =>
  address.kind() === base.kind() && (address as ipaddr.IPv6).match(base, bits);

function isPublic(address: Address): boolean {
  return address.range() === 'unicast' && !isWithin(address, IPV4_COMPATIBLE) && !isIsatap(address);
}

/** The IPv4 address inside an IPv6 one, where it decides who is reached. */
function carriedBy(address: Address): ipaddr.IPv4 | undefined {
  if (!(address instanceof ipaddr.IPv6)) return undefined;
  const bytes = address.toByteArray();
  const at = (index: number): ipaddr.IPv4 => new ipaddr.IPv4(bytes.slice(index, index + 4));
  const range = address.range();
  if (range === '6to4') return at(2);
  // RFC 4380 4: the client's address, every bit turned over.
  if (range === 'teredo') return new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff));
  const atTheEnd = [NAT64, IPV4_COMPATIBLE].some((prefix) => isWithin(address, prefix));
  return atTheEnd || range === 'rfc6145' || isIsatap(address) ? at(12) : undefined;
}

/** RFC 5214 6.1: an interface of `0000:5efe` or `0200:5efe` is a tunnel to the IPv4 address behind it. */
function isIsatap(address: Address): boolean {
  return address instanceof ipaddr.IPv6 && (address.parts[4]! & 0xfdff) === 0 && address.parts[5] === 0x5efe;
}
