/** The exit codes of this product, beside those of every program. */
import { EXIT, type Exit } from "#kit/term/exit.ts";
import type { Outcome } from "../scan-runner/formats/outcome.ts";

/** A regular file within the options, or a rule, was not wholly evaluated. */
export const INCOMPLETE = 3;

/** There are findings, and `--fail-on` or `--strict` asked for this code. Goes before INCOMPLETE. */
export const FINDINGS = 4;

export const EXITS: readonly Exit[] = [
  {
    code: INCOMPLETE,
    meaning:
      "incomplete: a file or a rule that was asked for was not wholly evaluated, or a node of a fleet is missing or not well (fleet status)",
  },
  {
    code: FINDINGS,
    meaning:
      "findings of the kind that --fail-on names, or that dict check --strict or gap scan --check asks for; a test of a rule that failed; what has to be mended (fleet doctor); jobs of a fleet without an answer (fleet resume)",
  },
];

export const EXIT_OF: Readonly<Record<Outcome, number>> = {
  ok: EXIT.ok,
  failure: EXIT.failure,
  incomplete: INCOMPLETE,
  findings: FINDINGS,
};
