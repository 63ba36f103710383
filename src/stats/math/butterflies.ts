import { rootsOfUnity } from "./roots-of-unity.ts";

/**
 * Does one pass of Stockham's transform by radix p. The input is x[k][j][q] with k < p, j < groups, q < stride; for each
 * (j, q) the p values over k are transformed, multiplied by the group's twiddles and written to y[j][k][q]. In the code
 * `row` is the distance between two k of the input, `line` that between two of the output, both counted in array
 * elements, two to a complex number.
 *
 * The innermost loops are written out per radix: this is where the time of a transform goes.
 */
export function butterflies2(
  x: Float64Array,
  y: Float64Array,
  twiddles: Float64Array,
  groups: number,
  stride: number,
): void {
  const line = 2 * stride;
  const row = line * groups;
  for (let j = 0; j < groups; j++) {
    const wr = twiddles[2 * j]!;
    const wi = twiddles[2 * j + 1]!;
    const end = line * (j + 1);
    for (let i = line * j, o = 2 * line * j; i < end; i += 2, o += 2) {
      const ar = x[i]!;
      const ai = x[i + 1]!;
      const br = x[i + row]!;
      const bi = x[i + row + 1]!;
      y[o] = ar + br;
      y[o + 1] = ai + bi;
      y[o + line] = (ar - br) * wr - (ai - bi) * wi;
      y[o + line + 1] = (ar - br) * wi + (ai - bi) * wr;
    }
  }
}

const SIN_3 = Math.sin((2 * Math.PI) / 3);

export function butterflies3(
  x: Float64Array,
  y: Float64Array,
  twiddles: Float64Array,
  groups: number,
  stride: number,
): void {
  const line = 2 * stride;
  const row = line * groups;
  for (let j = 0; j < groups; j++) {
    const w1r = twiddles[4 * j]!;
    const w1i = twiddles[4 * j + 1]!;
    const w2r = twiddles[4 * j + 2]!;
    const w2i = twiddles[4 * j + 3]!;
    const end = line * (j + 1);
    for (let i = line * j, o = 3 * line * j; i < end; i += 2, o += 2) {
      const ar = x[i]!;
      const ai = x[i + 1]!;
      const sumR = x[i + row]! + x[i + 2 * row]!;
      const sumI = x[i + row + 1]! + x[i + 2 * row + 1]!;
      const turnR = SIN_3 * (x[i + row + 1]! - x[i + 2 * row + 1]!);
      const turnI = SIN_3 * (x[i + 2 * row]! - x[i + row]!);
      y[o] = ar + sumR;
      y[o + 1] = ai + sumI;
      const midR = ar - sumR / 2;
      const midI = ai - sumI / 2;
      y[o + line] = (midR + turnR) * w1r - (midI + turnI) * w1i;
      y[o + line + 1] = (midR + turnR) * w1i + (midI + turnI) * w1r;
      y[o + 2 * line] = (midR - turnR) * w2r - (midI - turnI) * w2i;
      y[o + 2 * line + 1] = (midR - turnR) * w2i + (midI - turnI) * w2r;
    }
  }
}

export function butterflies4(
  x: Float64Array,
  y: Float64Array,
  twiddles: Float64Array,
  groups: number,
  stride: number,
): void {
  const line = 2 * stride;
  const row = line * groups;
  for (let j = 0; j < groups; j++) {
    const w1r = twiddles[6 * j]!;
    const w1i = twiddles[6 * j + 1]!;
    const w2r = twiddles[6 * j + 2]!;
    const w2i = twiddles[6 * j + 3]!;
    const w3r = twiddles[6 * j + 4]!;
    const w3i = twiddles[6 * j + 5]!;
    const end = line * (j + 1);
    for (let i = line * j, o = 4 * line * j; i < end; i += 2, o += 2) {
      const ar = x[i]!;
      const ai = x[i + 1]!;
      const br = x[i + row]!;
      const bi = x[i + row + 1]!;
      const cr = x[i + 2 * row]!;
      const ci = x[i + 2 * row + 1]!;
      const dr = x[i + 3 * row]!;
      const di = x[i + 3 * row + 1]!;
      const acR = ar + cr;
      const acI = ai + ci;
      const bdR = br + dr;
      const bdI = bi + di;
      // a − c and −i·(b − d)
      const diffR = ar - cr;
      const diffI = ai - ci;
      const turnR = bi - di;
      const turnI = dr - br;
      y[o] = acR + bdR;
      y[o + 1] = acI + bdI;
      y[o + line] = (diffR + turnR) * w1r - (diffI + turnI) * w1i;
      y[o + line + 1] = (diffR + turnR) * w1i + (diffI + turnI) * w1r;
      y[o + 2 * line] = (acR - bdR) * w2r - (acI - bdI) * w2i;
      y[o + 2 * line + 1] = (acR - bdR) * w2i + (acI - bdI) * w2r;
      y[o + 3 * line] = (diffR - turnR) * w3r - (diffI - turnI) * w3i;
      y[o + 3 * line + 1] = (diffR - turnR) * w3i + (diffI - turnI) * w3r;
    }
  }
}

