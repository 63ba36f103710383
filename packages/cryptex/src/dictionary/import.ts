/** From a file that was read to entries that can be taken in, or the reasons why not. */
import { visible } from "#kit/format/visible.ts";
import {
  type Dictionary,
  DictionaryError,
  type IncomingEntry,
  type OnExisting,
  type TakenIn,
} from "./dictionary.ts";
import { differences, type Entry, faultsOf } from "./entry.ts";
import type { ReadDocument, ReadEntry, Remark } from "./formats/document.ts";

export interface ImportPlan {
  /** In the order of codenames; empty where there is an error. */
  readonly entries: readonly IncomingEntry[];
  readonly remarks: readonly Remark[];
  readonly unknownDeps: readonly UnknownDep[];
}

export interface UnknownDep {
  readonly codename: string;
  readonly dep: string;
}

export interface PlanOptions {
  /** Gives an entry whose codename is taken in the same file a number: `NAME-2`. */
  readonly numbersDuplicates?: boolean;
}

/** @param dictionary that the entries are to be taken into */
export function planImport(
  document: ReadDocument,
  dictionary: Pick<Dictionary, "get" | "find">,
  { numbersDuplicates = false }: PlanOptions = {},
): ImportPlan {
  const remarks = [...document.remarks];
  const named = distinct(document.entries, numbersDuplicates, remarks);
  const read = document.isOurs ? named : withCodenames(named, dictionary, remarks);
  for (const { entry, line } of read.filter(isFaulty)) remarks.push(...faultRemarks(entry, line));
  if (remarks.some(({ level }) => level === "error")) return { entries: [], remarks, unknownDeps: [] };
  const entries = read.map(({ entry, revision }) => ({ entry, revision }));
  return {
    // Rows that are written in the order of their key are written faster.
    entries: entries.sort((a, b) => (a.entry.codename < b.entry.codename ? -1 : 1)),
    remarks,
    unknownDeps: unknownDeps(
      entries.map(({ entry }) => entry),
      dictionary,
    ),
  };
}

/** Lists dependencies that name neither one of these entries nor one of the dictionary. */
export function unknownDeps(
  entries: readonly Entry[],
  dictionary: Pick<Dictionary, "get">,
): readonly UnknownDep[] {
  const isThere = new Map<string, boolean>(entries.map(({ codename }) => [codename, true]));
  const isKnown = (dep: string) => {
    const known = isThere.get(dep) ?? dictionary.get(dep) !== undefined;
    isThere.set(dep, known);
    return known;
  };
  return entries.flatMap(({ codename, deps }) =>
    deps.filter((dep) => !isKnown(dep)).map((dep) => ({ codename, dep })),
  );
}

function isFaulty({ entry }: ReadEntry): boolean {
  return faultsOf(entry).length > 0;
}

function faultRemarks(entry: Entry, line: number): Remark[] {
  const name = visible(entry.codename.slice(0, 200)) || "an entry without a codename";
  return faultsOf(entry).map(({ field, words }) => ({
    level: "error",
    line,
    words: visible(`${name}: ${field} ${words}`),
  }));
}

/** Takes entries that are there twice once, gives those that differ numbers, or says that they clash. */
function distinct(entries: readonly ReadEntry[], numbers: boolean, remarks: Remark[]): ReadEntry[] {
  const byName = new Map<string, ReadEntry>();
  const reserved = new Set(numbers ? entries.map(({ entry }) => entry.codename) : []);
  for (const read of entries) {
    const { entry } = read;
    const first = byName.get(entry.codename);
    if (first === undefined) {
      byName.set(entry.codename, read);
      continue;
    }
    const say = (level: Remark["level"], words: string) =>
      remarks.push({ level, line: read.line, words: visible(`${entry.codename}: ${words}`) });
    if (differences(first.entry, entry).length === 0) {
      say("note", `stands in line ${first.line} already, word for word: taken once`);
    } else if (numbers) {
      let number = 2;
      while (reserved.has(`${entry.codename}-${number}`)) number++;
      const codename = `${entry.codename}-${number}`;
      reserved.add(codename);
      byName.set(codename, { ...read, line: read.line, entry: { ...entry, codename } });
      say("note", `the codename is that of line ${first.line}: taken as ${codename}`);
    } else say("error", `the codename is that of line ${first.line}, and the entries differ`);
  }
  return [...byName.values()];
}

