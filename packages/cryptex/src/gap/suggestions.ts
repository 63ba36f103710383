/**
 * Suggests ports of a component: a file of another language with a like name, or which defines symbols of like names. Each pair is
 * judged by itself, so that another file changes nothing. It proves nothing, and no status follows from it.
 */
import { partsOf } from "./code.ts";
import type { Suggestion } from "./gap-report.ts";

/** A file by its name, and the symbols that it defines. */
export interface Named {
  readonly path: string;
  readonly language: string | null;
  readonly symbols: readonly string[];
}

const MOST_SUGGESTIONS = 3;
/** Shares of the score. Symbols weigh more: on real trees most equal file names are chance. */
const NAME_WEIGHT = 0.4;
const SYMBOL_WEIGHT = 0.6;
const LEAST_SCORE = 0.2;

/** Symbols that programs of all kinds define. */
const COMMON = new Set(
  "main init new run test start stop open close read write get set parse print help usage setup default create delete update copy free".split(
    " ",
  ),
);

/** A name that more files share tells nothing. */
const MOST_SHARING = 100;

/** A file with its names in the form in which they are compared. */
interface Keyed {
  readonly file: Named;
  readonly name: string;
  readonly symbols: ReadonlySet<string>;
}

/** Files that may be ports, by their names and symbols, so that not every pair is looked at. */
export class Candidates {
  readonly #byName: ReadonlyMap<string, readonly Keyed[]>;
  readonly #bySymbol = new Map<string, Keyed[]>();

  constructor(files: readonly Named[]) {
    const keyed = files.map(keysOf);
    this.#byName = Map.groupBy(keyed, ({ name }) => name);
    for (const file of keyed) {
      for (const symbol of file.symbols) {
        const sharing = this.#bySymbol.get(symbol);
        if (sharing) sharing.push(file);
        else this.#bySymbol.set(symbol, [file]);
      }
    }
  }

  suggestionsFor(named: Named): Suggestion[] {
    const component = keysOf(named);
    const groups = [
      this.#byName.get(component.name),
      ...[...component.symbols].map((each) => this.#bySymbol.get(each)),
    ];
    const near = new Set(groups.flatMap((group = []) => (group.length > MOST_SHARING ? [] : group)));
    return [...near]
      .filter(({ file }) => file.path !== named.path && file.language !== named.language)
      .map((candidate) => judged(component, candidate))
      .filter(({ score }) => score >= LEAST_SCORE)
      .sort((a, b) => b.score - a.score || (a.candidate < b.candidate ? -1 : 1))
      .slice(0, MOST_SUGGESTIONS);
  }
}

function judged(component: Keyed, { file, name, symbols }: Keyed): Suggestion {
  const isNamesake = component.name === name;
  const all = component.symbols.size;
  const shared = [...component.symbols].filter((symbol) => symbols.has(symbol)).length;
  const score = (isNamesake ? NAME_WEIGHT : 0) + (all === 0 ? 0 : (SYMBOL_WEIGHT * shared) / all);
  return {
    candidate: file.path,
    score: Math.round(100 * score) / 100,
    why: `${isNamesake ? "a like name" : "another name"}; ${shared} of ${all} symbols in common`,
  };
}

function keysOf(file: Named): Keyed {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
  const symbols = file.symbols.map((symbol) => plainName(partsOf(symbol).at(-1) ?? ""));
  return {
    file,
    name: plainName(name),
    symbols: new Set(symbols.filter((key) => key.length > 2 && !COMMON.has(key))),
  };
}

/** `parseHeader`, `parse_header` and `parse-header` are one name. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
