/** From what is declared and holds to how far a port has come. Only a declaration that holds, with a test, makes it done. */
import type { Checked } from "./checks.ts";
import { partsOf } from "./code.ts";
import type { PortStatus } from "./gap-report.ts";

export interface Judgement {
  readonly status: PortStatus;
  /** Why it is not done. */
  readonly reason?: string;
}

/** @param definitions symbols that the component defines; undefined where nobody can tell */
export function judged(
  checks: readonly Checked[],
  definitions: readonly string[] | undefined,
  missing: readonly string[] = [],
): Judgement {
  const said = [...missing, ...checks.flatMap(({ declaration }) => declaration.missing)];
  const faults = checks.flatMap(({ evidence }) => evidence.faults);
  const lacking = said.length > 0 ? `missing: ${said.join("; ")}` : undefined;
  if (checks.length === 0) {
    return { status: "pending", reason: lacking ?? "no port of it is declared" };
  }
  if (!checks.some(({ hasTarget }) => hasTarget)) return { status: "pending", reason: faults[0]! };
  if (checks.some((check) => check.faults.some(({ kind }) => kind === "stale"))) {
    return { status: "stale", reason: "it has changed since its port was declared" };
  }
  const untested = checks.find(({ evidence }) => evidence.tests.length === 0);
  const reason =
    faults[0] ??
    lacking ??
    partlyDeclared(checks, definitions) ??
    (untested && `no test is named for ${untested.evidence.to}`);
  return reason === undefined ? { status: "done" } : { status: "in_progress", reason };
}

/** Definitions that a message names. */
const MOST_NAMED = 5;

/** Declarations about single symbols make a component done only together. */
function partlyDeclared(
  checks: readonly Checked[],
  definitions: readonly string[] | undefined,
): string | undefined {
  if (checks.some(({ evidence }) => evidence.about.length === 0)) return undefined;
  if (definitions === undefined)
    return "single symbols are declared, and what else it defines cannot be told";
  const claims = new Set(
    checks.flatMap(({ evidence }) => evidence.about.map((each) => partsOf(each).join("."))),
  );
  const left = definitions.filter((symbol) => !isCovered(partsOf(symbol), claims));
  if (left.length === 0) return undefined;
  const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : "";
  const names = left.slice(0, MOST_NAMED).join(", ");
  return `a port of ${definitions.length - left.length} of ${definitions.length} definitions is declared: not of ${names}${more}`;
}

/** A claim of a class covers its methods. */
function isCovered(symbol: readonly string[], claims: ReadonlySet<string>): boolean {
  return symbol.some((_, end) =>
    symbol.some((_, start) => start <= end && claims.has(symbol.slice(start, end + 1).join("."))),
  );
}
