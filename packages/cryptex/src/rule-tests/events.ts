/** Lines of a test run's result, as every format takes them. NDJSON prints them as they stand here. */
import type { QuarantineEvent, ShownPath, StartEvent } from "../scan-runner/events.ts";

/** "failed" is what a test says of its rule; "error" is what could not be found out, so that the run is not complete. */
export type TestStatus = "passed" | "failed" | "error";

interface TestedRule {
  readonly rule: string | null;
  readonly file: string;
  /** Line of the comment; for goodware, that of the rule. */
  readonly line: number;
}

export interface TestEvent extends TestedRule, Partial<ShownPath> {
  readonly type: "test";
  readonly kind: "match" | "nomatch" | "cost" | "goodware";
  readonly status: TestStatus;
  /** Says why a test did not pass. */
  readonly reason?: string;
  readonly limit?: number;
  readonly cost?: number;
  /** Counts files of goodware that match, and names the first. */
  readonly matches?: number;
  readonly matched?: readonly ShownPath[];
}

/** A comment that looks like a test and is none, or a file that was asked for and not evaluated. */
export type TestErrorEvent = { readonly type: "error"; readonly reason: string } & (
  | { readonly file: string; readonly line: number }
  | ShownPath
);

export interface TestEndEvent {
  readonly type: "end";
  /** False where a rule, a test or a file was not wholly evaluated, or there is no test. */
  readonly complete: boolean;
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  /** Tests that could not be found out: with those that passed and failed they are all. */
  readonly errors: number;
  /** Error lines: comments and files that are no test of it. */
  readonly faults: number;
  /** Rules that are evaluated, and those among them that a comment tests. */
  readonly rules: number;
  readonly tested_rules: number;
  /** Files that were scanned: those that tests name, and goodware. */
  readonly samples: number;
  readonly goodware: number;
}

export type TestRunEvent = StartEvent | QuarantineEvent | TestEvent | TestErrorEvent | TestEndEvent;
