/** A tool that finds what a code base defines. */
import { statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { plural } from "#kit/format/numbers.ts";
import type { Dictionary } from "../../../dictionary/dictionary.ts";
import type { DiscoverRequest, Discovery, PlacedDefinition } from "../../../harvest/discover.ts";
import { LANGUAGES } from "../../../harvest/language-names.ts";
import { openDiscover } from "../../../harvest/open-discover.ts";
import { isSameFile } from "../../../harvest/source-files.ts";
import { lines, pageOf, restWords } from "../answers/answer.ts";
import { cursorAt, numberAt } from "../answers/cursor.ts";
import { cutWords, shortenedItems } from "../answers/size.ts";
import { READS, tool, type Work } from "../tool.ts";
import { belowRoot } from "./below-root.ts";
import { BELOW_ROOT, CURSOR, CUT, LIMIT, NAME, NEXT, ROOT } from "./schemas/pieces.ts";

const DEFINITION = z.strictObject({
  symbol: z.string(),
  kind: z.string(),
  path: z.string(),
  line: z.int(),
  end_line: z.int(),
  language: z.string(),
  signature: z.string(),
  summary: z.string(),
  /** Names the dictionary's entry about it; null where there is none. */
  codename: z.string().nullable(),
});

const LEFT_OUT = z.strictObject({ path: z.string(), reason: z.string() });

/** As `dict harvest` takes them by default. */
const MOST_BYTES = 4 * 2 ** 20;
const FILE_MS = 10_000;
/** A code base of a million lines defines half as much. */
const MOST_DEFINITIONS = 100_000;
/** Files with trouble that an answer names; the others are counted. */
const MOST_NAMED = 20;

export function functionDiscovery(kept = new KeptDiscoveries()) {
  return tool({
    name: "function-discovery",
    title: "Find what a code base defines",
    description: `Finds functions, methods, types and macros in the code below a root, by parsing it, with place, signature, the first sentence of their documentation, and the codename of the dictionary's entry about them. Reads ${LANGUAGES.join(", ")}.`,
    scopes: ["scan"],
    effects: READS,
    timeoutMs: 300_000,
    input: z.strictObject({
      root: ROOT.optional(),
      path: BELOW_ROOT,
      exclude: z.array(NAME).max(50).default([]).describe("Patterns of paths to leave out, like test/**"),
      name: NAME.optional().describe("Text that a symbol has in it, in whatever case"),
      kinds: z.array(NAME).max(20).default([]).describe("As function, method, struct"),
      languages: z.array(z.enum(LANGUAGES)).default([]),
      limit: LIMIT,
      cursor: CURSOR,
    }),
    output: z.strictObject({
      definitions: z.array(DEFINITION),
      total: z.int(),
      next: NEXT,
      files: z.record(z.string(), z.int()),
      other_files: z.int(),
      left_out: z.array(LEFT_OUT),
      left_out_total: z.int(),
      not_wholly_understood: z.array(z.strictObject({ path: z.string(), percent: z.number() })),
      not_wholly_understood_total: z.int(),
      cut: CUT,
    }),
    async run({ limit, cursor, root, path, exclude, ...marks }, work) {
      const { services } = work;
      const place = belowRoot({ root, path }, services.roots.names());
      const question = ["function-discovery", place, exclude, marks];
      const from = numberAt(cursor, question);
      const key = JSON.stringify([place, exclude]);
      const known = cursor === undefined ? undefined : kept.get(key);
      const found = known ?? (await discoverBelow(place, exclude, work));
      kept.keep(key, found);
      const chosen = found.definitions.filter(chooser(marks));
      const shown = chosen.slice(from, from + limit).map((definition) => ({
        ...placed(definition),
        codename: codenameOf(definition, services.dictionary),
      }));
      const { value, cuts } = shortenedItems(shown);
      const { items, goesOnAt } = pageOf(value, { from, total: chosen.length });
      const next = goesOnAt === undefined ? null : cursorAt(goesOnAt, question);
      const leftOut = found.leftOut.filter(({ isLoss }) => isLoss);
      const trouble = {
        left_out: leftOut.slice(0, MOST_NAMED).map(({ path: where, reason }) => ({ path: where, reason })),
        not_wholly_understood: found.doubtful
          .slice(0, MOST_NAMED)
          .map(({ path: where, understood }) => ({ path: where, percent: understood })),
      };
      return {
        data: {
          definitions: [...items],
          total: chosen.length,
          next,
          files: { ...found.languages },
          other_files: found.others,
          ...trouble,
          left_out_total: leftOut.length,
          not_wholly_understood_total: found.doubtful.length,
          cut: [...cuts],
        },
        says: [
          `${items.length} of ${plural(chosen.length, "definition")}.`,
          ...troubleWords(found, leftOut.length),
          ...cutWords(cuts, "The files themselves have the rest."),
          ...restWords(next),
        ],
        shows: lines([...items, ...trouble.left_out, ...trouble.not_wholly_understood]),
      };
    },
  });
}

async function discoverBelow(
  place: { readonly root: string; readonly path: string },
  exclude: readonly string[],
  { services, signal, progress }: Work,
): Promise<Discovery> {
  const { path } = services.roots.resolve(place.root, place.path);
  const isFile = statSync(path).isFile();
  const request: DiscoverRequest = {
    folder: isFile ? dirname(path) : path,
    ...(isFile && { file: basename(path) }),
    isFenced: true,
    exclude,
    maxBytes: MOST_BYTES,
    timeoutMs: FILE_MS,
    mostDefinitions: MOST_DEFINITIONS,
  };
  return await openDiscover(request, signal, (files, of) => progress(files, of, "files of code were read"));
}

interface Marks {
  readonly name?: string | undefined;
  readonly kinds: readonly string[];
  readonly languages: readonly string[];
}

function chooser({ name, kinds, languages }: Marks) {
  const text = name?.toLowerCase();
  return (definition: PlacedDefinition): boolean =>
    (text === undefined || definition.symbol.toLowerCase().includes(text)) &&
    (kinds.length === 0 || kinds.includes(definition.kind)) &&
    (languages.length === 0 || languages.includes(definition.language));
}

function placed({ symbol, kind, path, line, endLine, language, signature, summary }: PlacedDefinition) {
  return { symbol, kind, path, line, end_line: endLine, language, signature, summary };
}

/** Finds the entry about a definition, by the test of `dict harvest`. */
function codenameOf({ symbol, path, isOne }: PlacedDefinition, dictionary: Dictionary): string | null {
  const [exact] = dictionary.find({ symbol: `${path}:${symbol}`, limit: 1 }).entries;
  if (exact) return exact.codename;
  const holders = dictionary.find({ symbol }).entries;
  const holder = isOne ? holders[0] : holders.find(({ location }) => isSameFile(location, path));
  return holder?.codename ?? null;
}

function troubleWords({ doubtful }: Discovery, leftOut: number): string[] {
  return [
    ...(leftOut > 0 ? [`Not read: ${leftOut} files or folders, of which the first are named.`] : []),
    ...(doubtful.length > 0
      ? [
          `Not wholly understood: ${plural(doubtful.length, "file")}; something that they define may be missing.`,
        ]
      : []),
  ];
}

/** The last discoveries, so that going on in a list neither reads the code again nor mixes two states of it. */
export class KeptDiscoveries {
  readonly #kept = new Map<string, Discovery>();

  get(key: string): Discovery | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, discovery: Discovery): void {
    this.#kept.delete(key);
    this.#kept.set(key, discovery);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
  }
}

/** Each has at most MOST_DEFINITIONS, of some 1,000 bytes. */
const MOST_KEPT = 2;
