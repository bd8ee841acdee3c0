/** What else goes wrong around a stream: the disk, the machine, the pace of its source. PURE. */
import type { Circumstances } from './circumstances.js';
import { finding, type Finding } from './finding.js';
import { faceOf } from './problem-words.js';
import { isAbsent } from './programme-step.js';
import { rungReports } from './rungs.js';
import { sourceName } from './sources.js';
import { count, duration, gigabytes, milliseconds, sentence, timeOfDay, times } from './words.js';

/** A disk that will be full within this is worth getting up for. */
const FULL_AHEAD_SECONDS = 1_800;
/** More load than this a core, and processes wait for each other. */
const BUSY = 1.2;
/** This share of pictures replaced within a minute can be seen. */
const VISIBLE_SHARE = 0.01;
const MOVES_A_MINUTE = 3;
/** The last minute says something of the pace once it is at least this long. */
const JUDGED_OVER_SECONDS = 10;

export function storageFindings({ refused, disk, nowMs }: Circumstances): Finding[] {
  if (refused) {
    const { problem, sinceMs } = refused;
    const isFull = problem ? problem.code === 'disk-full' : disk.freeBytes <= 1.25 * disk.reserveBytes;
    const since = timeOfDay(sinceMs, nowMs);
    if (isFull) {
      return [
        finding(
          `The disk is full but for its reserve (${gigabytes(disk.freeBytes)} free, ${gigabytes(disk.reserveBytes)} kept free), so no media is written since ${since} and viewers have a gap.`,
          `Make room on the disk of OUTPUT_DIR (df -h, du -sh), or end a stream: it goes on by itself once ${gigabytes(1.25 * disk.reserveBytes)} are free. DISK_RESERVE says how much is kept free.`,
        ),
      ];
    }
    const { words, remedy } = problem
      ? faceOf(problem)
      : faceOf({ code: 'output-not-writable', facts: {}, detail: '' });
    const reason = problem?.facts['reason'];
    return [
      finding(
        `The disk takes no media since ${since} (${words}${typeof reason === 'string' ? `: ${reason}` : ''}), so viewers have a gap.`,
        remedy,
      ),
    ];
  }
  if (disk.fullInSeconds > FULL_AHEAD_SECONDS) return [];
  return [
    finding(
      disk.fullInSeconds === 0
        ? `The disk has ${gigabytes(disk.freeBytes)} free, which is no more than its reserve, so the next segments may not be written.`
        : `The disk will be full in ${duration(disk.fullInSeconds * 1000)} at the rate of the last minutes (${gigabytes(disk.freeBytes)} free); then streams have gaps.`,
      'Make room on the disk of OUTPUT_DIR (df -h, du -sh); a shorter PLAYLIST_SIZE needs less.',
    ),
  ];
}

/** Every video rung slow at once: it is not one of them, it is the machine. */
export function isOverloaded(circumstances: Circumstances): boolean {
  const video = rungReports(circumstances).filter(({ rung }) => rung.kind === 'video');
  const slow = video.filter(({ state }) => state === 'slow').length;
  return slow > 0 && slow === video.length && (slow > 1 || isBusy(circumstances));
}

export function machineFindings(circumstances: Circumstances): Finding[] {
  if (!isOverloaded(circumstances)) return [];
  const { machine, recent } = circumstances;
  const gaps = recent.rungs.reduce((sum, rung) => sum + rung.gaps, 0);
  const load = `load ${machine.loadAverage.toFixed(1)} on ${count(round(machine.cores), 'core')}`;
  const others = round(machine.committedCores - machine.streamCores);
  const needs = `this stream is expected to need ${count(round(machine.streamCores), 'core')}${others > 0 ? ` and the other streams ${others}` : ''}`;
  return [
    finding(
      `The machine is overloaded (${load}; ${needs}), so every quality falls behind${gaps > 0 ? ` and ${count(gaps, 'part')} became gaps in the last ${duration(recent.seconds * 1000)}` : ''}.`,
      'End a stream or ask for fewer qualities, or set ENCODER_PRESET to a faster one; see what else runs with top.',
      'So that it does not happen again: ADMISSION=enforce with a lower ADMISSION_SHARE, and POST /capacity/calibrate to measure what streams cost here.',
    ),
  ];
}

/** Media that comes too late, or at a pace that changes. */
export function paceFindings(circumstances: Circumstances): Finding[] {
  const { recent, programme, nowMs, plan, allowanceMs, vitals, state } = circumstances;
  const calmSinceMs = nowMs - recent.playedSeconds * 1000;
  const isCalm = state !== 'starting' && !isAbsent(circumstances) && programme.sinceMs <= calmSinceMs;
  if (!plan || !isCalm || recent.playedSeconds < JUDGED_OVER_SECONDS) return [];
  const name = sourceName(circumstances, programme.onAir);
  const lead = vitals?.leadMs.video ?? vitals?.leadMs.audio;
  const pictures = (recent.playedSeconds * 1000) / plan.frameMs;
  const over = duration(recent.playedSeconds * 1000);
  if (recent.filledVideo > VISIBLE_SHARE * pictures && recent.losses.every((losses) => losses === 0)) {
    const now = lead !== undefined && lead < 0 ? `, now ${milliseconds(-lead)} after its time` : '';
    const wanted = Math.max(2 * allowanceMs, -1.5 * (lead ?? 0)) / 1000;
    return [
      finding(
        sentence(
          `media of ${name} arrives later than the ${milliseconds(allowanceMs)} that are allowed${now}, so ${count(recent.filledVideo, 'picture')} of the last ${over} repeat the one before`,
        ),
        `If the picture jerks for longer than a minute, set PLAYOUT_JITTER=${(Math.ceil(wanted * 10) / 10).toFixed(1)} and start the server again: that adds as much latency. Or find out why its path is uneven.`,
      ),
    ];
  }
  if ((recent.anchorMoves * 60) / recent.playedSeconds < MOVES_A_MINUTE) return [];
  return [
    finding(
      sentence(
        `the clock of ${name} does not run at the pace of ours, or its path changes all the time: it was moved ${times(recent.anchorMoves)} in the last ${over}, picture and sound together, which few viewers notice`,
      ),
      'Nothing has to be done. To be rid of it, synchronise the clock of the encoder, or raise PLAYOUT_JITTER.',
    ),
  ];
}

const isBusy = ({ machine }: Circumstances): boolean => machine.loadAverage > BUSY * machine.cores;
const round = (value: number): number => Math.round(value * 10) / 10;
