/** Reads gap.toml: what people declare about ports. docs/GAP.md describes it. */
import { InputError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { suggestion } from "#kit/term/suggestion.ts";

export interface GapSettings {
  /** Name of the code base. */
  readonly name?: string;
  /** Endings of files that are components, in lower case, with their dots. */
  readonly extensions: readonly string[];
  /** Globs of files that no rule excludes. */
  readonly keep: readonly string[];
  readonly exclude: readonly Exclusion[];
  readonly components: readonly NamedComponent[];
  readonly maps: readonly Mapping[];
  /** Components by the status that they are to have. */
  readonly expect: Readonly<Partial<Record<ExpectedStatus, readonly string[]>>>;
}

export interface Exclusion {
  /** Glob of paths below the root; a folder where it ends with a slash. */
  readonly pattern: string;
  readonly reason: string;
}

/** A part that was ordered and has no file here. */
export interface NamedComponent {
  readonly name: string;
  readonly order: string;
  readonly language: string | null;
}

/** A declaration: `to` ports `from`. */
export interface Mapping {
  /** Path of a file, or name of a component. */
  readonly from: string;
  /** Symbol of `from` that this is about; by default it is about the whole. */
  readonly about?: string;
  /** Undefined where only people or entries are named. */
  readonly to?: string;
  readonly symbols: readonly string[];
  readonly tests: readonly string[];
  readonly sha256?: string;
  readonly responsible?: string;
  readonly linked?: string;
  /** Says in words which part is not ported yet. */
  readonly missing?: string;
}

const EXPECTED = ["done", "in_progress", "pending", "excluded"] as const;
export type ExpectedStatus = (typeof EXPECTED)[number];

export const GAP_TOML = "gap.toml";
/** Ten thousand declarations of a hundred characters. */
export const MAX_TOML_BYTES = 2 ** 20;
const MAX_DECLARATIONS = 10_000;
/** Room for any path; a name that people read is far shorter. */
const MAX_TEXT = 4_096;

/** The languages of the order. */
const EXTENSIONS = [".c", ".py", ".ps1"];

export const NO_SETTINGS: GapSettings = {
  extensions: EXTENSIONS,
  keep: [],
  exclude: [],
  components: [],
  maps: [],
  expect: {},
};

/** @param path of the file, for messages @throws InputError that names the first fault */
export function parseGapToml(text: string, path: string): GapSettings {
  return new Reader(path).settings(parsedToml(text, path));
}

/** @throws InputError */
export function parsedToml(text: string, path: string): unknown {
  try {
    return Bun.TOML.parse(text);
  } catch (error) {
    const words = (error instanceof Error ? error.message : String(error)).replace(/^TOML Parse error: /, "");
    throw new InputError(`${visible(path)}: no TOML: ${visible(words)}`);
  }
}

type Table = Readonly<Record<string, unknown>>;

const MAP_KEYS = ["to", "symbols", "tests", "sha256", "responsible", "linked", "missing"];

class Reader {
  constructor(private readonly path: string) {}

  settings(value: unknown): GapSettings {
    const file = this.#table(value, "the file", ["name", "scan", "exclude", "component", "map", "expect"]);
    const scan = this.#table(file["scan"] ?? {}, "[scan]", ["extensions", "keep"]);
    const expect = this.#table(file["expect"] ?? {}, "[expect]", EXPECTED);
    const components = this.#tables(file["component"], "[[component]]", [
      "name",
      "order",
      "language",
      ...MAP_KEYS,
    ]);
    const maps = this.#tables(file["map"], "[[map]]", ["from", ...MAP_KEYS]);
    if (components.length + maps.length > MAX_DECLARATIONS) {
      throw this.#fault(`more than ${MAX_DECLARATIONS} declarations`);
    }
    const named = components.map((table) => this.#component(table));
    const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) !== i);
    if (twice) throw this.#fault(`the component ${visible(twice.name)} is there twice`);
    return {
      ...(file["name"] !== undefined && { name: this.#text(file["name"], "name") }),
      extensions: scan["extensions"] === undefined ? EXTENSIONS : this.#extensions(scan["extensions"]),
      keep: this.#texts(scan["keep"], "scan.keep"),
      exclude: this.#exclusions(file["exclude"] ?? {}),
      components: named,
      maps: [
        ...components.map((table, i) => this.#mapping(table, named[i]!.name, "[[component]]")),
        ...maps.map((table) => this.#mapping(table, this.#text(table["from"], "map.from"), "[[map]]")),
      ],
      expect: Object.fromEntries(
        Object.entries(expect).map(([status, names]) => [status, this.#texts(names, `expect.${status}`)]),
      ),
    };
  }

  #component(table: Table): NamedComponent {
    const { language } = table;
    return {
      name: this.#text(table["name"], "component.name"),
      order: this.#text(table["order"], "component.order"),
      language: language === undefined ? null : this.#text(language, "component.language"),
    };
  }

  #mapping(table: Table, from: string, where: string): Mapping {
    const optional = (key: string) =>
      table[key] === undefined ? {} : { [key]: this.#text(table[key], `${key} of ${visible(from)}`) };
    const { sha256 } = table;
    if (sha256 !== undefined && !(typeof sha256 === "string" && /^[0-9a-f]{64}$/i.test(sha256))) {
      throw this.#fault(`sha256 of ${visible(from)} is not 64 hexadecimal digits`);
    }
    const to =
      table["to"] === undefined ? undefined : split(this.#text(table["to"], `to of ${visible(from)}`));
    if (to === undefined) {
      const without = ["symbols", "tests", "sha256"].find((key) => table[key] !== undefined);
      const isEmpty = ["responsible", "linked"].every((key) => table[key] === undefined);
      if (without !== undefined || (where === "[[map]]" && isEmpty)) {
        const what = without === undefined ? where : `${without} of ${where}`;
        throw this.#fault(`${what} ${visible(from)}: to is missing`, ['to = "path/of/the/port"']);
      }
    }
    const symbols = this.#texts(table["symbols"], `symbols of ${visible(from)}`);
    const source = where === "[[map]]" ? split(from) : { path: from };
    return {
      from: source.path,
      ...("symbol" in source && source.symbol !== undefined && { about: source.symbol }),
      ...(to && { to: to.path }),
      symbols: to?.symbol === undefined ? symbols : [...new Set([to.symbol, ...symbols])],
      tests: this.#texts(table["tests"], `tests of ${visible(from)}`),
      ...(sha256 !== undefined && { sha256: (sha256 as string).toLowerCase() }),
      ...optional("responsible"),
      ...optional("linked"),
      ...optional("missing"),
    };
  }

  #exclusions(value: unknown): Exclusion[] {
    return Object.entries(this.#table(value, "[exclude]")).map(([pattern, reason]) => {
      const words = this.#text(reason, `the reason of exclude ${visible(pattern)}`);
      if (pattern.endsWith("/") && /[*?[\]{}!]/.test(pattern)) {
        throw this.#fault(`exclude ${visible(pattern)}: the path of a folder has no wildcards`, [
          `${visible(pattern)}** leaves out the files below such folders`,
        ]);
      }
      return { pattern, reason: words };
    });
  }

  #extensions(value: unknown): string[] {
    const extensions = this.#texts(value, "scan.extensions").map((each) => each.toLowerCase());
    const wrong = extensions.find((each) => !/^\.[^/\s]+$/.test(each));
    if (wrong !== undefined) throw this.#fault(`scan.extensions: ${visible(wrong)} is not like ".c"`);
    return extensions;
  }

  #table(value: unknown, name: string, keys?: readonly string[]): Table {
    if (Object.prototype.toString.call(value) !== "[object Object]") throw this.#fault(`${name} is no table`);
    const unknown = keys && Object.keys(value as object).find((key) => !keys.includes(key));
    if (unknown !== undefined) {
      throw this.#fault(`unknown key ${visible(unknown)} in ${name}`, suggestion(unknown, keys!));
    }
    return value as Table;
  }

  #tables(value: unknown, name: string, keys: readonly string[]): Table[] {
    if (value === undefined) return [];
    if (!Array.isArray(value))
      throw this.#fault(`${name.slice(2, -2)} is written in double brackets: ${name}`);
    return value.map((each) => this.#table(each, name, keys));
  }

  #text(value: unknown, name: string): string {
    if (typeof value !== "string" || value === "") throw this.#fault(`${name} is missing, or no text`);
    if (value.length > MAX_TEXT) throw this.#fault(`${name} has more than ${MAX_TEXT} characters`);
    if (value.includes("\0") || !value.isWellFormed())
      throw this.#fault(`${name} has a character that no name has`);
    return value;
  }

  #texts(value: unknown, name: string): string[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#fault(`${name} is no list`, ['like ["one", "two"]']);
    return [...new Set(value.map((item) => this.#text(item, `an item of ${name}`)))];
  }

  #fault(words: string, hints: readonly string[] = []): InputError {
    return new InputError(`${visible(this.path)}: ${words}`, { hints });
  }
}

/** Divides `path#symbol`. */
export function split(text: string): { readonly path: string; readonly symbol?: string } {
  const at = text.indexOf("#");
  if (at <= 0 || at === text.length - 1) return { path: text };
  return { path: text.slice(0, at), symbol: text.slice(at + 1) };
}
