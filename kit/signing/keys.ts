/**
 * A key: one pair of keys for Ed25519 (RFC 8032) and one for ML-DSA-65 (FIPS 204), which are only used together. Both secret keys are
 * made of seeds of 32 bytes.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { SignatureError } from "./signature-error.ts";

export interface PublicKey {
  /** SHA-256, hex, of the label, a line feed and the bytes. */
  readonly id: string;
  /** 32 bytes for Ed25519, then 1,952 for ML-DSA-65. */
  readonly bytes: Uint8Array;
  readonly ed25519: KeyObject;
  readonly mlDsa65: KeyObject;
}

export interface SecretKey {
  readonly public: PublicKey;
  readonly ed25519: KeyObject;
  readonly mlDsa65: KeyObject;
}

export const SEED_BYTES = 32;
export const SECRET_BYTES = 2 * SEED_BYTES;
const ED25519_BYTES = 32;
/** FIPS 204, table 2. */
const ML_DSA_65_BYTES = 1952;
export const PUBLIC_BYTES = ED25519_BYTES + ML_DSA_65_BYTES;

const LABEL = "twin-key/1";

/**
 * DER before a key or seed, which stands at its end: PrivateKeyInfo with the seed (RFC 8410 §7, RFC 9881 §6) and SubjectPublicKeyInfo (RFC 8410
 * §4, RFC 9881 §4). The objects are 1.3.101.112 and 2.16.840.1.101.3.4.3.18.
 */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");
const PKCS8_ML_DSA_65 = Buffer.from("3034020100300b060960864801650304031204228020", "hex");
const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex");
const SPKI_ML_DSA_65 = Buffer.from("308207b2300b0609608648016503040312038207a100", "hex");

/** Makes the key that two seeds stand for, always the same. @param seeds that of Ed25519, then that of ML-DSA-65 */
export function secretKey(seeds: Uint8Array): SecretKey {
  if (seeds.length !== SECRET_BYTES) throw new SignatureError(`two seeds have ${SECRET_BYTES} bytes`);
  const ed25519 = privateKey(PKCS8_ED25519, seeds.subarray(0, SEED_BYTES));
  const mlDsa65 = privateKey(PKCS8_ML_DSA_65, seeds.subarray(SEED_BYTES));
  const publicBytes = [
    endOf(createPublicKey(ed25519), ED25519_BYTES),
    endOf(createPublicKey(mlDsa65), ML_DSA_65_BYTES),
  ];
  return { public: publicKey(Buffer.concat(publicBytes)), ed25519, mlDsa65 };
}

function privateKey(prefix: Uint8Array, seed: Uint8Array): KeyObject {
  const der = Buffer.concat([prefix, seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  return key;
}

function endOf(key: KeyObject, bytes: number): Uint8Array {
  return key.export({ type: "spki", format: "der" }).subarray(-bytes);
}

/** @throws SignatureError unless they are two public keys */
export function publicKey(bytes: Uint8Array): PublicKey {
  if (bytes.length !== PUBLIC_BYTES) throw new SignatureError(`a public key has ${PUBLIC_BYTES} bytes`);
  const part = (prefix: Uint8Array, own: Uint8Array) =>
    createPublicKey({ key: Buffer.concat([prefix, own]), format: "der", type: "spki" });
  return {
    id: createHash("sha256").update(`${LABEL}\n`).update(bytes).digest("hex"),
    bytes,
    ed25519: part(SPKI_ED25519, bytes.subarray(0, ED25519_BYTES)),
    mlDsa65: part(SPKI_ML_DSA_65, bytes.subarray(ED25519_BYTES)),
  };
}

/** Writes a public key as one line without its end. The name is a remark: nothing vouches for it. */
export function keyLine({ bytes }: PublicKey, name: string): string {
  return `${LABEL} ${Buffer.from(bytes).toString("base64")} ${name}`;
}

/** @throws SignatureError */
export function parseKeyLine(line: string): { readonly key: PublicKey; readonly name: string } {
  const [label, text = "", name = "", ...rest] = line.split(" ");
  const bytes = Buffer.from(text, "base64");
  if (label !== LABEL || rest.length > 0 || bytes.toString("base64") !== text) {
    throw new SignatureError(`it does not begin with the line of a public key, "${LABEL} … NAME"`);
  }
  return { key: publicKey(bytes), name };
}

/** Shortens an id for people. Nothing is decided by it. */
export function shortId(id: string): string {
  return id.slice(0, 16);
}
