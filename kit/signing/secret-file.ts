/**
 * The text of a secret key: its two seeds, as canonical JSON in one line; or the same, encrypted with AES-256-GCM by a key that scrypt
 * (RFC 7914) makes of a passphrase. All that stands beside the ciphertext is authenticated with it.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { orAborted } from "../abort.ts";
import { UsageError } from "../errors.ts";
import { readSecret as readSecretFile } from "../files/small-file.ts";
import { visible } from "../format/visible.ts";
import {
  base64Of,
  canonicalJson,
  countOf,
  type JsonObject,
  membersOf,
  parseCanonical,
} from "./canonical-json.ts";
import { SECRET_BYTES } from "./keys.ts";
import { SignatureError } from "./signature-error.ts";

const PLAIN = "twin-secret/1";
const PROTECTED = "twin-secret-protected/1";

/** 128 N r = 128 MiB of memory and some 0.4 s for a try; the double of OWASP's first choice would need 256. */
const COST = 2 ** 17;
/** Least and most that is read: a passphrase must not be cheap to guess, nor a file cost more than 1 GiB. */
const COSTS = [2 ** 15, 2 ** 20] as const;
const BLOCK_SIZE = 8;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Far more than anybody types, and little enough to be read at once. */
const MAX_PASSPHRASE_BYTES = 4096;

/**
 * Reads a passphrase: a file without its line end.
 * @param warn told if others can read it
 * @throws UsageError where it is empty; InputError
 */
function passphraseIn(file: string, warn: (message: string) => void): string {
  const words = readSecretFile(file, MAX_PASSPHRASE_BYTES, warn).replace(/\r?\n$/, "");
  if (words === "") throw new UsageError(`there is no passphrase in ${visible(file)}`);
  return words;
}

/** Asks for a passphrase when one is needed. */
export type Passphrase = () => Promise<string>;

/**
 * Makes the way to a passphrase: the file, if one is named, else whoever asks for it.
 * @param warn told if others can read the file
 * @returns a function that throws as `passphraseIn` and as `ask`
 */
export function passphraseFrom(
  file: string | undefined,
  ask: Passphrase,
  warn: (message: string) => void,
): Passphrase {
  return async () => (file === undefined ? await ask() : passphraseIn(file, warn));
}

/** Finds the passphrase of a new key; undefined if it is to have none. @param ask for one @throws as `passphraseIn`, and as `ask` */
export async function newPassphrase(
  { protect, passphraseFile }: { readonly protect: boolean; readonly passphraseFile: string | undefined },
  ask: Passphrase,
  warn: (message: string) => void,
): Promise<string | undefined> {
  const isWanted = protect || passphraseFile !== undefined;
  return isWanted ? await passphraseFrom(passphraseFile, ask, warn)() : undefined;
}

/** @param passphrase undefined: anybody who can read the text has the key */
export async function secretText(
  seeds: Uint8Array,
  passphrase: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (passphrase === undefined) {
    return `${canonicalJson({ seeds: Buffer.from(seeds).toString("base64"), type: PLAIN })}\n`;
  }
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const head = {
    cipher: "aes-256-gcm",
    kdf: "scrypt",
    n: COST,
    nonce: nonce.toString("base64"),
    p: 1,
    r: BLOCK_SIZE,
    salt: salt.toString("base64"),
    type: PROTECTED,
  };
  const key = await keyOf(passphrase, salt, COST, signal);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(canonicalJson(head)));
  const data = Buffer.concat([cipher.update(seeds), cipher.final(), cipher.getAuthTag()]);
  key.fill(0);
  return `${canonicalJson({ ...head, data: data.toString("base64") })}\n`;
}

/** True if the text cannot be read without a passphrase. @throws SignatureError */
export function isProtected(text: string): boolean {
  return parse(text)["type"] === PROTECTED;
}

/** @returns the seeds @throws SignatureError for a text that is none, and for a wrong passphrase; the signal's reason */
export async function readSecret(
  text: string,
  passphrase: Passphrase,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const object = parse(text);
  if (object["type"] === PLAIN) {
    return base64Of(membersOf(object, ["seeds", "type"]).seeds, "seeds", SECRET_BYTES);
  }
  const { data, ...head } = membersOf(object, [
    "cipher",
    "data",
    "kdf",
    "n",
    "nonce",
    "p",
    "r",
    "salt",
    "type",
  ]);
  const cost = countOf(head.n, "n");
  const isPower = Math.log2(cost) % 1 === 0 && cost >= COSTS[0] && cost <= COSTS[1];
  const { cipher: name, kdf, r, p } = head;
  if (name !== "aes-256-gcm" || kdf !== "scrypt" || r !== BLOCK_SIZE || p !== 1 || !isPower) {
    throw new SignatureError("the secret key is protected in a way that is not known");
  }
  const sealed = base64Of(data, "data", SECRET_BYTES + TAG_BYTES);
  const nonce = base64Of(head.nonce, "nonce", NONCE_BYTES);
  const key = await keyOf(await passphrase(), base64Of(head.salt, "salt", SALT_BYTES), cost, signal);
  const cipher = createDecipheriv("aes-256-gcm", key, nonce)
    .setAAD(Buffer.from(canonicalJson(head)))
    .setAuthTag(sealed.subarray(SECRET_BYTES));
  key.fill(0);
  try {
    return Buffer.concat([cipher.update(sealed.subarray(0, SECRET_BYTES)), cipher.final()]);
  } catch (cause) {
    throw new SignatureError("the passphrase is wrong, or the secret key is damaged", { cause });
  }
}

function parse(text: string): JsonObject {
  if (!text.endsWith("\n")) throw new SignatureError("it is no secret key: it has no end");
  return parseCanonical(text.slice(0, -1));
}

function keyOf(passphrase: string, salt: Uint8Array, cost: number, signal: AbortSignal): Promise<Buffer> {
  // Systems type the same letter as different characters.
  const words = passphrase.normalize("NFKC");
  const options = { N: cost, r: BLOCK_SIZE, p: 1, maxmem: 256 * cost * BLOCK_SIZE };
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(words, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)));
  return orAborted(promise, signal);
}
