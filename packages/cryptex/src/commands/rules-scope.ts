/** The way from the options of a command `rules …` to the rules in the store. */
import { plural } from "#kit/format/numbers.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { indexedRoots, indexRules, type Roots, type RuleScope } from "../cryptex-store/rule-index.ts";
import { openMemoryStore, openStore, type Store } from "../cryptex-store/store.ts";
import { StoreError, type StoreFault } from "../cryptex-store/store-error.ts";
import type { Deps } from "../deps.ts";
import { usePackage } from "../rule-packages/use-package.ts";
import { lossText, type Quarantined } from "../rules/rule-info.ts";
import { namedRules, whichRules } from "../rules/which-rules.ts";
import { INCOMPLETE } from "./exits.ts";
import type { SCOPE_FLAGS } from "./lookup-flags.ts";
import { packageUse } from "./rule-flags.ts";

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
  const { store, scope } = await openScope(options, io, deps);
  using _ = store;
  await look(store, scope);
  return nameProblems(scope.problems, io);
}

async function openScope(
  { rules, includeFolders, db, ...trust }: OptionsOf<typeof SCOPE_FLAGS>,
  io: Io,
  { env }: Deps,
): Promise<{ readonly store: Store; readonly scope: RuleScope }> {
  const surroundings = { env, folder: process.cwd() };
  const named = namedRules(rules, surroundings)?.paths;
  const packed = named && (await usePackage(named, packageUse(trust, io, env)));
  const paths = packed?.paths ?? named;
  const folders = [...(packed?.includeFolders ?? []), ...includeFolders];
  let store: Store | undefined;
  try {
    store = openStore(db, { env });
    const roots = paths ? { paths, includeFolders: folders } : indexedRoots(store);
    if (roots.paths.length === 0) whichRules(rules, surroundings, [NOTHING_INDEXED]);
    return { store, scope: await readRules(store, roots, io) };
  } catch (error) {
    store?.close();
    if (!paths || !(error instanceof StoreError && WITHOUT_STORE.includes(error.fault))) throw error;
    io.log.warn(`${error.message}; the rules are read without it`);
    const memory = openMemoryStore();
    return { store: memory, scope: await readRules(memory, { paths, includeFolders: folders }, io) };
  }
}

/** Reads what has changed, with a line of progress. */
export async function readRules(store: Store, { paths, includeFolders }: Roots, io: Io): Promise<RuleScope> {
  let files = 0;
  using _ = new ProgressLine(io, () => `reading rules: ${plural(files, "file")}`);
  const progress = (taken: number) => {
    files = taken;
  };
  return await indexRules(store, paths, { includeFolders, signal: io.signal, progress });
}

/** Problems that are named one by one. */
const MOST_NAMED = 20;

/** Names what could not be read. @returns the exit code that follows from it */
export function nameProblems(problems: readonly Quarantined[], io: Io): number {
  for (const problem of problems.slice(0, MOST_NAMED)) io.log.warn(lossText(problem));
  const rest = problems.length - MOST_NAMED;
  if (rest > 0) io.log.warn(`and ${plural(rest, "other")}: rules lint names them all`);
  return problems.length > 0 ? INCOMPLETE : EXIT.ok;
}
