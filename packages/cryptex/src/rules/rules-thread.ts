/** Thread that builds a set. */
import { serve } from "#kit/thread.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { buildRuleSet } from "./build-rule-set.ts";
import type { PackedRuleSet, RuleSetRequest } from "./rule-set.ts";

void serve<RuleSetRequest, PackedRuleSet>((request) =>
  buildRuleSet(request, { facts: ENGINE, newInstance: makeLibyara }),
);
