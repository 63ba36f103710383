/** Keys that packages are signed with: a secret in a file, and beside it the public key for whoever verifies. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { NewFile } from "#kit/files/new-file.ts";
import { readSecret as readSecretFile } from "#kit/files/small-file.ts";
import { visible } from "#kit/format/visible.ts";
import type { OwnKey } from "#kit/signing/keyring.ts";
import { secretKey } from "#kit/signing/keys.ts";
import { lineageOf, lineageText } from "#kit/signing/lineage.ts";
import { type Passphrase, readSecret, secretText } from "#kit/signing/secret-file.ts";
import { drawSeeds } from "#kit/signing/seeds.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { InputError } from "../../errors.ts";

/** A protected secret has some 400 characters. */
const MAX_SECRET_BYTES = 4096;

/** Names the file of a key's public half. */
export function publicPath(path: string): string {
  return `${path}.pub`;
}

/**
 * Makes a key of the operating system's generator, and two files: neither replaces one that is there.
 * @param passphrase undefined: whoever can read the file can sign
 * @returns its id
 * @throws InputError; the signal's reason
 */
export async function makeSigningKey(
  path: string,
  passphrase: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const there = [path, publicPath(path)].find((file) => existsSync(file));
  if (there !== undefined)
    throw new InputError(`${visible(there)} is there already, and a key is never replaced`);
  const seeds = drawSeeds();
  const { public: key } = secretKey(seeds);
  const secret = await secretText(seeds, passphrase, signal);
  seeds.fill(0);
  const text = lineageText({ name: nameOf(path), keys: lineageOf("", key, []).keys, blocks: [] });
  // Neither stays without the other.
  await using secretFile = await NewFile.create(path);
  await using publicFile = await NewFile.create(publicPath(path), ANYBODY_MAY_READ);
  await secretFile.append(secret);
  await publicFile.append(text);
  await publicFile.complete();
  await secretFile.complete();
  return key.id;
}

const ANYBODY_MAY_READ = 0o644;

/** A remark in the public key, in which nothing but these signs may stand. */
function nameOf(path: string): string {
  return basename(path).replace(/[^A-Za-z0-9_-]+/g, "-");
}

/** @param warn told if others can read the file @throws InputError; SignatureError that names the file; the signal's reason */
export async function readSigningKey(
  path: string,
  passphrase: Passphrase,
  warn: (message: string) => void,
  signal: AbortSignal,
): Promise<OwnKey> {
  const text = readSecretFile(path, MAX_SECRET_BYTES, warn);
  let seeds: Uint8Array;
  try {
    seeds = await readSecret(text, passphrase, signal);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    throw new SignatureError(`${visible(path)}: ${error.message}`, { cause: error });
  }
  const secret = secretKey(seeds);
  seeds.fill(0);
  return { secret, lineage: lineageOf(nameOf(path), secret.public, []) };
}
