/** Finds the rules for which an engine gives up on a file, so that the others are evaluated all the same. */
import type { CompiledRules, EngineScan } from "../engine/engine.ts";

export interface Culprits {
  /** Left out of the scan, by number. */
  readonly rules: readonly number[];
  /** The scan with the rest; or the one that ended the search, where it is not "done". */
  readonly scan: EngineScan;
}

/** More rules than that are not looked for: the file is then not evaluated. */
const MOST_CULPRITS = 32;

/**
 * Takes rules out until the engine no longer runs out of fibers. With the first n rules switched on it fails for every n
 * beyond some point, so that a dozen scans find one of some thousand rules. All are switched on again afterwards, unless
 * the engine throws.
 * @param scan scans the file with the rules that are switched on
 */
export function findCulprits(rules: CompiledRules, scan: () => EngineScan): Culprits {
  const found = new Set<number>();
  const isOn = new Uint8Array(rules.count).fill(1);
  const switchTo = (rule: number, on: boolean) => {
    if (isOn[rule] === Number(on)) return;
    isOn[rule] = Number(on);
    rules.setEnabled(rule, on);
  };
  const scanFirst = (count: number): EngineScan => {
    for (let rule = 0; rule < rules.count; rule++) switchTo(rule, rule < count && !found.has(rule));
    return scan();
  };
  const end = (last: EngineScan): Culprits => {
    for (let rule = 0; rule < rules.count; rule++) switchTo(rule, true);
    return { rules: [...found], scan: last };
  };

  let good = 0;
  for (;;) {
    let bad = rules.count;
    const rest = scanFirst(bad);
    if (rest.outcome !== "fibers" || found.size === MOST_CULPRITS) return end(rest);
    // The first `bad` fail, the first `good` do not.
    while (bad - good > 1) {
      const middle = good + Math.floor((bad - good) / 2);
      const probe = scanFirst(middle);
      if (probe.outcome === "fibers") bad = middle;
      else if (probe.outcome === "done") good = middle;
      else return end(probe);
    }
    found.add(bad - 1);
  }
}
