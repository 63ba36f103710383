/** Digits of which the stream may be a number, and the state of c/deep/carry_recurrence.c. */
import { numberAt, numbersOf } from "../guarded.ts";

/** Words of so many bytes, each with a digit in some of them. */
export interface Digits {
  readonly wordBytes: number;
  readonly digitBytes: number;
  /** The first byte of the digit in the word. */
  readonly first: number;
  /** The most significant byte comes first. */
  readonly fromTop: boolean;
  /** Most bits of digits to take, a multiple of LIMB_BITS. */
  readonly bits: number;
}

/** LIMB of c/deep/carry_recurrence.c. */
export const LIMB_BITS = 62;

const HEADER_NUMBERS = 6;

export function digitsInWords({ wordBytes, digitBytes, first, fromTop }: Digits): string {
  if (wordBytes === 1) return "all bytes as one number, the first lowest";
  const order = `${fromTop ? "most" : "least"} significant byte first`;
  if (digitBytes === wordBytes) return `${8 * wordBytes}-bit words, ${order}`;
  const isLow = fromTop === first > 0;
  return `${isLow ? "low" : "high"} ${8 * digitBytes} bits of ${8 * wordBytes}-bit words, ${order}`;
}

/** Number of bits to take of the first `bytes` bytes. */
export function bitsOfDigits({ wordBytes, digitBytes, bits }: Digits, bytes: number): number {
  const there = Math.floor(bytes / wordBytes) * digitBytes * 8;
  return Math.min(bits, Math.floor(there / LIMB_BITS) * LIMB_BITS);
}

/** Keeps the first bytes of a stream. */
export class FirstBytes {
  readonly #kept: number;
  readonly bytes: number;

  constructor(readonly digits: readonly Digits[]) {
    this.#kept = Math.max(
      ...digits.map(({ wordBytes, digitBytes, bits }) => Math.ceil(bits / 8 / digitBytes) * wordBytes),
    );
    this.bytes = 8 * HEADER_NUMBERS + Math.ceil(this.#kept / 8) * 8;
  }

  prepare(state: Uint8Array): void {
    numbersOf(state)[0] = BigInt(this.#kept);
  }

  /** Tells if the native loop would keep as many bytes as it should. */
  isSound(state: DataView): boolean {
    return numberAt(state, 0) === BigInt(this.#kept);
  }

  /** Says what is to be measured next. */
  ask(state: Uint8Array, { wordBytes, digitBytes, first, fromTop }: Digits, bits: number): void {
    const numbers = [wordBytes, digitBytes, first, Number(fromTop), bits];
    numbersOf(state).set(numbers.map(BigInt), 1);
  }
}
