/** What the commands `rules …` share: their flags, and the way from these to the rules in the store. */
import { plural } from "#kit/format/numbers.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { indexedRoots, indexRules, type RuleScope } from "../cryptex-store/rule-index.ts";
import { openMemoryStore, openStore, type Store } from "../cryptex-store/store.ts";
import { StoreError, type StoreFault } from "../cryptex-store/store-error.ts";
import type { Deps } from "../deps.ts";
import type { Quarantined } from "../rules/rule-info.ts";
import { namedRules, whichRules } from "../rules/which-rules.ts";
import { visible } from "../scan-runner/formats/escape.ts";
import { INCOMPLETE } from "./exits.ts";

export const STORE_FLAGS = {
  db: flag.file({ about: "Store to use, in place of the user's own" }),
};

export const SCOPE_FLAGS = group("Rules", {
  rules: many(
    flag.file({ hint: "PATH|SET", about: "File of rules, folder of them, or rule set of cryptex.toml" }),
  ),
  includeFolders: many(
    flag.folder({ name: "include-dir", about: "Folder in which includes are looked for, too" }),
  ),
  ...STORE_FLAGS,
});

export const OUTPUT_FLAGS = {
  format: flag.choice(["text", "json"], { default: "text", about: "Form of the result" }),
  json: flag.switch({ about: "The same as --format json" }),
};

export const SCOPE_DETAILS =
  "Without --rules these are the rules that cryptex.toml or CRYPTEX_RULES names, else those that rules index was last given. Files that are as they were when they were read are not read again. The exit code is 3 if a file or a rule could not be read; it is named on stderr.";

/** Says that there is nothing to look into. */
const NOTHING_INDEXED = "cryptex rules index PATH lets them be found without --rules";

/** Faults in which rules are read into memory, and looked at there. */
const WITHOUT_STORE: readonly StoreFault[] = ["busy", "full", "read-only", "unreachable"];

/**
 * Runs a look-up in the rules that are meant, in the store as far as it can be used. What is missing from them is named.
 * @returns the exit code
 */
export async function withRules(
  options: OptionsOf<typeof SCOPE_FLAGS>,
  io: Io,
  deps: Deps,
  look: (store: Store, scope: RuleScope) => Promise<void>,
): Promise<number> {
  using opened = scopeOf(options, io, deps);
  await look(opened.store, opened.scope);
  return nameProblems(opened.scope.problems, io);
}

interface Opened extends Disposable {
  readonly store: Store;
  readonly scope: RuleScope;
}

function scopeOf(
  { rules, includeFolders, db }: OptionsOf<typeof SCOPE_FLAGS>,
  io: Io,
  { env }: Deps,
): Opened {
  const surroundings = { env, folder: process.cwd() };
  const named = namedRules(rules, surroundings)?.paths;
  let store: Store | undefined;
  try {
    store = openStore(db, { env });
    const roots = named ? { paths: named, includeFolders } : indexedRoots(store);
    if (roots.paths.length === 0) whichRules(rules, surroundings, [NOTHING_INDEXED]);
    return opened(store, indexRules(store, roots.paths, roots));
  } catch (error) {
    store?.close();
    const isLost = named && error instanceof StoreError && WITHOUT_STORE.includes(error.fault);
    if (!isLost) throw error;
    io.log.warn(`${visible(error.message)}; rules are read without it`);
    const memory = openMemoryStore();
    return opened(memory, indexRules(memory, named, { includeFolders }));
  }
}

function opened(store: Store, scope: RuleScope): Opened {
  return { store, scope, [Symbol.dispose]: () => store.close() };
}

/** Problems that are named one by one. */
const MOST_NAMED = 20;

/** Names what could not be read. @returns the exit code that follows from it */
export function nameProblems(problems: readonly Quarantined[], io: Io): number {
  for (const { rule, file, line, reason } of problems.slice(0, MOST_NAMED)) {
    const place = line === null ? file : `${file}:${line}`;
    io.log.warn(visible(`${place}: ${rule === null ? "" : `rule ${rule}: `}${reason}`));
  }
  const rest = problems.length - MOST_NAMED;
  if (rest > 0) io.log.warn(`and ${plural(rest, "other")}: rules lint names them all`);
  return problems.length > 0 ? INCOMPLETE : EXIT.ok;
}
