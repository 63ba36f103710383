/** Thread that lints rules. */
import { serve } from "#kit/thread.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { type LintReport, lintRules, lintText, type RuleText } from "./lint.ts";
import type { RuleSetRequest } from "./rule-set.ts";

const compiler = { facts: ENGINE, newInstance: makeLibyara };

void serve<RuleSetRequest | RuleText, LintReport>((request) =>
  "bytes" in request ? lintText(request, compiler) : lintRules(request, compiler),
);
