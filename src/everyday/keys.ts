/** Key pairs of X25519 (RFC 7748) as age and WireGuard write them. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { bech32 } from "./bech32.ts";

export const KEY_BYTES = 32;

/** Bits of an X25519 key that matter: clamping fixes the three lowest and the two highest of 256. */
export const X25519_BITS = 251;

export interface KeyPair {
  readonly secret: string;
  readonly public: string;
}

/** Writes an age identity and its recipient: https://age-encryption.org/v1, "The X25519 recipient type". @param seed 32 random bytes */
export function ageKeys(seed: Uint8Array): KeyPair {
  return {
    secret: bech32("age-secret-key-", seed).toUpperCase(),
    public: bech32("age", publicKey(seed)),
  };
}

/** Writes both keys as `wg genkey` and `wg pubkey` do: clamped, in base64. @param seed 32 random bytes */
export function wireGuardKeys(seed: Uint8Array): KeyPair {
  const clamped = Buffer.from(seed);
  clamped[0]! &= 0b1111_1000;
  clamped[31]! &= 0b0111_1111;
  clamped[31]! |= 0b0100_0000;
  const keys = {
    secret: clamped.toString("base64"),
    public: Buffer.from(publicKey(clamped)).toString("base64"),
  };
  clamped.fill(0);
  return keys;
}

/** Bytes before the 32 of a private X25519 key in PKCS #8 (RFC 8410, §7). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b656e04220420", "hex");

function publicKey(secret: Uint8Array): Uint8Array {
  const der = Buffer.concat([PKCS8_HEAD, secret]);
  const key = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  der.fill(0);
  return key.export({ format: "der", type: "spki" }).subarray(-KEY_BYTES);
}
