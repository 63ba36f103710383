/** Flags that say what a set of rules is made of. */
import { flag, group, many } from "#kit/term/flags.ts";
import { parseDefinition } from "../rules/define.ts";

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
