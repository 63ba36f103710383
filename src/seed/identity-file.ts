/** Files with an identity, as age-keygen writes them: remarks begin with a hash, and the secret has a line of its own. Opens sealed files with them. */
import { NewFile } from "#kit/files/new-file.ts";
import { readSecret, readSmallBytes } from "#kit/files/small-file.ts";
import { visible } from "#kit/format/visible.ts";
import { InputError } from "../errors.ts";
import { type Identity, identityOf, newIdentity, unseal } from "./sealing.ts";

/** A file with one identity has some 2,200 characters. */
const MAX_BYTES = 16_384;

/** Makes an identity and its file, which nobody else may read and which replaces none. @returns the recipient @throws InputError */
export async function makeIdentityFile(path: string): Promise<string> {
  const { secret, recipient } = await newIdentity();
  await using file = await NewFile.create(path);
  await file.append(`# public key: ${recipient}\n${secret}\n`);
  await file.complete();
  return recipient;
}

/** @param warn told if others can read the file @throws InputError that names the file */
export async function readIdentityFile(path: string, warn: (message: string) => void): Promise<Identity> {
  const lines = readSecret(path, MAX_BYTES, warn)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length !== 1) {
    throw new InputError(`${visible(path)}: it has ${lines.length} identities, and is to have one`);
  }
  try {
    return await identityOf(lines[0]!);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${visible(path)}: ${cause.message}`, { cause, hints: cause.hints });
  }
}

/** A sealed seed has some 1,700 bytes, the largest 5,700. */
const MOST_SEALED_BYTES = 65_536;

/** Opens the file of a sealed seed. @throws InputError that names the file which is wrong */
export async function openSealedFile(
  path: string,
  identityPath: string,
  warn: (message: string) => void,
): Promise<Uint8Array> {
  const identity = await readIdentityFile(identityPath, warn);
  const { bytes } = readSmallBytes(path, MOST_SEALED_BYTES);
  try {
    return await unseal(bytes, identity);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${visible(path)}: ${cause.message}`, { cause });
  }
}
