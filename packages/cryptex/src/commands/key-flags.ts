/** Flags that say who signs and who is trusted, and what follows from them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "#kit/errors.ts";
import { exposure } from "#kit/files/small-file.ts";
import { dataFolder } from "#kit/files/user-folders.ts";
import { visible } from "#kit/format/visible.ts";
import { isKeyName, Keyring, type OwnKey, readLineage } from "#kit/signing/keyring.ts";
import type { Lineage } from "#kit/signing/lineage.ts";
import { type Passphrase, passphraseFrom } from "#kit/signing/secret-file.ts";
import { ALGORITHMS } from "#kit/signing/statement.ts";
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { askPassphrase } from "#kit/term/passphrase.ts";
import type { Deps } from "../deps.ts";
import type { Trust } from "../signing/verification.ts";

export const KEYS_FLAG = {
  keys: flag.folder({ about: "Folder of keys; default: in the folder of this user's data" }),
};

export const PASSPHRASE_FLAG = {
  passphraseFile: flag.file({
    about: "Read the passphrase of the key from this file; default: ask on the terminal",
  }),
};

export const SIGNER_FLAGS = {
  key: flag.text({ hint: "NAME", about: "Key to sign with; default: the only one that can" }),
  ...KEYS_FLAG,
  ...PASSPHRASE_FLAG,
};

const ACCEPTED = [...ALGORITHMS, "unsigned", "expired", "older"] as const;

export const TRUST_FLAGS = group("Trust", {
  key: many(
    flag.file({
      hint: "FILE|NAME",
      about:
        "Trust this public key, a file or a key of the folder of keys, and no others; default: all of the folder",
    }),
  ),
  ...KEYS_FLAG,
  accept: many(
    flag.choice(ACCEPTED, {
      about:
        "Take what would be refused: one signature of the two, no signature, a rule set that has expired or that is older than the last one",
    }),
  ),
});

export const PIN_FLAG = {
  pin: many(
    flag.file({ required: true, about: "Public key whose signatures rule sets must have, and no others" }),
  ),
};

/** Trusts these keys and takes nothing that is not in order. @throws InputError; SignatureError */
export function pinsOf(pins: readonly string[]): Trust {
  const trusted = pins.map((path) => ({ ...readLineage(path), name: path }));
  return { trusted, algorithms: ALGORITHMS, unsigned: false, expired: false, older: false };
}

export function keysFolder(keys: string | undefined, env: Deps["env"]): string {
  return keys ?? join(dataFolder("cryptex", env), "keys");
}

/** @throws UsageError for a key that is neither; InputError; SignatureError */
export function trustOf(
  { key = [], keys, accept = [] }: Partial<OptionsOf<typeof TRUST_FLAGS>>,
  env: Deps["env"],
): Trust {
  const one = ALGORITHMS.filter((algorithm) => accept.includes(algorithm));
  if (one.length > 1) throw new UsageError(`--accept ${one.join(" and --accept ")} contradict each other`);
  const ring = new Keyring(keysFolder(keys, env));
  return {
    trusted: key.length > 0 ? key.map((each) => trustedKey(each, ring)) : ring.all(),
    algorithms: one.length > 0 ? one : ALGORITHMS,
    unsigned: accept.includes("unsigned"),
    expired: accept.includes("expired"),
    older: accept.includes("older"),
  };
}

function trustedKey(word: string, ring: Keyring): Lineage {
  const isName = ring.has(word);
  if (isName && existsSync(word)) {
    throw new UsageError(`'${visible(word)}' is a key and a file as well`, [
      `./${visible(word)} is the file`,
    ]);
  }
  return isName ? ring.lineage(word) : { ...readLineage(word), name: word };
}

/** Opens the key to sign with. @throws UsageError where none is meant; as `Keyring.own` */
export async function signerOf(
  { key, keys, passphraseFile }: OptionsOf<typeof SIGNER_FLAGS>,
  io: Io,
  env: Deps["env"],
): Promise<OwnKey> {
  const ring = new Keyring(keysFolder(keys, env));
  const name = key ?? onlyOwnKey(ring);
  if (!isKeyName(name)) throw new UsageError(`'${visible(name)}' is no name of a key`);
  const own = await ring.own(name, passphraseFor(name, passphraseFile, io), io.signal);
  if (own.exposed) io.log.warn(exposure(own.exposed));
  refuseRevoked(own);
  return own;
}

/** @throws UsageError for a key whose signatures nobody would take */
export function refuseRevoked({ lineage: { name, keys } }: Pick<OwnKey, "lineage">): void {
  const { revocations, orphaned } = keys.at(-1)!;
  if (revocations.length === 0 && !orphaned) return;
  throw new UsageError(`the key ${name} is revoked, and signs nothing any more`, [
    "keys new makes another, which has to be trusted anew",
  ]);
}

/** Lists the files that a signature is made with, which no result may replace. */
export function signerFiles(
  { keys, passphraseFile }: Omit<OptionsOf<typeof SIGNER_FLAGS>, "key">,
  env: Deps["env"],
): string[] {
  const secrets = new Keyring(keysFolder(keys, env)).files();
  return passphraseFile === undefined ? secrets : [passphraseFile, ...secrets];
}

function onlyOwnKey(ring: Keyring): string {
  const own = ring.names().filter((name) => ring.secrecy(ring.lineage(name)) !== "none");
  if (own.length === 1) return own[0]!;
  if (own.length === 0)
    throw new UsageError("there is no key to sign with", ["cryptex keys new NAME makes one"]);
  throw new UsageError(`there are several keys: ${own.join(", ")}`, ["--key NAME says which is to sign"]);
}

/** Makes the way to the passphrase of a key: a file, or the terminal. */
export function passphraseFor(name: string, file: string | undefined, io: Io): Passphrase {
  const ask = () =>
    askPassphrase(`Passphrase of the key ${name}`, io, ["--passphrase-file names a file with it"]);
  return passphraseFrom(file, ask, (message) => io.log.warn(message));
}
