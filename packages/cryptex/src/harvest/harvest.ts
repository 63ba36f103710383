/**
 * Proposes entries of a dictionary for what a code base defines, and says how much of it the dictionary has. Nothing that is in the
 * dictionary is touched.
 */
import type { StoredEntry } from "../dictionary/dictionary.ts";
import { type Entry, faultsOf, newEntry } from "../dictionary/entry.ts";
import { parse } from "./grammars.ts";
import { languageOf } from "./languages.ts";
import { type Definition, outlineOf } from "./outline.ts";
import {
  isSameFile,
  type LeftOut,
  listSources,
  oneSource,
  readSource,
  type SourceList,
} from "./source-files.ts";

export interface CodeRequest {
  readonly folder: string;
  /** Name of the one file in the folder that is meant. */
  readonly file?: string;
  /** Nothing outside the folder is read, whatever folders in it are exchanged for meanwhile; it is given by its real path then. */
  readonly isFenced?: boolean;
  /** Patterns of paths below the folder. */
  readonly exclude: readonly string[];
  readonly maxBytes: number;
  /** Time for a file. */
  readonly timeoutMs: number;
}

export interface HarvestRequest extends CodeRequest {
  /** Entries of the dictionary. */
  readonly entries: readonly StoredEntry[];
}

export interface HarvestReport {
  readonly files: readonly FileReport[];
  /** Files that were not read, and folders that were not looked into. */
  readonly left_out: readonly LeftOut[];
  /** Files in no language that is read. */
  readonly other_files: number;
  readonly definitions: number;
  readonly known: number;
  /** Percent of the definitions that the dictionary has; null where there are none. */
  readonly coverage: number | null;
  /** In the order of codenames. */
  readonly proposals: readonly Entry[];
}

export interface FileReport {
  readonly path: string;
  readonly language: string;
  readonly definitions: number;
  /** Those that the dictionary has. */
  readonly known: number;
  readonly coverage: number | null;
  /** Percent of its characters that the parser understood. */
  readonly understood: number;
  /** Lines with others, the first thousand. */
  readonly unread_lines: readonly number[];
}

export interface HarvestedFile extends Omit<FileReport, "known" | "coverage" | "definitions"> {
  readonly definitions: readonly Definition[];
}

export interface ReadCode {
  readonly files: readonly HarvestedFile[];
  readonly leftOut: readonly LeftOut[];
  /** Files in no language that is read. */
  readonly others: number;
}

/** Told how many files of how many were read. */
type Progress = (files: number, of: number) => void;

/** @throws the signal's reason */
export async function harvest(
  request: HarvestRequest,
  signal: AbortSignal,
  progress: Progress = () => {},
): Promise<HarvestReport> {
  return reported(await readCode(request, signal, progress), request.entries);
}

/** Reads what a code base defines. @throws the signal's reason */
export async function readCode(
  request: CodeRequest,
  signal: AbortSignal,
  progress: Progress,
): Promise<ReadCode> {
  const list = request.file === undefined ? await listed(request, signal) : oneSource(request.file);
  const leftOut = [...list.leftOut];
  const files: HarvestedFile[] = [];
  for (const [number, path] of list.paths.entries()) {
    progress(number, list.paths.length);
    const file = await harvestFile(path, request, signal);
    if ("reason" in file) leftOut.push(file);
    else files.push(file);
  }
  return { files, leftOut, others: list.others };
}

function listed(
  { folder, exclude, isFenced = false }: CodeRequest,
  signal: AbortSignal,
): Promise<SourceList> {
  const globs = exclude.map((pattern) => new Bun.Glob(pattern));
  const isExcluded = (path: string) => globs.some((glob) => glob.match(path));
  return listSources({ folder, isExcluded, isFenced }, signal);
}

