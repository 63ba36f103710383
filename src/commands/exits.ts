/** The exit codes of this product, beside those of every program. */
import type { Exit } from "#kit/term/exit.ts";

/** A source could not be sampled, or not as far as was asked; also the code of an InsufficientEntropyError. */
export const SHORTAGE = 3;

/** Something that was looked at is not as it should be; EXITS lists it by command. */
export const FINDINGS = 4;

export const EXITS: readonly Exit[] = [
  {
    code: SHORTAGE,
    meaning:
      "not enough entropy, a health failure, a source that could not be sampled, or not as far as was asked, or a node of a fleet that is missing or not well (fleet status)",
    errors: ["insufficient-entropy"],
  },
  {
    code: FINDINGS,
    meaning:
      "findings: data that fail, or that no test applies to (report, assess, evidence package), a fault that earned too much (drill), a health test that fired (pool --health), recordings that differ (evidence compare), files that are gone, changed or not as signed (evidence list, evidence verify), what has to be mended (fleet doctor), or jobs of a fleet without an answer (fleet resume)",
  },
];
