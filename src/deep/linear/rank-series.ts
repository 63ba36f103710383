/** Series of matrices whose ranks are counted, and the state in which c/deep/binary_rank.c does so. */
import { numberAt, numbersOf } from "../guarded.ts";

export interface Series {
  /** Rows of a matrix, and columns: 64, 128, 256, 512 or a multiple of 1,024. */
  readonly rows: number;
  /** Bytes from one that is taken to the next, a power of two, and the first of them. */
  readonly step: number;
  readonly first: number;
  /** Matrices lie one behind the other from this byte on; the last begins before `end`. */
  readonly begin: number;
  readonly end: number;
  /** Beyond this byte only each `thin`-th of them counts. */
  readonly dense: number;
  readonly thin: number;
  /** Those of the same place fill the same memory, one after the other. */
  readonly place: number;
}

export interface RankCounts {
  readonly matrices: number;
  /** Most ranks that a matrix lacks. */
  readonly worst: number;
  /** Number of matrices that lack none, one, and more. */
  readonly missing: readonly [number, number, number];
}

/** Bytes of the stream from one matrix to the next. */
export function seriesSpan({ rows, step }: Series): number {
  return ((rows * rows) / 8) * step;
}

/** Numbers of a series: eight say what it is, five count. See c/deep/binary_rank.c. */
const SERIES_NUMBERS = 13;
const COUNTS_AT = 8;

/** How series lie in a state. */
export class RankState {
  readonly #table: BigUint64Array;
  readonly bytes: number;

  constructor(readonly series: readonly Series[]) {
    const placesAt: number[] = [];
    let end = 8 * (1 + SERIES_NUMBERS * series.length);
    for (const place of new Set(series.map((each) => each.place))) {
      placesAt[place] = end;
      end += Math.max(...series.filter((each) => each.place === place).map(({ rows }) => (rows * rows) / 8));
    }
    this.bytes = end;
    const numbers = series.flatMap((each) => [
      ...[
        each.rows,
        each.step,
        each.first,
        each.begin,
        each.dense,
        each.thin,
        each.end,
        placesAt[each.place]!,
      ],
      ...[0, 0, 0, 0, 0],
    ]);
    this.#table = BigUint64Array.from([series.length, ...numbers], BigInt);
  }

  prepare(state: Uint8Array): void {
    numbersOf(state).set(this.#table);
  }

  /** Tells if the table, where the native loop goes by, is as it was prepared. */
  isSound(state: DataView): boolean {
    const isCount = (i: number) => i > 0 && (i - 1) % SERIES_NUMBERS >= COUNTS_AT;
    return this.#table.every((number, i) => isCount(i) || number === numberAt(state, i));
  }

  counts(state: Uint8Array): RankCounts[] {
    const numbers = numbersOf(state);
    return this.series.map((_, i) => {
      const at = 1 + SERIES_NUMBERS * i + COUNTS_AT;
      const [matrices, worst, none, one, more] = Array.from(numbers.subarray(at, at + 5), Number);
      return { matrices: matrices!, worst: worst!, missing: [none!, one!, more!] };
    });
  }
}
