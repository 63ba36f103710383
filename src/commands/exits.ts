/** The exit codes of this product, beside those of every program. */
import type { Exit } from "#kit/term/exit.ts";

/** `drill` could not sample a source; also the code of an InsufficientEntropyError. */
export const SHORTAGE = 3;

/**
 * `report` or `assess` found failures in the data, no test of `report` applied to them, `drill` found a fault that earned too
 * much, or a health test fired in `pool --health`.
 */
export const FINDINGS = 4;

export const EXITS: readonly Exit[] = [
  {
    code: SHORTAGE,
    meaning:
      "not enough entropy, a health failure, or a source that could not be sampled (drill, pool --health)",
    errors: ["insufficient-entropy"],
  },
  {
    code: FINDINGS,
    meaning:
      "findings in the data (report, assess), data that no test applies to (report), a fault that earned too much (drill), or a health test that fired (pool --health)",
  },
];
