import type { Runs } from "./runs.ts";

/**
 * Runs based on the median, SP 800-90B §5.1.5 and §5.1.6: a symbol below the median is a step down, any other one up.
 *
 * @param median of the symbols; 0.5 if there are only two different ones, 0 and 1
 */
export function medianRuns(symbols: Uint8Array, median: number): Runs {
  const n = symbols.length;
  if (n === 0) return { count: 0, longest: 0, ups: 0 };
  const least = Math.ceil(median);
  let side = (symbols[0]! - least) >> 31;
  let downs = -side;
  let changes = 0;
  let run = 1;
  let longest = 1;
  for (let i = 1; i < n; i++) {
    const next = (symbols[i]! - least) >> 31;
    const turned = next ^ side;
    downs -= next;
    changes -= turned;
    run = (run & ~turned) + 1;
    longest = Math.max(longest, run);
    side = next;
  }
  return { count: 1 + changes, longest, ups: n - downs };
}
