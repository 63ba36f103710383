/** Where rules come from: the command line, the settings of a folder, the environment. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { InputError, UsageError } from "#kit/errors.ts";
import { readSmallFile } from "#kit/files/small-file.ts";
import type { OptionsOf } from "#kit/term/flags.ts";
import type { RuleSetRequest } from "../rules/rule-set.ts";
import type { RULE_FLAGS } from "./rule-flags.ts";

/** Rules that a command works with, and the name of their set if it has one. */
export interface ChosenRules extends RuleSetRequest {
  readonly alias?: string;
}

/**
 * Takes the rules that are given, else those of cryptex.toml in the working folder, else those of CRYPTEX_RULES.
 * @throws UsageError where nothing names any; InputError for a wrong cryptex.toml
 */
export function chosenRules(
  { rules, definitions, includeFolders }: OptionsOf<typeof RULE_FLAGS>,
  env: Readonly<Record<string, string | undefined>>,
  folder = "",
): ChosenRules {
  const common = { includeFolders, externals: Object.fromEntries(definitions) };
  if (rules.length > 0) return { paths: rules, ...common };
  const settings = join(folder, SETTINGS_FILE);
  const configured = existsSync(settings) ? settingsRules(settings, folder) : undefined;
  if (configured) return { ...configured, ...common };
  const paths = (env["CRYPTEX_RULES"] ?? "").split(delimiter).filter((path) => path !== "");
  if (paths.length > 0) return { paths, ...common };
  throw new UsageError("no rules are given", [
    'name files or folders with --rules, in cryptex.toml (rules = ["my-rules/"]) or in CRYPTEX_RULES',
  ]);
}

const SETTINGS_FILE = "cryptex.toml";

/** Far more than anybody writes by hand. */
const MOST_SETTINGS_BYTES = 1 << 20;

/** Reads `rules`: a list of paths from the folder of the file, or the name of such a list in `[rulesets]`. */
function settingsRules(file: string, folder: string): Pick<ChosenRules, "paths" | "alias"> | undefined {
  const { rules, rulesets } = parsedToml(file);
  if (rules === undefined) return undefined;
  const alias = typeof rules === "string" ? rules : undefined;
  const list = alias === undefined ? rules : ownValue(rulesets, alias);
  const name = alias === undefined ? "rules" : `rulesets.${alias}`;
  if (list === undefined) throw new InputError(`${file}: there is no ${name}, which rules names`);
  if (!Array.isArray(list) || list.length === 0 || !list.every((path) => typeof path === "string")) {
    throw new InputError(`${file}: ${name} is not a list of paths`);
  }
  return { paths: list.map((path: string) => join(folder, path)), ...(alias !== undefined && { alias }) };
}

function parsedToml(file: string): Readonly<Record<string, unknown>> {
  const { text } = readSmallFile(file, MOST_SETTINGS_BYTES);
  try {
    return Bun.TOML.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

function ownValue(table: unknown, key: string): unknown {
  if (typeof table !== "object" || table === null || !Object.hasOwn(table, key)) return undefined;
  return (table as Record<string, unknown>)[key];
}