/** Dependencies in files of others may be symbols. One that no codename equals, and one entry alone has, becomes its codename. */
function withCodenames(
  read: readonly ReadEntry[],
  dictionary: Pick<Dictionary, "get" | "find">,
  remarks: Remark[],
): ReadEntry[] {
  const names = new Set(read.map(({ entry }) => entry.codename));
  const bySymbol = new Map<string, string[]>();
  for (const { entry } of read) {
    const holders = bySymbol.get(entry.symbol);
    if (holders) holders.push(entry.codename);
    else if (entry.symbol !== "") bySymbol.set(entry.symbol, [entry.codename]);
  }
  const resolved = new Map<string, string>();
  const resolve = (dep: string): string => {
    const known = resolved.get(dep);
    if (known !== undefined) return known;
    const isName = names.has(dep) || dictionary.get(dep) !== undefined;
    const there = isName
      ? []
      : dictionary.find({ symbol: dep, limit: 2 }).entries.map(({ codename }) => codename);
    const holders = isName ? [] : [...new Set([...(bySymbol.get(dep) ?? []), ...there])];
    const name = holders.length === 1 ? holders[0]! : dep;
    resolved.set(dep, name);
    return name;
  };
  let count = 0;
  const changed = read.map((each) => {
    if (each.entry.deps.length === 0) return each;
    const deps = each.entry.deps.map(resolve);
    const replaced = deps.filter((dep, i) => dep !== each.entry.deps[i]).length;
    if (replaced === 0) return each;
    count += replaced;
    return {
      entry: { ...each.entry, deps: [...new Set(deps)] },
      revision: each.revision,
      get line() {
        return each.line;
      },
    };
  });
  if (count > 0) {
    remarks.push({
      level: "note",
      line: null,
      words: `dependencies that name symbols, taken as codenames: ${count}`,
    });
  }
  return changed;
}

export interface ImportOptions extends PlanOptions {
  readonly existing: OnExisting;
  /** Takes unknown dependencies for errors. */
  readonly strict: boolean;
  /** Finds out what would be done, and does nothing. */
  readonly onlyTries: boolean;
  readonly who: string;
}

export interface ImportOutcome {
  /** Undefined where nothing was taken in. */
  readonly taken: TakenIn | undefined;
  readonly remarks: readonly Remark[];
  readonly unknownDeps: readonly UnknownDep[];
}

/** Takes a file that was read into a dictionary. Clashes with entries that are there become remarks with lines. */
export function importInto(
  dictionary: Dictionary,
  document: ReadDocument,
  options: ImportOptions,
): ImportOutcome {
  const plan = planImport(document, dictionary, options);
  const readByName = new Map(document.entries.map((read) => [read.entry.codename, read]));
  const lineOf = (codename: string) => readByName.get(codename)?.line ?? null;
  const unknown = plan.unknownDeps.map(
    ({ codename, dep }): Remark => ({
      level: options.strict ? "error" : "warning",
      line: lineOf(codename),
      words: visible(`${codename}: needs ${dep}, and there is no such entry`),
    }),
  );
  const remarks = [...plan.remarks, ...unknown];
  const outcome = { unknownDeps: plan.unknownDeps, remarks };
  if (remarks.some(({ level }) => level === "error")) return { ...outcome, taken: undefined };
  try {
    const takeIn = options.onlyTries ? dictionary.tryTakeIn : dictionary.takeIn;
    return { ...outcome, taken: takeIn.call(dictionary, plan.entries, options.existing, options) };
  } catch (error) {
    if (!(error instanceof DictionaryError) || !error.details.codenames) throw error;
    const words =
      error.kind === "exists"
        ? "is there already, and differs: --keep leaves it, --replace takes this one"
        : "has been changed since the file was made";
    const clashes = error.details.codenames.map(
      (codename): Remark => ({
        level: "error",
        line: lineOf(codename),
        words: visible(`${codename}: ${words}`),
      }),
    );
    return { ...outcome, remarks: [...remarks, ...clashes], taken: undefined };
  }
}
