/**
 * Finds where a decreasing function passes `target` on [low, high], to the last bit: halving stops when no double lies
 * between the bounds. NaN counts as below the target, since the models of §6.3 leave their domain at the upper end
 * only.
 */
export function bisectDecreasing(
  f: (x: number) => number,
  target: number,
  low: number,
  high: number,
): number {
  for (;;) {
    const middle = (low + high) / 2;
    if (!(low < middle && middle < high)) return high;
    if (f(middle) > target) low = middle;
    else high = middle;
  }
}
