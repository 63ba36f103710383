/** Digests and public keys of signatures, by node:crypto. Counts the work, and says what node:crypto cannot do. */
import { constants, createHash, createPublicKey, type KeyObject, publicDecrypt, verify } from "node:crypto";
import { ReadingLimits } from "./ber.ts";
import { type Certificate, keyTypeOf } from "./certificates.ts";
import { algorithmOf } from "./object-identifiers.ts";

/** Far more than the two or three signatures and time stamps of a file; at most a few seconds for keys made to be slow. */
const MAX_KEY_USES = 500;

/** Holds together what the reading of one file shares: limits, clock, and what could not be worked out. */
export class Examination {
  readonly limits = new ReadingLimits();
  /** Reasons why something that upstream shows may be wrong. */
  readonly notEvaluated = new Set<string>();
  readonly #keys = new WeakMap<Certificate, KeyObject | undefined>();
  #keyUses = MAX_KEY_USES;

  constructor(readonly nowSeconds: number) {}

  /**
   * Returns the digest, by its name in node:crypto, that OpenSSL finds under an identifier. Undefined where it finds none, and where
   * node:crypto lacks it, which is noted.
   */
  digestOf(oid: string): string | undefined {
    const { name, digest, lacksDigest } = algorithmOf(oid);
    if (lacksDigest === true) this.notEvaluated.add(`no digest ${name} here`);
    return digest;
  }

  /** Tells whether a signature over `data` is one of this certificate's key. RSA with PKCS #1 v1.5, ECDSA. */
  verifies(certificate: Certificate, digest: string, data: Uint8Array, signature: Uint8Array): boolean {
    const type = keyTypeOf(certificate);
    if (type === "RSA" || type === "EC")
      return this.#use(certificate, (key) => verify(digest, data, key, signature)) ?? false;
    // OpenSSL's EVP_VerifyFinal takes no Ed25519 or Ed448 keys either.
    if (type !== undefined && type !== "ED25519" && type !== "ED448")
      this.notEvaluated.add(`no signatures with keys of type ${type} here`);
    return false;
  }

  /** Returns the bytes that a signature was made of by RSA with PKCS #1 v1.5; undefined where it was not made so. */
  recover(certificate: Certificate, signature: Uint8Array): Uint8Array | undefined {
    if (keyTypeOf(certificate) !== "RSA") return undefined;
    return this.#use(certificate, (key) =>
      publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature),
    );
  }

  /** Returns undefined where the key or its use fails. */
  #use<T>(certificate: Certificate, use: (key: KeyObject) => T): T | undefined {
    if (this.#keyUses-- <= 0) {
      this.notEvaluated.add(`more than ${MAX_KEY_USES} signatures`);
      return undefined;
    }
    const key = this.#keyOf(certificate);
    if (key === undefined) return undefined;
    try {
      return use(key);
    } catch {
      // What does not fit the key (padding, length, form) is an error in node:crypto, and merely no valid signature here.
      return undefined;
    }
  }

  #keyOf(certificate: Certificate): KeyObject | undefined {
    if (!this.#keys.has(certificate)) this.#keys.set(certificate, this.#importKey(certificate));
    return this.#keys.get(certificate);
  }

  #importKey({ publicKey }: Certificate): KeyObject | undefined {
    try {
      return createPublicKey({ key: Buffer.from(publicKey.der), format: "der", type: "spki" });
    } catch {
      // BoringSSL refuses keys that OpenSSL takes: RSA below 512 bits, curves other than NIST's.
      this.notEvaluated.add(
        `a public key (${algorithmOf(publicKey.algorithm).name}) that cannot be used here`,
      );
      return undefined;
    }
  }
}

export function digestBytes(digest: string, data: Uint8Array): Uint8Array {
  return createHash(digest).update(data).digest();
}
