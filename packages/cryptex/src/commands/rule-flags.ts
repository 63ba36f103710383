/** Flags that say what a set of rules is made of, and the set that follows from them. */
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import { parseDefinition } from "../rules/define.ts";
import type { RuleSetRequest } from "../rules/rule-set.ts";
import { whichRules } from "../rules/which-rules.ts";

/** For commands that compile rules. */
export const COMPILE_FLAGS = {
  includeFolders: many(
    flag.folder({ name: "include-dir", about: "Folder in which includes are looked for, too" }),
  ),
  definitions: many(
    flag.value(parseDefinition, {
      name: "define",
      hint: "NAME=VALUE",
      about: "External variable for the rules",
    }),
  ),
};

/** For commands that use a set. */
export const RULE_FLAGS = group("Rules", {
  rules: many(
    flag.file({ hint: "PATH|SET", about: "File of rules, folder of them, or rule set of cryptex.toml" }),
  ),
  ...COMPILE_FLAGS,
});

/** The set that is meant, and its name if it has one. */
export interface ChosenRules extends RuleSetRequest {
  readonly alias?: string;
}

/** @throws UsageError where nothing names any rules; InputError for a wrong cryptex.toml */
export function chosenRules(
  { rules, includeFolders, definitions }: OptionsOf<typeof RULE_FLAGS>,
  env: Readonly<Record<string, string | undefined>>,
): ChosenRules {
  const { paths, alias } = whichRules(rules, { env, folder: process.cwd() });
  const externals = Object.fromEntries(definitions);
  return { paths, includeFolders, externals, ...(alias !== undefined && { alias }) };
}
