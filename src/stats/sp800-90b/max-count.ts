/**
 * The distribution of the highest count among n draws of symbols with given probabilities, exactly.
 *
 * Independent Poisson counts with means n·p, given that they sum to n, are multinomial (W. Feller; B. Levin,
 * Annals of Statistics 9, 1981). So P(all ≤ c) is the share of the sum n in the convolution of the Poisson
 * distributions cut off at c, divided by P(sum = n). All terms are positive, so nothing cancels.
 */

interface SymbolClass {
  /** Number of symbols of this probability. */
  readonly symbols: number;
  readonly probability: number;
}

/** Finds the smallest c with P(highest count of n draws ≤ c) ≥ `level`. */
export function maxCountQuantile(n: number, classes: readonly SymbolClass[], level: number): number {
  const pmfs = classes.map(({ probability }) => poissonPmf(n * probability, n));
  const sumIsN = poissonPmf(n, n)[n]!;
  const symbols = classes.reduce((sum, { symbols }) => sum + symbols, 0);
  let low = Math.ceil(n / symbols);
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (probabilityUpTo(middle, n, classes, pmfs) / sumIsN >= level) high = middle;
    else low = middle + 1;
  }
  return low;
}

function probabilityUpTo(
  cut: number,
  n: number,
  classes: readonly SymbolClass[],
  pmfs: readonly Float64Array[],
): number {
  let total = new Float64Array(n + 1);
  total[0] = 1;
  for (let i = 0; i < classes.length; i++) {
    let power = pmfs[i]!.slice();
    power.fill(0, cut + 1);
    // Convolution power by repeated squaring.
    for (let exponent = classes[i]!.symbols; exponent > 0; exponent >>= 1) {
      if ((exponent & 1) === 1) total = convolve(total, power);
      if (exponent > 1) power = convolve(power, power);
    }
  }
  return total[n]!;
}

/** Computes the first terms of the convolution; factors below 10⁻³⁰ cannot matter to a level near 1. */
function convolve(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) {
    const factor = a[i]!;
    if (factor < 1e-30) continue;
    for (let j = 0; j < a.length - i; j++) out[i + j]! += factor * b[j]!;
  }
  return out;
}

/** Poisson probabilities of 0 … n. */
function poissonPmf(mean: number, n: number): Float64Array<ArrayBuffer> {
  const pmf = new Float64Array(n + 1);
  let logFactorial = 0;
  for (let count = 0; count <= n; count++) {
    if (count > 0) logFactorial += Math.log(count);
    pmf[count] = mean > 0 ? Math.exp(count * Math.log(mean) - mean - logFactorial) : count === 0 ? 1 : 0;
  }
  return pmf;
}
