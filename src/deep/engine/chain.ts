/**
 * Identifies the bytes that were tested, so that a run which is resumed can tell if it is given the same again: after each unit of
 * UNIT_BYTES the digest is SHA-256(digest ‖ unit), from 32 zero bytes on. Unlike a digest of all bytes it can be kept and gone on with.
 */
import { createHash, type Hash } from "node:crypto";
import { UNIT_BYTES } from "../../../ffi/deep-loops.ts";
import type { Family } from "../family.ts";

const DIGEST_BYTES = 32;

/** The digest at some place. */
export interface Link {
  /** Whole units. */
  readonly bytes: number;
  /** In hexadecimal. */
  readonly digest: string;
}

export const FIRST_LINK: Link = { bytes: 0, digest: "00".repeat(DIGEST_BYTES) };

/** Its one part keeps the digest after all bytes, and the one before their last unit. It observes nothing. */
export const CHAIN: Family = {
  id: "chain",
  title: "Digest of the data",
  parts: () => [
    {
      id: "digest",
      stateBytes: 2 * DIGEST_BYTES,
      feed(state, bytes) {
        for (let at = 0; at < bytes.length; at += UNIT_BYTES) {
          const digest = createHash("sha256")
            .update(state.subarray(0, DIGEST_BYTES))
            .update(bytes.subarray(at, at + UNIT_BYTES))
            .digest();
          state.copyWithin(DIGEST_BYTES, 0, DIGEST_BYTES);
          state.set(digest);
        }
      },
      conclude: () => [],
    },
  ],
};

/** Reads the state of the chain. @param bytes that it has seen, at least a unit */
export function linksOf(state: Uint8Array, bytes: number): { readonly last: Link; readonly before: Link } {
  const digest = (from: number) => Buffer.from(state.subarray(from, from + DIGEST_BYTES)).toString("hex");
  return {
    last: { bytes, digest: digest(0) },
    before: { bytes: bytes - UNIT_BYTES, digest: digest(DIGEST_BYTES) },
  };
}

/** Goes along the chain in pieces of any length. */
export class ChainWalk {
  #digest: string;
  #bytes: number;
  #open: Hash;

  constructor(from: Link) {
    this.#digest = from.digest;
    this.#bytes = from.bytes;
    this.#open = this.#next();
  }

  /** Number of bytes of the stream so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The digest after the last whole unit. */
  get digest(): string {
    return this.#digest;
  }

  update(piece: Uint8Array): void {
    for (let left = piece; left.length > 0; ) {
      const taken = left.subarray(0, UNIT_BYTES - (this.#bytes % UNIT_BYTES));
      this.#open.update(taken);
      this.#bytes += taken.length;
      left = left.subarray(taken.length);
      if (this.#bytes % UNIT_BYTES !== 0) continue;
      this.#digest = this.#open.digest("hex");
      this.#open = this.#next();
    }
  }

  #next(): Hash {
    return createHash("sha256").update(Buffer.from(this.#digest, "hex"));
  }
}
