/** `rules index`: reads rules into the store. */
import { existsSync } from "node:fs";
import { formatCount, plural } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { many, positional } from "#kit/term/flags.ts";
import { keepRoots } from "../cryptex-store/rule-index.ts";
import { countRules } from "../cryptex-store/rule-search.ts";
import { openStore } from "../cryptex-store/store.ts";
import type { Deps } from "../deps.ts";
import { SCOPE_FLAGS, STORE_FLAGS } from "./lookup-flags.ts";
import { nameProblems, readRules } from "./rules-scope.ts";

export const rulesIndex = command({
  name: "rules index",
  description: "Read rules into the store, to be found without --rules",
  details: [
    "Reads the metadata of all rules in files and folders, and in what they include. From then on rules find, rules show and rules stats look into these paths where nothing else names rules. Paths that were given before are replaced.",
    "Other rules are read into the store too, when they are first looked into. Files that nobody has looked into for 30 days are forgotten.",
  ],
  flags: {
    paths: many(positional.file({ about: "Files and folders of rules" })),
    includeFolders: SCOPE_FLAGS.includeFolders,
    ...STORE_FLAGS,
  },
  examples: ["cryptex rules index my-rules/ vendor/rules/"],
  seeAlso: ["rules find"],
  judges: true,
  ownThread: true,
  async run({ paths, includeFolders, db }, io, { env }: Deps) {
    using store = openStore(db, { env });
    const scope = await readRules(store, { paths, includeFolders }, io);
    keepRoots(store, { paths: paths.filter((path) => existsSync(path)), includeFolders });
    const files = [...scope.paths.values()].flat().length;
    const rules = formatCount(countRules(store, scope));
    await io.out(
      `${rules} rules in ${plural(files, "file")}, of which ${formatCount(scope.parsed)} were read anew\n`,
    );
    return nameProblems(scope.problems, io);
  },
});
