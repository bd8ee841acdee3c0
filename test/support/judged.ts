/** The judge on a running stream, and its verdict as lines a failing test can show. */
import { RULE_BOOK } from '../../src/engine/judge/rule-book.js';
import { checkStream, type Finding, type Verdict } from '../../src/engine/judge/index.js';

/** And the one that is no rule's: the server did not answer for a while. */
const RULE_IDS = new Set([...RULE_BOOK.flatMap(({ rules }) => rules.map(({ id }) => id)), 'http.unreachable']);

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

/** Rules of pace: a machine that is busy with other things for a second breaks them, and a test must not fail for that. */
const PACE = ['hls.part-in-time', 'hls.segment-in-time', 'dash.first-chunk-on-time', 'dash.chunks-on-time'];

/** Errors and warnings as lines, but for the rules of pace and those in `excused`. */
export function complaints(judged: readonly Judged[], excused: readonly string[] = []): string[] {
  const passedOver = [...PACE, ...excused];
  const unknown = passedOver.filter((rule) => !RULE_IDS.has(rule));
  if (unknown.length > 0) throw new RangeError(`no such rule: ${unknown.join(', ')}`);
  return judged.flatMap(({ url, verdict }) =>
    verdict.findings
      .filter(({ severity, rule }) => severity !== 'note' && !passedOver.includes(rule))
      .map((finding) => `${new URL(url).pathname}: ${line(finding)}`),
  );
}

const line = ({ severity, rule, clause, evidence, url, count }: Finding): string =>
  `${severity} ${rule} (${clause}): ${evidence} [${count}×, ${url}]`;
