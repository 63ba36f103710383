/** Data of several kinds for measurements: the same bytes each time. */
import { Uniform } from "../../src/recording/dependence.ts";

/** Makes numbers from 0 up to 1, the same each time. */
function generator(): () => number {
  const uniform = new Uniform();
  return () => uniform.next();
}

const LONG_PERIOD = 256 * 7;

/** Makes `length` symbols of so many bits, one a byte. */
type Maker = (length: number, bits: number) => Uint8Array;

export const random: Maker = (length, bits) => {
  const next = generator();
  return Uint8Array.from({ length }, () => next() * 2 ** bits);
};

export const DATA_KINDS: Readonly<Record<string, Maker>> = {
  random,
  /** Durations: nearly normal, about a twelfth of the range wide, with an outlier in a hundred. */
  "timing noise"(length, bits) {
    const next = generator();
    const range = 2 ** bits;
    return Uint8Array.from({ length }, () => {
      const middle = (next() + next() + next() + next()) / 4;
      return Math.min(range - 1, next() < 0.01 ? next() * range : range * (0.2 + 0.3 * middle));
    });
  },
  /** Each symbol is the one before, but for one in ten. */
  sticky(length, bits) {
    const next = generator();
    let last = 0;
    return Uint8Array.from({ length }, () => {
      if (next() < 0.1) last = next() * 2 ** bits;
      return last;
    });
  },
  /** Words of a fixed list one after another, as in a text. */
  words(length, bits) {
    const next = generator();
    const words = Array.from({ length: 500 }, () =>
      Uint8Array.from({ length: 2 + next() * 8 }, () => 97 + next() ** 2 * 26),
    );
    const text = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const word = words[Math.floor(next() ** 2 * words.length)]!.subarray(0, length - at);
      text.set(word, at);
      at += word.length;
      if (at < length) text[at++] = 32;
    }
    return text.map((byte) => byte & (2 ** bits - 1));
  },
  counter: (length, bits) => Uint8Array.from({ length }, (_, i) => i & (2 ** bits - 1)),
  "long period"(length, bits) {
    const once = random(LONG_PERIOD, bits);
    return Uint8Array.from({ length }, (_, i) => once[i % LONG_PERIOD]!);
  },
};