const COS_1_5 = Math.cos((2 * Math.PI) / 5);
const COS_2_5 = Math.cos((4 * Math.PI) / 5);
const SIN_1_5 = Math.sin((2 * Math.PI) / 5);
const SIN_2_5 = Math.sin((4 * Math.PI) / 5);

export function butterflies5(
  x: Float64Array,
  y: Float64Array,
  twiddles: Float64Array,
  groups: number,
  stride: number,
): void {
  const line = 2 * stride;
  const row = line * groups;
  for (let j = 0; j < groups; j++) {
    const w1r = twiddles[8 * j]!;
    const w1i = twiddles[8 * j + 1]!;
    const w2r = twiddles[8 * j + 2]!;
    const w2i = twiddles[8 * j + 3]!;
    const w3r = twiddles[8 * j + 4]!;
    const w3i = twiddles[8 * j + 5]!;
    const w4r = twiddles[8 * j + 6]!;
    const w4i = twiddles[8 * j + 7]!;
    const end = line * (j + 1);
    for (let i = line * j, o = 5 * line * j; i < end; i += 2, o += 2) {
      const ar = x[i]!;
      const ai = x[i + 1]!;
      const br = x[i + row]!;
      const bi = x[i + row + 1]!;
      const cr = x[i + 2 * row]!;
      const ci = x[i + 2 * row + 1]!;
      const dr = x[i + 3 * row]!;
      const di = x[i + 3 * row + 1]!;
      const er = x[i + 4 * row]!;
      const ei = x[i + 4 * row + 1]!;
      const beR = br + er;
      const beI = bi + ei;
      const cdR = cr + dr;
      const cdI = ci + di;
      y[o] = ar + beR + cdR;
      y[o + 1] = ai + beI + cdI;
      // The outputs 1 and 4 are p ± s, the outputs 2 and 3 are q ± t; s and t are turned by −i.
      const pR = ar + COS_1_5 * beR + COS_2_5 * cdR;
      const pI = ai + COS_1_5 * beI + COS_2_5 * cdI;
      const qR = ar + COS_2_5 * beR + COS_1_5 * cdR;
      const qI = ai + COS_2_5 * beI + COS_1_5 * cdI;
      const sR = SIN_1_5 * (bi - ei) + SIN_2_5 * (ci - di);
      const sI = SIN_1_5 * (er - br) + SIN_2_5 * (dr - cr);
      const tR = SIN_2_5 * (bi - ei) - SIN_1_5 * (ci - di);
      const tI = SIN_2_5 * (er - br) - SIN_1_5 * (dr - cr);
      y[o + line] = (pR + sR) * w1r - (pI + sI) * w1i;
      y[o + line + 1] = (pR + sR) * w1i + (pI + sI) * w1r;
      y[o + 2 * line] = (qR + tR) * w2r - (qI + tI) * w2i;
      y[o + 2 * line + 1] = (qR + tR) * w2i + (qI + tI) * w2r;
      y[o + 3 * line] = (qR - tR) * w3r - (qI - tI) * w3i;
      y[o + 3 * line + 1] = (qR - tR) * w3i + (qI - tI) * w3r;
      y[o + 4 * line] = (pR - sR) * w4r - (pI - sI) * w4i;
      y[o + 4 * line + 1] = (pR - sR) * w4i + (pI - sI) * w4r;
    }
  }
}

/** Any odd radix, by direct summation: (radix − 1)² products a butterfly. */
export function butterfliesOdd(
  x: Float64Array,
  y: Float64Array,
  twiddles: Float64Array,
  groups: number,
  stride: number,
  radix: number,
): void {
  const line = 2 * stride;
  const row = line * groups;
  const roots = rootsOfUnity(radix);
  for (let j = 0; j < groups; j++) {
    const end = line * (j + 1);
    for (let i = line * j, o = radix * line * j; i < end; i += 2, o += 2) {
      for (let k = 0; k < radix; k++) {
        let sumR = x[i]!;
        let sumI = x[i + 1]!;
        for (let t = 1, power = k; t < radix; t++) {
          const wr = roots[2 * power]!;
          const wi = roots[2 * power + 1]!;
          const vr = x[i + t * row]!;
          const vi = x[i + t * row + 1]!;
          sumR += vr * wr - vi * wi;
          sumI += vr * wi + vi * wr;
          power += k;
          if (power >= radix) power -= radix;
        }
        const w = 2 * (j * (radix - 1) + k - 1);
        const wr = k === 0 ? 1 : twiddles[w]!;
        const wi = k === 0 ? 0 : twiddles[w + 1]!;
        y[o + k * line] = sumR * wr - sumI * wi;
        y[o + k * line + 1] = sumR * wi + sumI * wr;
      }
    }
  }
}
