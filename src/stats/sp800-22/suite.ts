import type { BitString } from "../bits.ts";
import { SP800_22 } from "../suites.ts";
import type { ConstantsOption, MinimumOption, Outcome } from "./outcome.ts";

type Test = (typeof SP800_22)[number];

export type Sp80022TestId = Test["id"];

export interface Sp80022Options extends MinimumOption, ConstantsOption {
  /** Only these tests, in the suite's order; default all. */
  readonly tests?: readonly Sp80022TestId[];
  /** Parameters by test; those not given are the ones of NIST's program. */
  readonly parameters?: {
    readonly [Id in Sp80022TestId]?: Parameters<Extract<Test, { readonly id: Id }>["run"]>[1];
  };
}

/**
 * Runs NIST SP 800-22 rev. 1a on one sequence, taken whole: one result a test. To test several sequences, call once for
 * each and see `finalAnalysis`.
 *
 * @throws RangeError for an unknown test, or parameters out of range
 */
export function sp80022(bits: BitString, options: Sp80022Options = {}): Outcome[] {
  const { enforceMinimum = true, constants = "nist", parameters = {}, tests } = options;
  const unknown = tests?.find((id) => !SP800_22.some((test) => test.id === id));
  if (unknown !== undefined) throw new RangeError(`no test "${unknown}" in SP 800-22`);
  return SP800_22.filter(({ id }) => tests?.includes(id) ?? true).map(({ id, run }) =>
    run(bits, { enforceMinimum, constants, ...parameters[id] }),
  );
}
