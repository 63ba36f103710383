/** The key that a package is signed with: its flags, and how it is opened. */
import { visible } from "#kit/format/visible.ts";
import type { OwnKey } from "#kit/signing/keyring.ts";
import { passphraseFrom } from "#kit/signing/secret-file.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { askPassphrase } from "#kit/term/passphrase.ts";
import { UsageError } from "../errors.ts";
import { readSigningKey } from "../evidence/package/keys.ts";

export const SIGNER_FLAGS = {
  key: flag.file({ about: "Sign with this secret key, made by evidence keygen" }),
  passphraseFile: flag.file({
    about: "Read the passphrase of the key from this file; default: ask on the terminal",
  }),
};

type SignerFlags = OptionsOf<typeof SIGNER_FLAGS>;

/** @throws UsageError */
export function checkSignerFlags({ key, passphraseFile }: SignerFlags): void {
  if (passphraseFile !== undefined && key === undefined)
    throw new UsageError("--passphrase-file is for --key");
}

/** @returns undefined where no key is named @throws as `readSigningKey`; UsageError where nobody can be asked for the passphrase */
export async function signerOf({ key, passphraseFile }: SignerFlags, io: Io): Promise<OwnKey | undefined> {
  if (key === undefined) return undefined;
  const warn = (text: string) => io.log.warn(text);
  const ask = () =>
    askPassphrase(`Passphrase of ${visible(key)}`, io, ["--passphrase-file names a file with it"]);
  return await readSigningKey(key, passphraseFrom(passphraseFile, ask, warn), warn, io.signal);
}
