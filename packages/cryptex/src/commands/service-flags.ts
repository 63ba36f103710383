/** Flags that say what the services of the gateway work on, and the settings that follow from them. */
import { join } from "node:path";
import { UsageError } from "#kit/errors.ts";
import { cacheFolder } from "#kit/files/user-folders.ts";
import { visible } from "#kit/format/visible.ts";
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import type { NamedFolder } from "../gateway/roots.ts";
import type { ServiceSettings } from "../gateway/services.ts";
import { isPackage, packedSource } from "../rule-packages/use-package.ts";
import { type RuleSource, ruleCollection } from "../rules/which-rules.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { packageUse, RULE_FLAGS } from "./rule-flags.ts";

export const SERVICE_FLAGS = {
  ...group("What may be seen", {
    roots: many(
      flag.value(parseRoot, {
        name: "root",
        hint: "NAME=DIR",
        about: "Folder that clients may look into, by this name",
      }),
    ),
    gapRoot: flag.folder({ about: "Folder of the code base that the gap report is of" }),
  }),
  ...RULE_FLAGS,
  ...STORE_FLAG,
};

/** For the one program that delivers. */
export const TARGET_FLAGS = group("Where triggers may send frames to", {
  triggerTo: many(
    flag.text({ hint: "URL", about: "Address at which, or below which, triggers may be; default: none" }),
  ),
  triggerPrivate: flag.switch({ about: "Let them lead into private networks, and to this machine" }),
});

/** Verifies and unpacks the sets that came packed. @throws UsageError; InputError for a wrong cryptex.toml; as `usePackage` */
export async function serviceSettings(
  options: OptionsOf<typeof SERVICE_FLAGS>,
  io: Pick<Io, "log" | "signal">,
  env: Deps["env"],
): Promise<ServiceSettings> {
  const { roots, gapRoot, rules, includeFolders, definitions, store } = options;
  const collection = ruleCollection(rules, { env, folder: process.cwd() });
  const externals = Object.fromEntries(definitions);
  const use = packageUse(options, io, env);
  const packed = new Map<string, RuleSource>();
  for (const [name, paths] of collection.sets) {
    if (!paths.some(isPackage)) continue;
    const source = packedSource(paths, use, { includeFolders, externals });
    // What may not be used is said at the start.
    await source.open();
    packed.set(name, source);
  }
  return {
    store,
    env,
    roots,
    gapRoot,
    rules: { ...collection, packed },
    includeFolders,
    externals,
    cacheFolder: join(cacheFolder("cryptex", env), "rules"),
    warn: (text) => io.log.warn(text),
  };
}

/** @throws UsageError */
function parseRoot(text: string, name: string): NamedFolder {
  const [, root, folder] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (root === undefined)
    throw new UsageError(`${name}: '${visible(text)}' is not like uploads=/srv/uploads`);
  return { name: root, folder: folder! };
}
