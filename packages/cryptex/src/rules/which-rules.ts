/**
 * Which rules are meant: those that the command line names, else the default of the nearest cryptex.toml, else those of
 * CRYPTEX_RULES. A name that is no path stands for a rule set of cryptex.toml:
 *
 *     [rules]
 *     default = ["house", "extra/one.yar"]
 *
 *     [rulesets.house]
 *     paths = ["rules/"]
 */
import { existsSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { InputError, UsageError } from "#kit/errors.ts";
import { readSmallFile } from "#kit/files/small-file.ts";
import { visible } from "#kit/format/visible.ts";
import { suggestion } from "#kit/term/suggestion.ts";
import type { RuleSetRequest } from "./rule-set.ts";

export interface NamedRules {
  /** Files and folders. Those of cryptex.toml are absolute. */
  readonly paths: readonly string[];
  /** Name of the rule set, where one alone is meant. */
  readonly alias?: string;
  /** Who named them: "--rules", "CRYPTEX_RULES" or the path of cryptex.toml. */
  readonly source: string;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that the program is run in. */
  readonly folder: string;
}

/**
 * Resolves what `--rules` was given, or what is meant without it. Undefined where nobody names any rules.
 * @throws UsageError for an ambiguous name; InputError for a cryptex.toml that cannot be used
 */
export function namedRules(given: readonly string[], { env, folder }: Surroundings): NamedRules | undefined {
  const settings = new NearestSettings(folder);
  if (given.length > 0) return resolved(given, "--rules", settings);
  const nearest = settings.read();
  if (nearest && nearest.byDefault.length > 0)
    return resolved(nearest.byDefault, nearest.path, settings, nearest.path);
  const listed = (env["CRYPTEX_RULES"] ?? "").split(delimiter).filter((word) => word !== "");
  return listed.length > 0 ? resolved(listed, "CRYPTEX_RULES", settings) : undefined;
}

/** Like `namedRules`. @param hints more ways to name rules @throws UsageError where nobody names any */
export function whichRules(
  given: readonly string[],
  surroundings: Surroundings,
  hints: readonly string[] = [],
): NamedRules {
  const named = namedRules(given, surroundings);
  if (named) return named;
  throw new UsageError("no rules are named", [
    "--rules PATH names a file or a folder of rules",
    'or let a file cryptex.toml here, or in a folder above, say: [rules] default = ["PATH"]',
    "or set CRYPTEX_RULES",
    ...hints,
  ]);
}

/** All rules that are served by name. */
export interface RuleCollection {
  /** Absolute paths by the name of the set. */
  readonly sets: ReadonlyMap<string, readonly string[]>;
  /** Name of the set that is meant where none is named; undefined where nobody names any rules. */
  readonly byDefault: string | undefined;
  /** Where the rules of sets are that came packed, by name. */
  readonly packed?: ReadonlyMap<string, RuleSource>;
}

/** Says where the rules of a set are. */
export interface RuleSource {
  /** Paths of files that it hangs on besides those of the rules: where one of them changes, it is asked again. */
  readonly files: readonly string[];
  /**
   * @returns what the set is made of at present, and when that is over, in milliseconds since 1970
   * @throws ProgramError where it is not to be used
   */
  open(): Promise<RuleSetRequest & { readonly until?: number }>;
}

/** Name of the default where the rules that are meant have no name of their own. */
export const DEFAULT_SET = "default";

/** Lists the rules that are meant, and with them every rule set of the nearest cryptex.toml. @throws as `namedRules` */
export function ruleCollection(given: readonly string[], surroundings: Surroundings): RuleCollection {
  const settings = new NearestSettings(surroundings.folder).read();
  const sets = new Map(settings?.sets);
  const named = namedRules(given, surroundings);
  if (named === undefined) return { sets, byDefault: sets.has(DEFAULT_SET) ? DEFAULT_SET : undefined };
  const byDefault = named.alias ?? DEFAULT_SET;
  if (named.alias === undefined) {
    if (sets.has(DEFAULT_SET)) {
      throw new UsageError(
        `${visible(settings!.path)} has a rule set ${DEFAULT_SET}, and ${visible(named.source)} names other rules as the default`,
        ["give the rule set another name"],
      );
    }
    sets.set(
      DEFAULT_SET,
      named.paths.map((path) => resolve(surroundings.folder, path)),
    );
  }
  return { sets, byDefault };
}

/** Names of rule sets. What has a dot or a slash is a path. */
const SET_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** @param base file whose folder relative paths start from; by default they stay as they are */
function resolved(
  words: readonly string[],
  source: string,
  settings: NearestSettings,
  base?: string,
): NamedRules {
  const aliases: string[] = [];
  const paths = words.flatMap((word) => {
    const path = base === undefined ? word : resolve(dirname(base), word);
    const set = SET_NAME.test(word) ? settings.read()?.sets.get(word) : undefined;
    if (set === undefined) return [path];
    if (existsSync(path)) {
      throw new UsageError(
        `${visible(source)}: '${word}' is a rule set of ${visible(settings.read()!.path)} and a path as well`,
        [`./${word} is the path`],
      );
    }
    aliases.push(word);
    return set;
  });
  const [alias] = aliases;
  return { paths, source, ...(alias !== undefined && words.length === 1 && { alias }) };
}

interface Settings {
  readonly path: string;
  /** As they are written: names of sets, and paths. */
  readonly byDefault: readonly string[];
  /** Absolute paths by the name of the set. */
  readonly sets: ReadonlyMap<string, readonly string[]>;
}

const FILE = "cryptex.toml";
/** A thousand rule sets of sixty characters. */
const MAX_BYTES = 64 * 1024;

/** The cryptex.toml of a folder, or the nearest one above; read when it is first asked for. */
class NearestSettings {
  #settings: Settings | null | undefined;

  constructor(readonly folder: string) {}

  /** Undefined where there is none. @throws InputError */
  read(): Settings | undefined {
    if (this.#settings === undefined) {
      const path = nearest(this.folder);
      this.#settings = path === undefined ? null : parseSettings(readSmallFile(path, MAX_BYTES).text, path);
    }
    return this.#settings ?? undefined;
  }
}

function nearest(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, FILE);
    if (existsSync(path)) return path;
    if (at === dirname(at)) return undefined;
  }
}

