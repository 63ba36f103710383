/** The numbers behind a report's pictures, computed from the first bytes of its data. */
import { bitString } from "../stats/bits.ts";
import { Z_99 } from "../stats/constants.ts";
import { bitWords } from "../stats/math/bit-words.ts";
import { realTransform } from "../stats/math/real-transform.ts";
import { countDiffering } from "../stats/other/autocorrelation.ts";
import { countPValues } from "../stats/sp800-22/index.ts";
import type { ReportResult } from "./report.ts";

/** Values, with the mean of good data and the distance from it within which 99 % of them lie. */
export interface Figure {
  readonly values: readonly number[];
  readonly expected: number;
  readonly margin: number;
}

/** Counts each byte value. */
export function byteHistogram(bytes: Uint8Array): Figure {
  const counts = new Array<number>(256).fill(0);
  for (let i = 0; i < bytes.length; i++) counts[bytes[i]!]! += 1;
  const expected = bytes.length / 256;
  return { values: counts, expected, margin: Z_99 * Math.sqrt(expected * (255 / 256)) };
}

/** Computes the share of ones less ½ at each place in the byte, most significant first. */
export function bitShares(bytes: Uint8Array): Figure {
  const { values } = byteHistogram(bytes);
  const shares = Array.from({ length: 8 }, (_, place) => {
    const mask = 0x80 >> place;
    const ones = values.reduce((sum, count, byte) => sum + (byte & mask ? count : 0), 0);
    return ones / bytes.length - 0.5;
  });
  return { values: shares, expected: 0, margin: Z_99 / 2 / Math.sqrt(bytes.length) };
}

/** Correlates each bit with the one `lag` places later, for lags 1 … 64. Empty for fewer than 128 bits. */
export function bitCorrelations(bytes: Uint8Array): Figure {
  const bits = bitString(bytes);
  const lags = bits.length < 128 ? 0 : 64;
  const words = bitWords(bits);
  const values = Array.from({ length: lags }, (_, i) => {
    const pairs = bits.length - (i + 1);
    return 1 - (2 * countDiffering(words, 0, pairs, i + 1)) / pairs;
  });
  return { values, expected: 0, margin: Z_99 / Math.sqrt(Math.max(1, bits.length)) };
}

/** Most bits that the spectrum is computed from. */
const SPECTRUM_BITS = 2 ** 20;
const SPECTRUM_BANDS = 256;

/**
 * Computes the power of the bits as ±1 in 256 bands of frequency from 0 to ½ cycle a bit: the mean of a band's
 * periodogram, without frequency 0. Independent fair bits have power 1. Empty for fewer than 1,024 bits.
 */
export function spectrum(bytes: Uint8Array): Figure {
  const n = 2 ** Math.floor(Math.log2(Math.min(SPECTRUM_BITS, 8 * bytes.length)));
  if (!(n >= 4 * SPECTRUM_BANDS)) return { values: [], expected: 1, margin: 0 };
  const signs = new Float64Array(n);
  for (let i = 0; i < n; i++) signs[i] = ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) * 2 - 1;
  const transform = realTransform(signs);
  const width = n / 2 / SPECTRUM_BANDS;
  const values = Array.from({ length: SPECTRUM_BANDS }, (_, band) => {
    let power = 0;
    // From 1 on: frequency 0 is the balance of the bits, which has its own tests.
    for (let k = band * width + 1; k <= (band + 1) * width; k++) {
      power += transform[2 * k]! ** 2 + transform[2 * k + 1]! ** 2;
    }
    return power / n / width;
  });
  return { values, expected: 1, margin: Z_99 / Math.sqrt(width) };
}

/** Lists the first pairs of neighbouring bytes, at most `most`. */
export function bytePairs(bytes: Uint8Array, most: number): [number, number][] {
  const count = Math.max(0, Math.min(most, bytes.length - 1));
  return Array.from({ length: count }, (_, i) => [bytes[i]!, bytes[i + 1]!]);
}

/** Counts all p-values of the report in `bins` equal parts of [0, 1]. */
export function pValueHistogram(results: readonly ReportResult[], bins: number): Figure {
  const pValues = results.flatMap((result) => (result.kind === "hypothesis" ? result.pValues : []));
  const expected = pValues.length / bins;
  return {
    values: countPValues(pValues, bins),
    expected,
    margin: Z_99 * Math.sqrt(expected * (1 - 1 / bins)),
  };
}
