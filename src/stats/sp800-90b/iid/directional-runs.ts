import type { Runs } from "./runs.ts";

/**
 * Directional runs, SP 800-90B §5.1.2 – §5.1.4, for the number of runs, the length of the longest, and the number of
 * increases and decreases. A step to a smaller symbol is down, any other is up.
 */
export function directionalRuns(symbols: Uint8Array): Runs {
  const n = symbols.length;
  if (n < 2) return { count: 0, longest: 0, ups: 0 };
  // Sign bits instead of branches, which are unpredictable in random data: −1 is down, 0 up.
  let left = symbols[1]!;
  let direction = (left - symbols[0]!) >> 31;
  let downs = -direction;
  let changes = 0;
  let run = 1;
  let longest = 1;
  for (let i = 2; i < n; i++) {
    const right = symbols[i]!;
    const next = (right - left) >> 31;
    const turned = next ^ direction;
    downs -= next;
    changes -= turned;
    run = (run & ~turned) + 1;
    longest = Math.max(longest, run);
    left = right;
    direction = next;
  }
  return { count: 1 + changes, longest, ups: n - 1 - downs };
}

/** §5.1.4: increases or decreases, whichever are more. */
export function mostSteps({ ups }: Runs, symbolCount: number): number {
  return Math.max(ups, symbolCount - 1 - ups);
}
