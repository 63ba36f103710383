import type { NotApplicableResult, TestHeader } from "../result.ts";

/** The result of a test that needs at least `minimum` of something and got fewer. */
export function notEnoughData(
  { suite, test, section, params, n }: TestHeader,
  minimum: number,
  unit: string,
): NotApplicableResult {
  return {
    suite,
    test,
    section,
    params,
    n,
    kind: "not-applicable",
    reason: `needs at least ${minimum.toLocaleString("en-US")} ${unit}`,
  };
}
