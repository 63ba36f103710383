/** The door to lint: looks for findings in a thread of its own. */
import { inThread } from "#kit/thread.ts";
import { WORK_THREAD } from "../work-thread-url.ts";
import type { LintReport, RuleText } from "./lint.ts";
import type { RuleSetRequest } from "./rule-set.ts";

/** @throws the signal's reason */
export function openLint(request: RuleSetRequest | RuleText, signal: AbortSignal): Promise<LintReport> {
  return inThread(WORK_THREAD, request, {
    signal,
    work: "lint",
    failure: "the rules could not be linted",
  });
}
