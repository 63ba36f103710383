/** `rules show`: a rule's text, and how it hangs together with others. */
import { InputError } from "#kit/errors.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";
import { suggestion } from "#kit/term/suggestion.ts";
import { findRules } from "../cryptex-store/rule-search.ts";
import { rulesCalled, shownRules } from "../cryptex-store/shown-rules.ts";
import type { Deps } from "../deps.ts";
import { OUTPUT_FLAGS, SCOPE_DETAILS, SCOPE_FLAGS } from "./lookup-flags.ts";
import { withRules } from "./rules-scope.ts";
import { shownText } from "./rules-show-text.ts";

export const rulesShow = command({
  name: "rules show",
  description: "Show a rule: its text, what it depends on, and what depends on it",
  details: [
    "Shows every rule of that name: its place, tags, metadata and modules; the rules and externals that its condition names; the rules that name it; other rules of the same text, comments and blanks left aside; and the text itself.",
    SCOPE_DETAILS,
  ],
  flags: {
    name: positional.text({ about: "Name of the rule" }),
    ...SCOPE_FLAGS,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex rules show ransom_locky --rules my-rules/"],
  seeAlso: ["rules find", "rules stats"],
  judges: true,
  ownThread: true,
  async run({ name, format, json, ...options }, io, deps: Deps) {
    return await withRules(options, io, deps, async (store, scope) => {
      const rules = rulesCalled(store, scope, name);
      if (rules.length === 0) {
        const near = findRules(store, scope, { words: [] }).map((rule) => rule.name);
        throw new InputError(`no rule is called '${visible(name)}'`, { hints: suggestion(name, near) });
      }
      const isJson = json || format === "json";
      await io.out(isJson ? `${safeJson(shownRules(rules))}\n` : shownText(rules));
    });
  },
});
