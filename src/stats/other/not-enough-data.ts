import type { NotApplicableResult, TestHeader } from "../result.ts";

/** Makes the result of a test that got fewer data than it needs. */
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
