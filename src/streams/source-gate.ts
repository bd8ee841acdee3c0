/**
 * What a source may be, asked when it is named: kinds, addresses and files that are allowed here. Each connection asks
 * again; this answer is for whoever typed the URL.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { Lookup } from '../engine/net/index.js';
import { AddressPolicy } from '../engine/net/index.js';
import { allowedFile, checkSourceAddress } from '../engine/pipeline/index.js';
import { Problem, type ProblemCode } from '../engine/problem.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';

/** How names are resolved: as the system does, or as a test pleases. */
export const SOURCE_LOOKUP = Symbol('SOURCE_LOOKUP');

/** What a source may be refused with. */
export const SOURCE_REFUSALS = [
  'source-scheme-not-allowed',
  'source-address-not-allowed',
  'source-file-not-allowed',
] as const satisfies readonly ProblemCode[];

/** A resolver that does not answer within this says nothing against the source. */
const PATIENCE_MS = 2_000;

@Injectable()
export class SourceGate {
  private readonly policy: AddressPolicy;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(SOURCE_LOOKUP) private readonly lookup: Lookup,
  ) {
    this.policy = AddressPolicy.allowing(settings.sourceAllowedAddresses ?? []);
  }

  /**
   * Rejects with `source-scheme-not-allowed`, `source-address-not-allowed` or `source-file-not-allowed` for the first URL
   * that is refused. A name that does not resolve is none of these: the source may come later.
   */
  async check(urls: readonly string[]): Promise<void> {
    for (const url of urls) await this.checkOne(url, url.slice(0, url.indexOf(':')).toLowerCase());
  }

  private async checkOne(url: string, scheme: string): Promise<void> {
    const allowed: readonly string[] = this.settings.sourceSchemes;
    if (!allowed.includes(scheme)) {
      throw new Problem('source-scheme-not-allowed', { field: 'source_url', scheme, allowed });
    }
    if (scheme === 'file') await allowedFile(url, this.settings.mediaRoot, 'source_url');
    else await checkSourceAddress({ url, scheme }, this.policy, (host) => this.addressesOf(host));
  }

  private addressesOf(host: string): Promise<readonly string[]> {
    return new Promise((resolve) => {
      const nothing = setTimeout(() => resolve([]), PATIENCE_MS);
      const settle = (addresses: readonly string[]): void => {
        clearTimeout(nothing);
        resolve(addresses);
      };
      this.lookup(host).then(settle, () => settle([]));
    });
  }
}
