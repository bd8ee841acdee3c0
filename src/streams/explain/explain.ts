/** Cause and effect of all that happens to a stream, in words an operator understands at three in the morning. PURE. */
import type { Circumstances } from './circumstances.js';
import { isOverloaded, machineFindings, paceFindings, storageFindings } from './conditions.js';
import type { ExplainedComplaintDto, ExplanationDto } from './explain.dto.js';
import { complaintOf } from './ffmpeg-complaints.js';
import type { Finding } from './finding.js';
import { explainLatency } from './latency.js';
import { endFinding, fineSentence, staleFindings, startFindings } from './lifecycle-words.js';
import { linesOf } from './problem-words.js';
import { explainProgramme, programmeFindings } from './programme-step.js';
import { explainRungs, rungFindings } from './rungs.js';
import { explainSources } from './sources.js';
import { sentence } from './words.js';

/** More than this nobody reads at three in the morning. */
const SENTENCES = 5;

export function explain(circumstances: Circumstances): ExplanationDto {
  const { streamId, state, nowMs } = circumstances;
  const latency = explainLatency(circumstances);
  const findings = findingsOf(circumstances).slice(0, SENTENCES);
  const advice = new Set(findings.flatMap((found) => found.advice));
  return {
    ...{ stream_id: streamId, status: state, at: nowMs / 1000 },
    summary:
      findings.length > 0 ? findings.map((found) => found.sentence) : [fineSentence(circumstances, latency.total_ms)],
    advice: [...advice],
    sources: explainSources(circumstances),
    programme: explainProgramme(circumstances),
    rungs: explainRungs(circumstances),
    latency,
    ffmpeg: complaints(circumstances),
  };
}

/** The most important first: what keeps viewers from seeing anything, then what they see, then how well. */
function findingsOf(circumstances: Circumstances): Finding[] {
  const end = endFinding(circumstances);
  if (end) return [end];
  return [
    ...startFindings(circumstances),
    ...storageFindings(circumstances),
    ...programmeFindings(circumstances),
    ...machineFindings(circumstances),
    ...rungFindings(circumstances, isOverloaded(circumstances)),
    ...paceFindings(circumstances),
    ...staleFindings(circumstances),
  ];
}

function complaints({ sources, recent }: Circumstances): ExplainedComplaintDto[] {
  const told = [
    ...sources.map(({ lastProblem }, index) => ({ about: `source ${index}`, problem: lastProblem })),
    ...recent.rungs.map(({ name, problem }) => ({ about: `rung ${name}`, problem: problem?.problem })),
  ];
  return told.flatMap(({ about, problem }) =>
    [...new Set(problem ? linesOf(problem) : [])].map((said) => {
      const complaint = complaintOf(said);
      const meaning = complaint ? sentence(complaint.meaning) : null;
      return { about, said, meaning, remedy: complaint?.remedy ?? null };
    }),
  );
}
