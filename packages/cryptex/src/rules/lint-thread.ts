/** Thread that lints rules. */
import { serve } from "#kit/thread.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { type LintReport, lintRules } from "./lint.ts";
import type { RuleSetRequest } from "./rule-set.ts";

void serve<RuleSetRequest, LintReport>((request) =>
  lintRules(request, { facts: ENGINE, newInstance: makeLibyara }),
);
