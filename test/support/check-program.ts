/** Runs checks of the installed library, `contract` or `faults`, and prints a line of JSON for each. Built to run on Bun and Node. */
import { type Checks, CONTRACT, type Library } from "../faces/library/contract.ts";
import { FAULTS } from "../faces/library/program-faults.ts";

export interface CheckResult {
  readonly name: string;
  /** The error thrown; absent if the check holds. */
  readonly error?: string;
}

const CHECKS: Readonly<Record<string, Checks>> = { contract: CONTRACT, faults: FAULTS };
const installed = "esoteric-entropy";

const library: Library = await import(installed);
for (const [name, check] of Object.entries(CHECKS[process.argv[2] ?? ""] ?? {})) {
  const result = await check(library).then(
    (): CheckResult => ({ name }),
    (error: unknown): CheckResult => ({
      name,
      error: error instanceof Error ? `${error.stack}` : String(error),
    }),
  );
  console.log(JSON.stringify(result));
}
