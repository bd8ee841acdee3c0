/** `lockstep explain`: how a stream fares and what to do, the most important first. */
import type { Explanation } from './answers.js';
import { bold } from './style.js';

/** What is printed for people, wrapped to `columns`; without colours unless this is a terminal. */
export function explanationLines(explanation: Explanation, columns = 100): string[] {
  const { stream_id, status, summary, advice, sources, programme, rungs, latency, ffmpeg } = explanation;
  const known = latency.legs.map(({ name, ms }) => `${name} ${ms === null ? 'unknown' : `${ms} ms`}`);
  const total = latency.total_ms === null ? [] : [`together ${latency.total_ms} ms; the longest: ${latency.slowest}`];
  return [
    bold(`${stream_id}: ${status}`),
    ...summary.flatMap((text) => paragraph('', text, columns)),
    ...heading('What to do', advice.length),
    ...advice.flatMap((text) => paragraph('- ', text, columns)),
    ...heading('What viewers see', 1),
    ...paragraph('', `${programme.step}: ${programme.why}`, columns),
    ...heading('Sources', sources.length),
    ...sources.flatMap(({ index, url, on_air, description, verdict }) => [
      ...paragraph('', `${index} ${url}${on_air ? ' (on air)' : ''}${description ? `: ${description}` : ''}`, columns),
      ...paragraph('  ', verdict, columns),
    ]),
    ...heading('Qualities', rungs.length),
    ...rungs.flatMap(({ name, verdict }) => paragraph('', `${name}: ${verdict}`, columns)),
    ...heading('Latency', 1),
    ...paragraph('', [known.join(', '), ...total].join('; '), columns),
    ...heading('ffmpeg said', ffmpeg.length),
    ...ffmpeg.flatMap(({ about, said, meaning }) => [
      ...paragraph('', `${about}: ${said}`, columns),
      ...(meaning === null ? [] : paragraph('  ', meaning, columns)),
    ]),
  ];
}

const heading = (title: string, entries: number): string[] => (entries === 0 ? [] : ['', bold(title)]);

/** Two columns in, words kept whole; what follows the first line stands under its text. */
function paragraph(mark: string, text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns - 2 - mark.length) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((piece, index) => `  ${index === 0 ? mark : ' '.repeat(mark.length)}${piece}`);
}
