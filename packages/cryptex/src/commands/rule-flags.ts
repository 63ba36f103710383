/** Flags that say what a set of rules is made of, and the set that follows from them. */
import { join } from "node:path";
import { cacheFolder } from "#kit/files/user-folders.ts";
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import { type PackageUse, type UsedPackage, usePackage } from "../rule-packages/use-package.ts";
import { parseDefinition } from "../rules/define.ts";
import type { RuleSet, RuleSetRequest } from "../rules/rule-set.ts";
import { whichRules } from "../rules/which-rules.ts";
import { keysFolder, TRUST_FLAGS, trustOf } from "./key-flags.ts";

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

/** For commands that take rules as they lie on this machine. */
export const PLAIN_RULE_FLAGS = group("Rules", {
  rules: many(
    flag.file({ hint: "PATH|SET", about: "File of rules, folder of them, or rule set of cryptex.toml" }),
  ),
  ...COMPILE_FLAGS,
});

/** For commands that use a set. */
export const RULE_FLAGS = {
  ...group("Rules", {
    ...PLAIN_RULE_FLAGS,
    rules: many(
      flag.file({
        hint: "PATH|SET",
        about: "File of rules, folder of them, packed rule set, or rule set of cryptex.toml",
      }),
    ),
  }),
  ...TRUST_FLAGS,
};

/** The set that is meant, and its name if it has one. */
export interface ChosenRules extends RuleSetRequest {
  readonly alias?: string;
  /** Where the set came packed. */
  readonly packed?: UsedPackage;
}

type PlainOptions = Pick<OptionsOf<typeof PLAIN_RULE_FLAGS>, "rules" | "includeFolders" | "definitions">;
type TrustOptions = Partial<OptionsOf<typeof TRUST_FLAGS>>;

/** @throws UsageError where nothing names any rules; InputError for a wrong cryptex.toml */
export function plainRules(
  { rules, includeFolders, definitions }: PlainOptions,
  env: Deps["env"],
): ChosenRules {
  const { paths, alias } = whichRules(rules, { env, folder: process.cwd() });
  const externals = Object.fromEntries(definitions);
  return { paths, includeFolders, externals, ...(alias !== undefined && { alias }) };
}

/** Verifies and unpacks a set that came packed. @throws as `plainRules`; as `usePackage` */
export async function chosenRules(
  options: PlainOptions & TrustOptions,
  io: Pick<Io, "log" | "signal">,
  env: Deps["env"],
): Promise<ChosenRules> {
  const plain = plainRules(options, env);
  const packed = await usePackage(plain.paths, packageUse(options, io, env));
  if (!packed) return plain;
  const { alias, paths } = packed;
  const includeFolders = [...packed.includeFolders, ...plain.includeFolders];
  return {
    alias,
    ...plain,
    paths,
    includeFolders,
    externals: { ...packed.externals, ...plain.externals },
    packed,
  };
}

/** Says how packed sets are verified, and where they are unpacked. */
export function packageUse(
  trust: TrustOptions,
  { log, signal }: Pick<Io, "log" | "signal">,
  env: Deps["env"],
): PackageUse {
  return {
    trust: () => trustOf(trust, env),
    keys: keysFolder(trust.keys, env),
    cacheFolder: join(cacheFolder("cryptex", env), "rulesets"),
    warn: (text) => log.warn(text),
    signal,
  };
}

/** Warns where a packed set is not what it was for whoever packed it: another version of this program may read rules otherwise. */
export function warnOfOtherDigest(
  { packed }: ChosenRules,
  { digest }: RuleSet,
  { log }: Pick<Io, "log">,
): void {
  if (!packed || packed.digest === digest) return;
  log.warn(
    `${packed.alias} was packed as ${packed.digest}, and is evaluated as ${digest}: the program or a --define differs`,
  );
}
