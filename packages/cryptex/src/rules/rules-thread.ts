/** Thread that builds a set, so that the program stays interruptible while a large collection is compiled. */
import { parentPort } from "node:worker_threads";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { buildRuleSet } from "./build-rule-set.ts";
import type { PackedRuleSet, RuleSetRequest } from "./rule-set.ts";

export type BuildReply = { readonly set: PackedRuleSet } | { readonly error: string };

parentPort!.once("message", (request: RuleSetRequest) => {
  let reply: BuildReply;
  try {
    reply = { set: buildRuleSet(request, { facts: ENGINE, newInstance: makeLibyara }) };
  } catch (error) {
    reply = { error: (error as Error).stack ?? String(error) };
  }
  parentPort!.postMessage(reply);
});
