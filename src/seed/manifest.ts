/**
 * Manifests: a server says of a seed, and signs, for whom it is, for which question, and how much entropy went in. The seed stands in none of it.
 *
 *     {"bits":384,"bytes":48,"recipient":"…","request":"…","sealed":"…","server":"…"}
 */
import { createHash } from "node:crypto";
import { countOf, hexOf, membersOf, textOf } from "#kit/signing/canonical-json.ts";
import type { SecretKey } from "#kit/signing/keys.ts";
import type { Lineage } from "#kit/signing/lineage.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { type Block, parseBlocks, signStatement } from "#kit/signing/statement.ts";
import { judge } from "#kit/signing/trust.ts";

const TYPE = "seed";

/** The most that DRBGs of SP 800-90A take as a seed at once: 384 bits, of CTR_DRBG with AES-256 (table 3). */
export const SEED_BYTES = 48;

export interface Manifest {
  /** The server's name of itself. */
  readonly server: string;
  /** SHA-256 of the recipient, hex. */
  readonly recipient: string;
  /** The number that came with the question, hex. */
  readonly request: string;
  /** SHA-256 of the sealed seed, hex. */
  readonly sealed: string;
  /** Length of the seed. */
  readonly bytes: number;
  /** Entropy in it that was credited, bits. */
  readonly bits: number;
}

/** A manifest that holds. */
export interface SignedManifest extends Manifest {
  /** Name under which the signer is trusted. */
  readonly signer: string;
  /** Id of the key that signed, hex. */
  readonly key: string;
  /** When it was signed, by the server's clock. */
  readonly time: string;
}

/** Returns the SHA-256, hex. */
export function digestOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** @returns text of four lines */
export function signManifest(manifest: Manifest, key: SecretKey, now = new Date()): string {
  return signStatement(TYPE, { ...manifest }, key, now);
}

/** Members by which a manifest is known to be the answer to a question. */
export type Expected = Pick<Manifest, "recipient" | "request" | "sealed">;

/** @throws SignatureError saying what does not hold */
export function checkManifest(text: string, expected: Expected, trusted: readonly Lineage[]): SignedManifest {
  const blocks = parseBlocks(Buffer.from(text));
  const [block] = blocks;
  if (!block || blocks.length > 1) throw new SignatureError("it is not one statement");
  const { signer, faults } = judge(block, [], trusted);
  if (!signer || faults.length > 0) throw new SignatureError(faults.join("; "));
  const manifest = manifestIn(block);
  for (const [name, what] of Object.entries(MEANINGS)) {
    const key = name as keyof Expected;
    if (manifest[key] !== expected[key]) throw new SignatureError(`it is for another ${what}`);
  }
  return { ...manifest, signer: signer.lineage.name, key: block.statement.key, time: block.statement.time };
}

const MEANINGS: Readonly<Record<keyof Expected, string>> = {
  recipient: "recipient",
  request: "request: an old answer, or one to somebody else",
  sealed: "seed than the one beside it",
};

function manifestIn({ statement: { type, members } }: Block): Manifest {
  if (type !== TYPE) throw new SignatureError(`it is a statement of type "${type}"`);
  const { server, recipient, request, sealed, bytes, bits } = membersOf(members, [
    "server",
    "recipient",
    "request",
    "sealed",
    "bytes",
    "bits",
  ]);
  const manifest = {
    server: textOf(server, "server"),
    recipient: hexOf(recipient, "recipient"),
    request: hexOf(request, "request"),
    sealed: hexOf(sealed, "sealed"),
    bytes: countOf(bytes, "bytes"),
    bits: countOf(bits, "bits"),
  };
  if (manifest.bytes !== SEED_BYTES) throw new SignatureError(`a seed has ${SEED_BYTES} bytes`);
  if (manifest.bits > 8 * manifest.bytes) throw new SignatureError("more entropy is claimed than fits in");
  return manifest;
}
