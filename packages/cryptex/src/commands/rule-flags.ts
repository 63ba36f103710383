/** Flags that say what a set of rules is made of. */
import { flag, many } from "#kit/term/flags.ts";
import { parseDefinition } from "../rules/define.ts";

/** For commands that compile rules. */
export const COMPILE_FLAGS = {
  includeFolders: many(
    flag.folder({ name: "include-dir", about: "Folder in which includes are looked for, too; repeatable" }),
  ),
  definitions: many(
    flag.value(parseDefinition, {
      name: "define",
      hint: "NAME=VALUE",
      about: "External variable for the rules; repeatable",
    }),
  ),
};
