/**
 * Sealing of seeds: files in the format age (age-encryption.org/v1) for a hybrid recipient, of ML-KEM-768 and X25519, so that both have to
 * be broken. `age -d` opens them, too. Nothing here is of our own making.
 */
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import { InputError } from "../errors.ts";
import { isRecipient } from "./answer.ts";

/** Prefix, and length in Bech32 (BIP 173) of a seed of 32 bytes with six characters of checksum. */
const IDENTITY = /^AGE-SECRET-KEY-PQ-1[02-9AC-HJ-NP-Z]{58}$/;

export interface Identity {
  /** Secret: opens what is sealed to `recipient`. */
  readonly secret: string;
  readonly recipient: string;
}

/** Makes one of the operating system's generator. */
export async function newIdentity(): Promise<Identity> {
  return identityOf(await generateHybridIdentity());
}

/** @throws InputError unless it is a hybrid identity */
export async function identityOf(secret: string): Promise<Identity> {
  if (!IDENTITY.test(secret)) {
    throw new InputError("it is no hybrid identity of age", {
      hints: ["it begins with AGE-SECRET-KEY-PQ-1"],
    });
  }
  try {
    return { secret, recipient: await identityToRecipient(secret) };
  } catch (cause) {
    throw new InputError("it is no identity of age: a character is wrong", { cause });
  }
}

/** Makes what seals to a recipient. @throws InputError for one that is none */
export function sealer(recipient: string): (seed: Uint8Array) => Promise<Uint8Array> {
  if (!isRecipient(recipient)) {
    throw new InputError("it is no hybrid recipient of age", { hints: ["it begins with age1pq1"] });
  }
  const encrypter = new Encrypter();
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new InputError("it is no recipient of age: a character is wrong", { cause });
  }
  return (seed) => encrypter.encrypt(seed);
}

/** Full entropy, as it is drawn for a seed. */
export interface SeedDraw {
  /** Resolves with so many bytes. */
  readonly draw: (bytes: number, signal: AbortSignal) => Promise<Uint8Array>;
  /** Changes when this process was copied: what was drawn before, the copy has, too. */
  readonly epoch: () => number;
}

/** Draws a seed and seals it, which nobody else then has. @throws as `draw` */
export async function sealedSeed(
  { draw, epoch }: SeedDraw,
  seal: ReturnType<typeof sealer>,
  bytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  for (;;) {
    const before = epoch();
    const seed = await draw(bytes, signal);
    try {
      const sealed = await seal(seed);
      if (epoch() === before) return sealed;
    } finally {
      seed.fill(0);
    }
  }
}

/** @throws InputError where it is damaged, no file of age, or sealed to somebody else */
export async function unseal(sealed: Uint8Array, { secret }: Pick<Identity, "secret">): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  try {
    return await decrypter.decrypt(sealed);
  } catch (cause) {
    throw new InputError(`it cannot be opened: ${(cause as Error).message}`, { cause });
  }
}
