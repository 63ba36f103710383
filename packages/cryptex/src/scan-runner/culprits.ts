/** Finds the rules for which an engine gives up on a file, so that the others are evaluated all the same. */
import type { CompiledRules, EngineScan } from "../engine/engine.ts";

/** Outcomes for which a rule is to blame that the engine does not name. */
export type Blame = "fibers" | "stack";

export interface Culprits {
  /** Left out of the scan: numbers of rules, and what the engine gave up for. */
  readonly rules: ReadonlyMap<number, Blame>;
  /** The scan with the rest; or the one that ended the search, where it is not "done". */
  readonly scan: EngineScan;
}

/** More rules than that are not looked for: the file is then not evaluated. */
const MOST_CULPRITS = 32;

/**
 * Takes rules out until the engine no longer gives up. With the first n rules switched on it fails for every n
 * beyond some point, so that a dozen scans find one of some thousand rules. All are switched on again afterwards, unless
 * the engine throws.
 * @param scan scans the file with the rules that are switched on
 */
export function findCulprits(rules: CompiledRules, scan: () => EngineScan): Culprits {
  const found = new Map<number, Blame>();
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
    return { rules: found, scan: last };
  };

  let good = 0;
  for (;;) {
    let bad = rules.count;
    const rest = scanFirst(bad);
    let blame = blameOf(rest);
    if (!blame || found.size === MOST_CULPRITS) return end(rest);
    // The first `bad` fail, the first `good` do not.
    while (bad - good > 1) {
      const middle = good + Math.floor((bad - good) / 2);
      const probe = scanFirst(middle);
      const probeBlame = blameOf(probe);
      if (probeBlame) {
        bad = middle;
        blame = probeBlame;
      } else if (probe.outcome === "done") good = middle;
      else return end(probe);
    }
    found.set(bad - 1, blame);
  }
}

/** Undefined for a scan that did not end for a rule's sake. */
export function blameOf({ outcome }: EngineScan): Blame | undefined {
  return outcome === "fibers" || outcome === "stack" ? outcome : undefined;
}
