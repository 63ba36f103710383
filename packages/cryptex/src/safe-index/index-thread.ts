/** Thread that builds a safe index. */
import { serve } from "#kit/thread.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { type BuiltIndex, buildIndex, type IndexRequest } from "./build-index.ts";
import { commonTarget } from "./targets.ts";

/** Targets by their names, since functions stay in their thread. */
export interface IndexOrder extends Omit<IndexRequest, "target"> {
  readonly targets: readonly string[];
}

void serve<IndexOrder, BuiltIndex>(({ targets, ...request }, { signal }) => {
  const compiler = { facts: ENGINE, newInstance: makeLibyara };
  return buildIndex({ ...request, target: commonTarget(targets) }, compiler, signal);
});
