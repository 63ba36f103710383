/** The scope of a scan's records: all that its results depend on besides the files. */
import { UNPACKER_DIGEST } from "../archives/unpacker-file.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { ScanRequest } from "./runner.ts";
import type { SeenScope } from "./seen-files.ts";

export type SeenOptions = Pick<ScanRequest, "maxStrings" | "listClean" | "explain" | "archives"> & {
  readonly maxSize: number;
  readonly within?: string;
};

/** Tells of rules that ask for the time: what they say of a file changes with it, so no result is kept. */
export function changesWithTime({ modules }: Pick<RuleSet, "modules">): boolean {
  return modules.includes("time");
}

/** @param program version of this program */
export function seenScopeOf({ digest, engine }: RuleSet, options: SeenOptions, program: string): SeenScope {
  const { maxStrings, maxSize, within, listClean = false, explain, archives } = options;
  const opened = archives && archives.depth > 0;
  return {
    ruleset: digest,
    engine: engine.digest,
    maxStrings,
    archives: opened ? { ...archives, maxSize, listClean, unpacker: UNPACKER_DIGEST } : null,
    program,
    ...(explain && { explained: true as const }),
    ...(within !== undefined && { within }),
  };
}
