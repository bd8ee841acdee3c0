/** The judge on a running stream, and its verdict as lines a failing test can show. */
import { checkStream, type Finding, type Verdict } from '../../src/engine/judge/index.js';

export interface Judged {
  readonly url: string;
  readonly verdict: Verdict;
}

/** Watches every URL at once. `signal` ends the watch. */
export function judge(urls: readonly string[], seconds: number, signal?: AbortSignal): Promise<Judged[]> {
  return Promise.all(
    urls.map(async (url) => ({
      url,
      verdict: await checkStream({ url, seconds, media: 'all', ...(signal && { signal }) }),
    })),
  );
}

/** Errors and warnings as lines, but for the rules in `excused`. */
export function complaints(judged: readonly Judged[], excused: readonly string[] = []): string[] {
  return judged.flatMap(({ url, verdict }) =>
    verdict.findings
      .filter(({ severity, rule }) => severity !== 'note' && !excused.includes(rule))
      .map((finding) => `${new URL(url).pathname}: ${line(finding)}`),
  );
}

const line = ({ severity, rule, clause, evidence, url, count }: Finding): string =>
  `${severity} ${rule} (${clause}): ${evidence} [${count}×, ${url}]`;
