/** Lanes of a stream, of which linear complexity is found, and the state in which c/deep/linear_complexity.c keeps their bits. */
import { numberAt, numbersOf } from "../guarded.ts";

export interface BitLane {
  /** Every so many-th bit. */
  readonly stride: number;
  /** The first of them, counted from the least significant of the first byte. */
  readonly first: number;
  /** Bits of each byte count from the most significant instead. */
  readonly fromTop: boolean;
}

/** A place of the stream where bits of each lane are kept. */
export interface Window {
  /** Its first byte. */
  readonly begin: number;
  /** Bits of each lane, a multiple of 64. */
  readonly bits: number;
  /** Which of the places in the state holds the bits: a later window may take that of an earlier one. */
  readonly place: number;
}

export function lane(stride: number, first: number, fromTop = false): BitLane {
  return { stride, first, fromTop };
}

/** All lanes of a stride. */
export function lanesOf(stride: number): BitLane[] {
  return Array.from({ length: stride }, (_, first) => lane(stride, first));
}

export function laneInWords({ stride, first, fromTop }: BitLane): string {
  if (stride === 1) return `all bits, of each byte the ${fromTop ? "most" : "least"} significant first`;
  if (stride < 8) return `bit ${first} of ${stride}-bit fields`;
  if (stride === 8) return `bit ${first} of bytes`;
  return `bit ${first} of ${stride}-bit words, least significant byte first`;
}

/** Number of bits of a lane in the first `bytes` bytes of a window, at most `most`. */
export function bitsWithin({ stride, first }: BitLane, bytes: number, most: number): number {
  return Math.max(0, Math.min(most, Math.ceil((8 * bytes - first) / stride)));
}

/** Numbers before those of lanes and windows: see c/deep/linear_complexity.c. */
const HEADER_NUMBERS = 5;

/** The numbers of these that are written before each measurement. */
const ASKED_AT = 2;

/** How lanes and windows lie in a state. */
export class LaneState {
  readonly #table: BigUint64Array;
  readonly bytes: number;

  constructor(
    readonly lanes: readonly BitLane[],
    readonly windows: readonly Window[],
  ) {
    const placesAt: number[] = [];
    let end = 8 * (HEADER_NUMBERS + 3 * (lanes.length + windows.length));
    for (const place of new Set(windows.map((window) => window.place))) {
      placesAt[place] = end;
      const bits = Math.max(...windows.filter((window) => window.place === place).map((each) => each.bits));
      end += (lanes.length * bits) / 8;
    }
    this.bytes = end;
    this.#table = BigUint64Array.from(
      [
        ...[lanes.length, windows.length, 0, 0, 0],
        ...lanes.flatMap(({ stride, first, fromTop }) => [stride, first, Number(fromTop)]),
        ...windows.flatMap(({ begin, bits, place }) => [begin, bits, placesAt[place]!]),
      ],
      BigInt,
    );
  }

  prepare(state: Uint8Array): void {
    numbersOf(state).set(this.#table);
  }

  /** Tells if the table, where the native loops go by, is as it was prepared. */
  isSound(state: DataView): boolean {
    const isAsked = (i: number) => i >= ASKED_AT && i < HEADER_NUMBERS;
    return this.#table.every((number, i) => isAsked(i) || number === numberAt(state, i));
  }

  /** Says what is to be measured next. */
  ask(state: Uint8Array, window: number, bits: number, bytes: number): void {
    numbersOf(state).set([window, bits, bytes].map(BigInt), ASKED_AT);
  }
}
