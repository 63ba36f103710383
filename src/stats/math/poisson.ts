/**
 * P(X = k) of a Poisson law, to nearly full relative accuracy near the mean. From 16 on, k may be any real number:
 * mean^k·e^(−mean)/Γ(k + 1). Computed there in Loader's form
 * e^(−D)·e^(−S)/√(2πk), D = k·ln(k/mean) + mean − k and S Stirling's remainder (C. Loader, "Fast and
 * accurate computation of binomial probabilities", 2000).
 */
export function poissonPmf(k: number, mean: number): number {
  if (k < 16) {
    let p = Math.exp(-mean);
    for (let j = 1; j <= k; j++) p *= mean / j;
    return p;
  }
  const r = (mean - k) / k;
  const deviance = k * (r - Math.log1p(r));
  const y = 1 / (k * k);
  const stirling = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y / 1680))) / k;
  return Math.exp(-deviance - stirling) / Math.sqrt(2 * Math.PI * k);
}
