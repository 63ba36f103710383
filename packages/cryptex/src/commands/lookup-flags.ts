/** Flags of the commands `rules …`, which look rules up. */
import { UsageError } from "#kit/errors.ts";
import { flag, group } from "#kit/term/flags.ts";
import { TRUST_FLAGS } from "./key-flags.ts";
import { RULE_FLAGS } from "./rule-flags.ts";

export const STORE_FLAGS = {
  db: flag.file({ about: "Store to use, in place of the user's own" }),
};

export const SCOPE_FLAGS = {
  ...group("Rules", {
    rules: RULE_FLAGS.rules,
    includeFolders: RULE_FLAGS.includeFolders,
    ...STORE_FLAGS,
  }),
  ...TRUST_FLAGS,
};

export const OUTPUT_FLAGS = {
  format: flag.choice(["text", "json"], { default: "text", about: "Form of the result" }),
  json: flag.switch({ about: "The same as --format json" }),
};

/** For a result that may be a picture or a report, beside a `format` of the command's own. */
export const PICTURE_FLAGS = {
  json: OUTPUT_FLAGS.json,
  output: flag.file({ short: "o", about: "Write the result to this file, which is replaced" }),
};

/** @throws UsageError for two formats */
export function checkFormat(
  { json }: { readonly json: boolean },
  format: string,
  given: ReadonlySet<string>,
): void {
  if (json && given.has("format") && format !== "json") {
    throw new UsageError(`--json and --format ${format} contradict each other`);
  }
}

export const SCOPE_DETAILS =
  "Without --rules these are the rules that cryptex.toml or CRYPTEX_RULES names, else those that rules index was last given. Files that are as they were when they were read are not read again. The exit code is 3 if a file or a rule could not be read; it is named on stderr.";