/** @throws InputError that names the first fault */
export function parseSettings(text: string, path: string): Settings {
  const fault = (words: string, hints: readonly string[] = []) =>
    new InputError(`${visible(path)}: ${words}`, { hints });
  const table = (value: unknown, name: string, keys?: readonly string[]): [string, unknown][] => {
    if (Object.prototype.toString.call(value) !== "[object Object]") throw fault(`${name} is not a table`);
    const entries = Object.entries(value as object);
    const unknown = keys && entries.find(([key]) => !keys.includes(key))?.[0];
    if (unknown !== undefined) {
      throw fault(`unknown key ${visible(unknown)} in ${name}`, suggestion(unknown, keys!));
    }
    return entries;
  };
  const listOfPaths = (value: unknown, name: string): string[] => {
    const isList = Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
    if (!isList) throw fault(`${name} is not a list of paths`, ['like ["rules/", "more.yar"]']);
    if (value.some((item: string) => item.includes("\0")))
      throw fault(`${name}: a path cannot hold a NUL character`);
    return value;
  };

  let root: unknown;
  try {
    root = Bun.TOML.parse(text);
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^TOML Parse error: /, "") : String(error);
    throw fault(`no TOML: ${visible(words)}`);
  }
  const byDefault: string[] = [];
  const sets = new Map<string, readonly string[]>();
  for (const [part, value] of table(root, "the file", ["rules", "rulesets"])) {
    if (part === "rules") {
      for (const [, paths] of table(value, "[rules]", ["default"]))
        byDefault.push(...listOfPaths(paths, "rules.default"));
      continue;
    }
    for (const [name, set] of table(value, "[rulesets]")) {
      if (!SET_NAME.test(name)) {
        throw fault(`${visible(name)} cannot name a rule set`, ["letters, digits, - and _ can"]);
      }
      const paths = table(set, `[rulesets.${name}]`, ["paths"]).flatMap(([, list]) =>
        listOfPaths(list, `rulesets.${name}.paths`),
      );
      if (paths.length === 0) throw fault(`rulesets.${name} has no paths`);
      sets.set(
        name,
        paths.map((each) => resolve(dirname(path), each)),
      );
    }
  }
  return { path, byDefault, sets };
}
