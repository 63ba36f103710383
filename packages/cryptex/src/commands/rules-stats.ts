/** `rules stats`: counts of rules by module, tag and file, and what is there twice. */
import { command } from "#kit/term/command.ts";
import { statisticsOf } from "../cryptex-store/rule-relations.ts";
import type { Deps } from "../deps.ts";
import { OUTPUT_FLAGS, SCOPE_DETAILS, SCOPE_FLAGS } from "./lookup-flags.ts";
import { withRules } from "./rules-scope.ts";
import { statsJson, statsText } from "./rules-stats-text.ts";

export const rulesStats = command({
  name: "rules stats",
  description: "Count rules by module, tag and file, and name those that are there twice",
  details: [
    "Rules are the same if their texts are, comments and blanks left aside. A clash is a name that stands for different rules. The text lists the ten most of each kind; JSON lists all.",
    SCOPE_DETAILS,
  ],
  flags: { ...SCOPE_FLAGS, ...OUTPUT_FLAGS },
  examples: ["cryptex rules stats --rules my-rules/"],
  seeAlso: ["rules find", "rules lint"],
  judges: true,
  ownThread: true,
  async run({ format, json, ...options }, io, deps: Deps) {
    return await withRules(options, io, deps, async (store, scope) => {
      const statistics = statisticsOf(store, scope);
      await io.out(json || format === "json" ? statsJson(statistics, scope) : statsText(statistics, io));
    });
  },
});
