/** The lanes of the stream, as c/deep/lanes.h has them and in the same order. */

export interface Lane {
  /** Kebab-case, stable. */
  readonly id: string;
  /** As a report says it; empty for all bytes. */
  readonly words: string;
  /** Bits of it in a word of `stride` bytes. */
  readonly bits: 1 | 8;
  /** Bytes from one place of it in the stream to the next. */
  readonly stride: 1 | 2 | 4 | 8;
  /** Place of its bit, or of the lowest of its eight, in a word; bits count from the least significant of the first byte. */
  readonly place: number;
}

const WITH_BYTES: readonly Lane[] = [
  { id: "all", words: "", bits: 8, stride: 1, place: 0 },
  ...([2, 4, 8] as const).flatMap((stride): Lane[] => {
    const width = 8 * stride;
    return [
      { id: `first-${width}`, words: `first bytes of ${width}-bit words`, bits: 8, stride, place: 0 },
      { id: `last-${width}`, words: `last bytes of ${width}-bit words`, bits: 8, stride, place: width - 8 },
    ];
  }),
];

export const LANES: readonly Lane[] = [
  ...WITH_BYTES,
  ...WITH_BYTES.flatMap(({ id, words, stride, place }) =>
    ([0, 7] as const).map(
      (bit): Lane => ({
        id: `bit-${bit}-of-${id}`,
        words: `bits ${bit} of ${words || "all bytes"}`,
        bits: 1,
        stride,
        place: place + bit,
      }),
    ),
  ),
];

/** Indexes in LANES, by kind. */
export const ALL: readonly number[] = [0];
export const BYTE_LANES: readonly number[] = [1, 2, 3, 4, 5, 6];
export const BIT_LANES: readonly number[] = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];

/** EE_LANE_MEMORY of a group of 512 KiB: what loops that walk lanes need at the end of their state, except for that of all bytes alone. */
const GROUP_MEMORY = (2 ** 19 / 16) * (28 + 11);

/** Size of that memory for lanes of such indexes. */
export function groupMemory(lanes: readonly number[]): number {
  return lanes === ALL ? 0 : GROUP_MEMORY;
}

/** Joins indexes in LANES to the mask that loops take. */
export function lanesMask(lanes: readonly number[]): number {
  return lanes.reduce((mask, lane) => mask + 2 ** lane, 0);
}
