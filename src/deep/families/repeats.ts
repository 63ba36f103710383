/**
 * Repeats: bytes of the stream that come again later, at any distance and alignment.
 *
 * Counted are matches: places, chosen by what stands there, whose next eight bytes have the hash of those at an earlier chosen place, 64
 * bytes before or more. Two matches or more at one distance, with no place between them that is chosen and has not matched, are a repeat.
 * `c/deep/repeats.c` says how places are chosen (winnowing), and what happens when the table is full. Up to 2^30 bytes, every repeat of 100
 * bytes is found for certain, as long as no chosen place was lost: one with so many others of nearly the same hash that none of 64 buckets has room,
 * which noise does not bring about. Beyond 2^30 bytes each doubling halves the number of places chosen, and the observation says what length is then
 * missed with a chance of 2^−40 at most: 2,550 bytes at 2 GiB, 1.7 MB at 1 TiB.
 *
 * The law is a bound that follows from the number of entries and bits of the hash alone (`stats/deep/repeats.ts`): a repeat in good data
 * has a chance of 2^−40 at 1 GiB. So one piece of 100 bytes that comes again is a finding at any length of data, and so are some that
 * are shorter, by the number of matches.
 *
 * Finds streams that begin anew (counters that wrapped, forks, restored snapshots), short periods, pieces that are handed out twice. Cannot
 * find bytes that come again shifted by bits, with a change in each eight of them, or in a few pieces of less than 50.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { foundLength, matchesTail, runTail } from "../../stats/deep/repeats.ts";
import type { Family, Observation, Part } from "../family.ts";
import { guarded, numberAt } from "../guarded.ts";

export const REPEATS: Family = {
  id: "repeats",
  title: "Bytes that come again",
  looksFor: "bytes that come again: short periods, restarts, forks, replays",
  parts: (loops) => [table(loops)],
};

/** Limits the doublings of the table from 2^16 slots on: to 2^26, 512 MiB. */
const MOST_DOUBLINGS = 10;

/** c/deep/repeats.c thins no further. */
const MOST_THINNED = 28n;

/** Size of the state; of the table only what the data fill is ever touched. The header has a page, and entries may lie 64 buckets of eight beyond the end. */
export function repeatsStateBytes(doublings: number): number {
  return 4096 + 8 * (2 ** (16 + doublings) + 512);
}

function table(loops: DeepLoops): Part {
  const measure = loops.measure("repeats_figures");
  const part: Part = {
    id: "table",
    stateBytes: repeatsStateBytes(MOST_DOUBLINGS),
    prepare(state) {
      state[0] = MOST_DOUBLINGS;
    },
    feed: loops.feed("repeats"),
    conclude(state, bytes) {
      const figures = new Float64Array(18);
      measure(state, figures);
      return judgeRepeats(figures, bytes);
    },
  };
  return guarded(part, (state) => {
    const [most, doublings, thinned] = [0, 1, 2].map((i) => numberAt(state, i));
    return most === BigInt(MOST_DOUBLINGS) && doublings! <= most && thinned! <= MOST_THINNED;
  });
}

interface Repeat {
  /** Offset of the later bytes. */
  readonly start: number;
  /** How far before them the same bytes are. */
  readonly distance: number;
  readonly end: number;
  readonly matches: number;
}

/** @param figures as c/deep/repeats.c writes them */
export function judgeRepeats(figures: Float64Array, bytes: number): Observation[] {
  const [thinned, lost, matches, repeats, repeated, alike] = figures as unknown as number[];
  const first = repeatAt(figures, 6);
  const longest = repeatAt(figures, 10);
  const open = repeatAt(figures, 14);
  const shown = open.matches === longest.matches ? open : longest;
  const length = shown.end - shown.start;
  const found =
    repeats === 0
      ? undefined
      : {
          suspicion: suspect({ first, shown, open, repeats: repeats!, repeated: repeated!, alike: alike! }),
          look: lookAt(shown),
        };
  return [
    {
      test: "longest-repeat",
      lane: lengthFound(thinned!, lost!),
      n: bytes,
      statistic: length,
      p: runTail(longest.matches, bytes),
      among: 1,
      suspicion: SUSPICION,
      ...found,
    },
    {
      test: "repeated-places",
      lane: "places with the eight bytes of an earlier one",
      n: bytes,
      statistic: matches!,
      p: matchesTail(matches!, bytes),
      among: 1,
      suspicion:
        "short pieces come again: fewer values than their length allows, as of a small state or a table",
      ...found,
    },
  ];
}

const SUSPICION =
  "bytes that come again: a buffer that was handed out twice, a counter that wrapped, a fork or a restored snapshot";

function repeatAt(figures: Float64Array, at: number): Repeat {
  const [start, distance, end, matches] = figures.subarray(at, at + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  return { start, distance, end, matches };
}

function lengthFound(thinned: number, lost: number): string {
  if (lost > 0)
    return `repeats; ${count(lost)} places had no room in the table, so no length is certain to be found`;
  const length = `repeats of ${count(foundLength(thinned))} bytes and more`;
  return thinned === 0 ? length : `${length}, of which one is missed with a chance of 2^-40`;
}

interface Found {
  readonly first: Repeat;
  readonly shown: Repeat;
  /** That which goes on at the end of the data; no matches if none does. */
  readonly open: Repeat;
  readonly repeats: number;
  readonly repeated: number;
  readonly alike: number;
}

function suspect({ first, shown, open, repeats, repeated, alike }: Found): string {
  const { start, distance, end } = shown;
  const from = start - distance;
  if (shown === open) {
    // The period is a part of the distance where it is shorter than the least distance.
    const after =
      distance < LONGEST_MULTIPLE ? `${count(distance)} bytes or a part of that` : `${count(distance)} bytes`;
    const why =
      distance < SHORT_PERIOD ? "a short period" : "a counter that wrapped, a fork, or a restored snapshot";
    return `the stream repeats after ${after}, and does so from byte ${count(start)} to the end: ${why}`;
  }
  const where = `bytes ${count(start)} to ${count(end - 1)} repeat those from ${count(from)}`;
  if (repeats === 1) return `${where}: a buffer that was handed out twice, a fork, or a restored snapshot`;
  const all = `${count(repeats)} repeats, ${count(repeated)} bytes`;
  if (alike === repeats)
    return `${all}, each ${count(first.distance)} bytes after the same bytes; ${where}: a buffer that is handed out twice`;
  return `${all}, the first at byte ${count(first.start)}; ${where}: output taken from a store or a small state`;
}

/** Below it, a distance may be a multiple of a period of less than 64 bytes. */
const LONGEST_MULTIPLE = 2 * 64 - 1;
/** Periods that no wrapped counter has. */
const SHORT_PERIOD = 4096;

function lookAt({ start, distance, end }: Repeat): string {
  return `in a FILE of the same bytes: cmp -i ${start - distance}:${start} -n ${end - start} FILE FILE (says nothing, for they are the same)`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
