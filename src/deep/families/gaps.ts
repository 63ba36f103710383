/**
 * Gaps: distances between equal 16-bit words, as Gap-16 of PractRand looks at, but within blocks of 131,072 words, in which all is exactly
 * known: how many gaps there are (which is how many values never came: occupancy), and how they are spread over 16 ranges of lengths, with
 * means and covariances (`stats/deep/gap-law.ts`).
 *
 * Finds small states and full periods, whose words come again too late or too evenly, and words that remember earlier ones at any distance up
 * to 131,072: in the stream, in both halves of 32-bit words, and in 16-bit words made of 20 lanes.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { type GapLaw, type GapRange, gapLaw, judgeSpread, judgeTotal } from "../../stats/deep/gap-law.ts";
import { readCounts } from "../counts.ts";
import type { Family, Observation, Part } from "../family.ts";
import { headed } from "../guarded.ts";
import { ALL, BIT_LANES, BYTE_LANES, groupMemory, LANES, lanesMask } from "../lanes.ts";

export const GAPS: Family = {
  id: "gaps",
  title: "Gaps between equal words",
  looksFor: "words that come again too early, too late or too evenly",
  parts: (loops) => [
    gaps(loops, "gaps", ALL),
    gaps(loops, "gaps-of-byte-lanes", BYTE_LANES),
    gaps(loops, "gaps-of-bit-lanes", BIT_LANES),
  ],
};

/** As c/deep/gaps.c has them. */
const BLOCK = 2 ** 17;
const CELL_WORDS = 512;
const CELLS = BLOCK / CELL_WORDS;
const SERIES = 8 * (CELLS + 3) + 4 * 2 * CELLS + 4 * 2 ** 16;

const VALUES = 2 ** 16;
const LEAST_BLOCKS = 2;

/** Cells that begin a range: each has about a sixteenth of all gaps. */
const FIRST_CELLS = [0, 5, 10, 15, 21, 27, 33, 40, 48, 57, 66, 77, 90, 106, 126, 156];

let lawOfBlocks: GapLaw | undefined;

function law(): GapLaw {
  const ranges = FIRST_CELLS.map(
    (first, at): GapRange => ({
      from: Math.max(1, first * CELL_WORDS),
      to: (FIRST_CELLS[at + 1] ?? CELLS) * CELL_WORDS,
    }),
  );
  lawOfBlocks ??= gapLaw(ranges, BLOCK, VALUES);
  return lawOfBlocks;
}

function gaps(loops: DeepLoops, id: string, lanes: readonly number[]): Part {
  const names = lanes.flatMap((lane) =>
    lane === 0
      ? ["16-bit words", "first halves of 32-bit words", "last halves of 32-bit words"]
      : [LANES[lane]!.words],
  );
  return headed([lanesMask(lanes)], {
    id,
    stateBytes: 8 + names.length * SERIES + groupMemory(lanes),
    feed: loops.feed("gaps"),
    conclude: (state) =>
      names.flatMap((lane, at) => judge(lane, readCounts(state, 8 + at * SERIES, CELLS + 2))),
  });
}

/** @param figures by cell the number of gaps, then that of first words, then that of blocks */
function judge(lane: string, figures: Float64Array): Observation[] {
  const blocks = figures[CELLS + 1]!;
  if (blocks < LEAST_BLOCKS) return [];
  const counts = Float64Array.from(FIRST_CELLS, (first, at) =>
    figures.subarray(first, FIRST_CELLS[at + 1] ?? CELLS).reduce((sum, count) => sum + count, 0),
  );
  const n = blocks * BLOCK;
  return [
    {
      test: "distinct-words",
      lane,
      n,
      ...judgeTotal(counts, law(), blocks),
      among: 1,
      suspicion:
        "too few or too many different words in a block: a small state, or a generator that visits each value equally often",
    },
    {
      test: "gap-lengths",
      lane,
      n,
      ...judgeSpread(counts, law(), blocks),
      among: 1,
      suspicion: "words come again at preferred distances: a small state or a short period of part of it",
    },
  ];
}
