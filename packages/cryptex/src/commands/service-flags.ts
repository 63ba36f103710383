/** Flags that say what the services of the gateway work on, and the settings that follow from them. */
import { join } from "node:path";
import { UsageError } from "#kit/errors.ts";
import { cacheFolder } from "#kit/files/user-folders.ts";
import { visible } from "#kit/format/visible.ts";
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import type { NamedFolder } from "../gateway/roots.ts";
import type { ServiceSettings } from "../gateway/services.ts";
import { ruleCollection } from "../rules/which-rules.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { RULE_FLAGS } from "./rule-flags.ts";

export const SERVICE_FLAGS = {
  ...group("What may be seen", {
    roots: many(
      flag.value(parseRoot, {
        name: "root",
        hint: "NAME=DIR",
        about: "Folder that clients may look into, by this name",
      }),
    ),
    gapRoot: flag.folder({ about: "Folder of the code base that gap scan has reported on" }),
  }),
  ...RULE_FLAGS,
  ...STORE_FLAG,
};

/** @throws UsageError; InputError for a wrong cryptex.toml */
export function serviceSettings(
  { roots, gapRoot, rules, includeFolders, definitions, store }: OptionsOf<typeof SERVICE_FLAGS>,
  env: Readonly<Record<string, string | undefined>>,
  warn: (message: string) => void,
): ServiceSettings {
  return {
    store,
    env,
    roots,
    gapRoot,
    rules: ruleCollection(rules, { env, folder: process.cwd() }),
    includeFolders,
    externals: Object.fromEntries(definitions),
    cacheFolder: join(cacheFolder("cryptex", env), "rules"),
    warn,
  };
}

/** @throws UsageError */
function parseRoot(text: string, name: string): NamedFolder {
  const [, root, folder] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (root === undefined)
    throw new UsageError(`${name}: '${visible(text)}' is not like uploads=/srv/uploads`);
  return { name: root, folder: folder! };
}
