/**
 * Similar blocks: how long ago a block of the same shape was seen.
 *
 * Each word is light, middling or heavy by the number of its ones, and the shape of a block is that of nine successive words. For each
 * word, how long ago each of the three shapes was seen that it may complete is known before: so counted is the class that comes, by
 * these three ages (c/deep/similar_blocks.c). That is exact, where distances between blocks that overlap are not independent, as in the distances of
 * PractRand's DC6. Two things are judged of each way to cut the stream into words: how often the shape that comes is of each age, and all counts
 * together (`stats/deep/similar-blocks.ts`).
 *
 * Words are of 8, 16, 32 and 64 bits, and of eight of their bits: the first or the last byte, and the lowest bit of either in eight words. All
 * of the first 32 MiB is looked at, then 512 KiB to 8 MiB at the beginning of each 32 MiB, the less the more words there are in it.
 *
 * Finds blocks that come again with some bits flipped, some 20,000 words later or less, farther where they are of rare shapes; and generators whose
 * next word depends on few words before, in a lane of theirs: congruential ones, lagged ones with short lags, subtract with borrow. Cannot find what comes
 * again in another shape. Exact copies are found by `repeats`, at any distance.
 */
import type { DeepLoops } from "../../../ffi/deep-loops.ts";
import { classChances, judgeAges } from "../../stats/deep/similar-blocks.ts";
import type { Family, Observation, Part } from "../family.ts";
import { guarded } from "../guarded.ts";

export const SIMILAR_BLOCKS: Family = {
  id: "similar-blocks",
  title: "Distances of similar blocks",
  looksFor: "blocks that are alike but for some bits",
  parts: (loops) => [shapes(loops)],
};

interface Cut {
  readonly words: string;
  /** Bits of a word that count. */
  readonly bits: number;
  /** Fewest ones of a middling word, and of a heavy one. Three in five words or so are middling, for rare shapes tell more. */
  readonly middling: number;
  readonly heavy: number;
}

const BITS_8 = { bits: 8, middling: 3, heavy: 6 };

/** In the order of c/deep/similar_blocks.c. */
export const CUTS: readonly Cut[] = [
  { words: "8-bit words", ...BITS_8 },
  { words: "16-bit words", bits: 16, middling: 7, heavy: 10 },
  { words: "32-bit words", bits: 32, middling: 14, heavy: 19 },
  { words: "64-bit words", bits: 64, middling: 29, heavy: 36 },
  { words: "first bytes of 16-bit words", ...BITS_8 },
  { words: "last bytes of 16-bit words", ...BITS_8 },
  { words: "first bytes of 32-bit words", ...BITS_8 },
  { words: "last bytes of 32-bit words", ...BITS_8 },
  { words: "first bytes of 64-bit words", ...BITS_8 },
  { words: "last bytes of 64-bit words", ...BITS_8 },
  { words: "bits 0 of eight bytes", ...BITS_8 },
  { words: "bits 0 of the first bytes of eight 16-bit words", ...BITS_8 },
  { words: "bits 0 of the last bytes of eight 16-bit words", ...BITS_8 },
  { words: "bits 0 of the first bytes of eight 32-bit words", ...BITS_8 },
  { words: "bits 0 of the last bytes of eight 32-bit words", ...BITS_8 },
  { words: "bits 0 of the first bytes of eight 64-bit words", ...BITS_8 },
  { words: "bits 0 of the last bytes of eight 64-bit words", ...BITS_8 },
];

const AGES = 9;
const COUNTS = AGES ** 3 * 3;
/** Counts of 8 bytes and shapes of 4, four for each three, and what goes on to the next word. */
const SERIES_BYTES = AGES ** 3 * 4 * 8 + 3 ** 8 * 4 * 4 + 16;
export const SIMILAR_BLOCKS_BYTES = CUTS.length * SERIES_BYTES;

/** Ages in words, as they are counted. */
function ageWords(age: number): string {
  if (age === 0) return "less than 64 words before";
  return age === AGES - 1
    ? `${(4 ** (2 + age)).toLocaleString("en-US")} words before, or more`
    : `${(4 ** (2 + age)).toLocaleString("en-US")} to ${(4 ** (3 + age) - 1).toLocaleString("en-US")} words before`;
}

function shapes(loops: DeepLoops): Part {
  const measure = loops.measure("similar_blocks_counts");
  const part: Part = {
    id: "shapes",
    stateBytes: SIMILAR_BLOCKS_BYTES,
    feed: loops.feed("similar_blocks"),
    conclude(state) {
      const counts = new Float64Array(CUTS.length * COUNTS);
      measure(state, counts);
      return CUTS.flatMap((cut, i) => judgeCut(cut, counts.subarray(i * COUNTS, (i + 1) * COUNTS)));
    },
  };
  return guarded(part, () => true);
}

function judgeCut({ words: lane, bits, middling, heavy }: Cut, counts: Float64Array): Observation[] {
  const { ages, contexts, words } = judgeAges(counts, classChances(bits, middling, heavy), AGES);
  const lowest = ages.reduce((least, { p }, age) => (p < ages[least]!.p ? age : least), 0);
  const { z, p } = ages[lowest]!;
  return [
    {
      test: "distances",
      lane,
      n: words,
      statistic: z,
      p,
      among: AGES,
      suspicion: `blocks of nine words whose weights are alike stand ${ageWords(lowest)} too ${z > 0 ? "often" : "seldom"}: ${CAUSE}`,
    },
    {
      test: "next-weights",
      lane,
      n: words,
      statistic: contexts.z,
      p: contexts.p,
      among: 1,
      suspicion: `the weight of a word depends on how long ago blocks like this one were seen: ${CAUSE}`,
    },
  ];
}

const CAUSE = "blocks that are near copies of earlier ones, or a generator whose state is small";