async function harvestFile(
  path: string,
  { folder, maxBytes, timeoutMs, isFenced = false }: CodeRequest,
  signal: AbortSignal,
): Promise<HarvestedFile | LeftOut> {
  const source = readSource(folder, path, maxBytes, isFenced);
  if ("reason" in source) return { path, reason: source.reason, isLoss: true };
  const { text } = source;
  const language = languageOf(path)!;
  const tree = await parse(text, language.grammar, timeoutMs, signal);
  if ("notParsed" in tree) return { path, reason: tree.notParsed, isLoss: true };
  try {
    const { definitions, unreadChars, unreadLines } = outlineOf(tree.rootNode, text, language);
    const understood = percent(text.length - unreadChars, text.length) ?? 100;
    return { path, language: language.name, definitions, understood, unread_lines: unreadLines };
  } finally {
    tree.delete();
  }
}

/** To a tenth; 100 only where it is all, and 0 only where it is nothing. */
function percent(part: number, all: number): number | null {
  if (all === 0) return null;
  const tenths = Math.round((part / all) * 1000);
  if (part < all && tenths === 1000) return 99.9;
  return part > 0 && tenths === 0 ? 0.1 : tenths / 10;
}

interface Found {
  readonly file: HarvestedFile;
  readonly definition: Definition;
}

function reported({ files, leftOut, others }: ReadCode, entries: readonly StoredEntry[]): HarvestReport {
  const found = files.flatMap((file) => file.definitions.map((definition): Found => ({ file, definition })));
  const known = new Set(knownAmong(found, entries));
  const knownIn = Map.groupBy(known, ({ file }) => file);
  const proposals: Entry[] = [];
  const rejected: LeftOut[] = [];
  for (const entry of proposed(found, known, entries)) {
    const [fault] = faultsOf(entry);
    if (fault === undefined) proposals.push(entry);
    else {
      const reason = `${entry.symbol}: its ${fault.field} ${fault.words}`;
      rejected.push({ path: entry.location, reason, isLoss: true });
    }
  }
  return {
    files: files.map((file) => {
      const { path, language, definitions, understood, unread_lines } = file;
      const count = knownIn.get(file)?.length ?? 0;
      const coverage = percent(count, definitions.length);
      return {
        path,
        language,
        definitions: definitions.length,
        known: count,
        coverage,
        understood,
        unread_lines,
      };
    }),
    left_out: [...leftOut, ...rejected],
    other_files: others,
    definitions: found.length,
    known: known.size,
    coverage: percent(known.size, found.length),
    proposals: proposals.sort((a, b) => (a.codename < b.codename ? -1 : 1)),
  };
}

/**
 * Picks the definitions that the dictionary has: an entry has the symbol and the file, or it has the symbol, and there is one
 * definition of it in all. A symbol may be written with its file before it, as in `cli/main.c:main`.
 */
function knownAmong(found: readonly Found[], entries: readonly StoredEntry[]): Found[] {
  const bySymbol = Map.groupBy(entries, ({ symbol }) => symbol);
  const counts = Map.groupBy(found, ({ definition }) => definition.symbol);
  return found.filter(({ file, definition: { symbol } }) => {
    if (bySymbol.has(`${file.path}:${symbol}`)) return true;
    const holders = bySymbol.get(symbol) ?? [];
    if (counts.get(symbol)!.length === 1) return holders.length > 0;
    return holders.some(({ location }) => isSameFile(location, file.path));
  });
}

/** Makes entries of definitions that are not known. A codename is the symbol; where another part or entry has it, with the file, and then a number behind it. */
function proposed(
  found: readonly Found[],
  known: ReadonlySet<Found>,
  entries: readonly StoredEntry[],
): Entry[] {
  const taken = new Set(entries.map(({ codename }) => codename));
  const counts = Map.groupBy(found, ({ definition }) => definition.symbol);
  const unknown = found.filter((each) => !known.has(each));
  return unknown.map(({ file: { path }, definition }) => {
    const { symbol, kind, signature, summary, line, endLine } = definition;
    const isOne = counts.get(symbol)!.length === 1 && !taken.has(symbol);
    let codename = isOne ? symbol : `${symbol}@${path}`;
    for (let number = 2; taken.has(codename); number++) codename = `${symbol}@${path}#${number}`;
    taken.add(codename);
    return newEntry(codename, {
      symbol,
      kind,
      signature,
      summary,
      location: path,
      line_references: [`${path}:${line}-${endLine}`],
    });
  });
}
