/** `lockstep check`: watches a stream, ours or a stranger's, and prints what is wrong with it. */
import { SingleBar } from 'cli-progress';
import { checkStream, NotAStream, type Finding, type Severity, type Verdict } from '../engine/judge/index.js';
import { plural, style } from './style.js';

export interface CheckCommand {
  readonly seconds: number;
  readonly media: 'all' | 'none' | number;
  readonly json: boolean;
}

/** 0: clean, or notes only. 1: warnings. 2: errors. */
type ExitCode = 0 | 1 | 2 | typeof COULD_NOT_CHECK;

const COULD_NOT_CHECK = 3;

const HEADINGS: Readonly<Record<Severity, { many: string; mark: string; colour: 'red' | 'yellow' | 'cyan' }>> = {
  error: { many: 'Errors', mark: '✗', colour: 'red' },
  warning: { many: 'Warnings', mark: '!', colour: 'yellow' },
  note: { many: 'Notes', mark: '·', colour: 'cyan' },
};

/** Settles with the exit code; prints the findings, or with `json` one object of the shape {@link CheckResult}. */
export async function check(url: string, { seconds, media, json }: CheckCommand): Promise<ExitCode> {
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once('SIGINT', stop);
  const bar = json ? undefined : progressBar(seconds);
  const startedAt = performance.now();
  let verdict: Verdict;
  try {
    verdict = await checkStream({
      ...{ url, seconds, media, signal: interrupted.signal },
      onProgress: (progress) =>
        bar?.update(Math.min(seconds, Math.floor(progress.elapsedSeconds)), { found: foundSoFar(progress.verdict) }),
    });
  } catch (error) {
    if (!(error instanceof NotAStream) && !(error instanceof RangeError)) throw error;
    bar?.stop();
    if (json) console.log(JSON.stringify({ url, could_not_check: error.message }, null, 2));
    else console.error(`could not be checked: ${error.message}`);
    return COULD_NOT_CHECK;
  } finally {
    process.off('SIGINT', stop);
    bar?.stop();
  }
  const took = (performance.now() - startedAt) / 1000;
  console.log(json ? JSON.stringify(result(url, took, verdict), null, 2) : report(url, took, verdict).join('\n'));
  const { playlists, manifests } = verdict.seen;
  return playlists + manifests === 0 ? COULD_NOT_CHECK : verdict.exitCode;
}

/** The shape of `--json`: fields may be added, none is taken away. A stream that could not be checked has `could_not_check` instead. */
export interface CheckResult {
  readonly url: string;
  readonly seconds: number;
  readonly looked_at: {
    readonly playlists: number;
    readonly manifests: number;
    readonly media: number;
    readonly bytes: number;
  };
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly findings: readonly {
    /** Stable: `hls.target-duration-fits`. */
    readonly rule: string;
    readonly clause: string;
    readonly severity: Severity;
    readonly text: string;
    readonly url: string;
    readonly evidence: string;
    readonly count: number;
    /** ISO 8601. */
    readonly first_at: string;
    readonly last_at: string;
  }[];
}

/** What `--json` prints. */
export function result(url: string, seconds: number, verdict: Verdict): CheckResult {
  return {
    ...{ url, seconds: Math.round(seconds), looked_at: verdict.seen },
    ...{ errors: verdict.count('error'), warnings: verdict.count('warning'), notes: verdict.count('note') },
    findings: verdict.findings.map(({ rule, clause, severity, text, url: where, evidence, count, atMs, lastAtMs }) => ({
      ...{ rule, clause, severity, text, url: where, evidence, count },
      ...{ first_at: new Date(atMs).toISOString(), last_at: new Date(lastAtMs).toISOString() },
    })),
  };
}

/** What is printed for people: without colours unless this is a terminal. */
export function report(url: string, seconds: number, verdict: Verdict): string[] {
  const folder = url.split('?')[0]!.replace(/[^/]*$/, '');
  const groups = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const findings = verdict.findings.filter((finding) => finding.severity === severity);
    if (findings.length === 0) return [];
    const { many, colour } = HEADINGS[severity];
    const rules = [...new Set(findings.map(({ rule }) => rule))];
    return [
      ...['', style(['bold', colour], `${many} (${findings.length})`)],
      ...rules.flatMap((rule) =>
        ruleLines(
          findings.filter((finding) => finding.rule === rule),
          folder,
        ),
      ),
    ];
  });
  return [...groups, '', ...summary(seconds, verdict)];
}

/** One rule, and under it each place where it was broken. */
function ruleLines(findings: readonly Finding[], folder: string): string[] {
  const { severity, text, clause, rule } = findings[0]!;
  const { mark, colour } = HEADINGS[severity];
  return [
    '',
    `  ${style([colour], mark)} ${style(['bold'], text)}`,
    `    ${style(['dim'], `${clause} · ${rule}`)}`,
    ...findings.flatMap(({ url, count, evidence }) => {
      const [path = url] = url.split('?');
      const where = path.startsWith(folder) ? path.slice(folder.length) : path;
      return [`    ${evidence}`, `      ${style(['dim'], `${count === 1 ? 'once' : `${count} times`} in ${where}`)}`];
    }),
  ];
}

function summary(seconds: number, verdict: Verdict): string[] {
  const { playlists, manifests, media, bytes } = verdict.seen;
  const looked = [
    ...(playlists > 0 ? [plural(playlists, 'playlist')] : []),
    ...(manifests > 0 ? [plural(manifests, 'MPD')] : []),
    `${plural(media, 'media object')} (${(bytes / 1e6).toFixed(1)} MB)`,
  ];
  const found = foundSoFar(verdict);
  const colour = verdict.exitCode === 2 ? 'red' : verdict.exitCode === 1 ? 'yellow' : 'green';
  return [`${style(['bold', colour], found)} in ${looked.join(', ')}, ${seconds.toFixed(0)} s`];
}

function foundSoFar(verdict: Verdict): string {
  const counts = (['error', 'warning', 'note'] as const).map((severity) => plural(verdict.count(severity), severity));
  return counts.join(', ');
}

function progressBar(seconds: number): SingleBar {
  const bar = new SingleBar({
    ...{ format: 'watching {bar} {value}/{total} s · {found}', hideCursor: true, clearOnComplete: true },
    ...{ noTTYOutput: true, notTTYSchedule: 10_000 },
  });
  bar.start(seconds, 0, { found: 'nothing yet' });
  return bar;
}
