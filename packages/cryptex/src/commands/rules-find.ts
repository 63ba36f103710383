/** `rules find`: rules by words, tags, metadata and modules. */
import { UsageError } from "#kit/errors.ts";
import { command } from "#kit/term/command.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { findRules, type MetaFilter } from "../cryptex-store/rule-search.ts";
import type { Deps } from "../deps.ts";
import { OUTPUT_FLAGS, SCOPE_DETAILS, SCOPE_FLAGS } from "./lookup-flags.ts";
import { foundJson, foundText } from "./rules-find-text.ts";
import { withRules } from "./rules-scope.ts";

export const rulesFind = command({
  name: "rules find",
  description: "Find rules by words, tags, metadata and modules",
  details: [
    "A rule is found if it has all that is asked for. A word is text: it is found wherever it stands in a rule's name, tags, metadata or strings, in upper or lower case; no sign in it has a meaning of its own. KEY:TEXT is found, too, where the metadata KEY holds TEXT. Without words and options all rules are listed.",
    'With --query the words are a query of SQLite\'s FTS5 with AND, OR, NOT, parentheses and the columns name, tags, meta and strings, like: name:apt AND (tags:loader OR strings:"vssadmin delete"). A word in it that has less than three characters finds nothing.',
    SCOPE_DETAILS,
  ],
  flags: {
    words: many(positional.text({ required: false, about: "Words that a rule has, all of them" })),
    tag: many(flag.text({ hint: "TAG", about: "Tag that a rule has" })),
    meta: many(flag.value(parseMeta, { hint: "KEY=VALUE", about: "Metadata that a rule has" })),
    module: many(flag.text({ hint: "MODULE", about: "Module that a rule's condition uses" })),
    query: flag.switch({ about: "Take the words for a query" }),
    ...SCOPE_FLAGS,
    ...OUTPUT_FLAGS,
  },
  examples: [
    "cryptex rules find ransom --tag PE",
    "cryptex rules find 'vssadmin delete shadows' --rules my-rules/",
    "cryptex rules find --meta severity=high --module pe --json | jq -r '.rules[].name'",
  ],
  seeAlso: ["rules show", "rules stats", "rules index"],
  judges: true,
  ownThread: true,
  async run({ words, tag, meta, module, query, format, json, ...options }, io, deps: Deps) {
    const asked = query ? { words: [], query: words.join(" ") } : { words };
    return await withRules(options, io, deps, async (store, scope) => {
      const found = findRules(store, scope, { ...asked, tags: tag, meta, modules: module });
      const isJson = json || format === "json";
      await io.out(isJson ? foundJson(found, scope) : foundText(found, io));
    });
  },
});

/** @throws UsageError */
function parseMeta(text: string, name: string): MetaFilter {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw new UsageError(`${name}: '${text}' is not like severity=high`);
  return { key, value: value! };
}
