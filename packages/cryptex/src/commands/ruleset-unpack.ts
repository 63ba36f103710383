/** `ruleset unpack`: the files of a packed rule set. */
import { existsSync } from "node:fs";
import { InputError, UsageError, writeRefusal } from "#kit/errors.ts";
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { refuseFaults, verifyPackage } from "../rule-packages/rule-package.ts";
import { SeenVersions } from "../rule-packages/seen-versions.ts";
import { writeEntries } from "../rule-packages/unpacked.ts";
import { keysFolder, TRUST_FLAGS, trustOf } from "./key-flags.ts";

export const rulesetUnpack = command({
  name: "ruleset unpack",
  description: "Verify a packed rule set, and write its files into a folder",
  details: [
    "Nothing is written unless the set is signed by a key that is trusted, has not expired, and is not older than the last version of its name that was used here. --accept takes one that is unsigned, expired or older all the same.",
  ],
  flags: {
    file: positional.file({ about: "Packed rule set" }),
    output: flag.folder({ short: "o", required: true, about: "Folder to make, which must not be there" }),
    ...TRUST_FLAGS,
  },
  examples: ["cryptex ruleset unpack house.cxr -o house/"],
  seeAlso: ["ruleset pack", "verify"],
  async run({ file, output, ...flags }, io, { env }: Deps) {
    if (existsSync(output)) throw new UsageError(`${visible(output)} is there already`);
    const keys = keysFolder(flags.keys, env);
    const seen = new SeenVersions(keys);
    const { content, verification } = verifyPackage(file, trustOf(flags, env), seen);
    refuseFaults(file, verification);
    for (const words of verification.taken) io.log.warn(`${visible(file)}: ${words}; taken as asked`);
    const { manifest, own, entries } = content!;
    try {
      writeEntries(output, entries);
    } catch (cause) {
      throw new InputError(`cannot unpack into ${visible(output)}: ${writeRefusal(cause)}`, { cause });
    }
    const { name, version, files } = manifest;
    if (verification.signed) {
      await seen.keep(verification.signed.root, name, { version, manifest: own.sha256 }, io.signal);
    }
    io.log.info(`${name}, version ${version}: ${plural(files.length, "file")} in ${visible(output)}`);
  },
});
