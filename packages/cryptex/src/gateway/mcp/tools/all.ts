/** All tools, in the order in which clients see them. */
import type { Tool } from "../tool.ts";
import { annotate, lookup, search } from "./dictionary.ts";
import { functionDiscovery } from "./discovery.ts";
import { explain } from "./explain.ts";
import { gapAudit } from "./gap.ts";
import { listRules, validate } from "./rules.ts";
import { createSafeIndex } from "./safe-index.ts";
import { scanDirectory } from "./scan.ts";

export function allTools(): readonly Tool[] {
  return [
    lookup,
    search,
    annotate,
    functionDiscovery(),
    gapAudit,
    scanDirectory,
    listRules,
    validate,
    explain,
    createSafeIndex,
  ];
}
