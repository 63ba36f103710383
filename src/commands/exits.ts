/** The exit codes of this product, beside those of every program. */
import type { Exit } from "#kit/term/exit.ts";

/** `report` or `assess` found failures in the data. */
export const FINDINGS = 4;

export const EXITS: readonly Exit[] = [
  {
    code: 3,
    meaning: "not enough entropy, or a health failure",
    errors: ["insufficient-entropy"],
  },
  { code: FINDINGS, meaning: "findings in the data (report, assess)" },
];
