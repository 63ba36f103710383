import { createHash } from "node:crypto";

/** n_out of SHA-256, bits. Its narrowest internal width is the same (SP 800-90B §3.1.5.1.1, Table 1). */
export const OUTPUT_BITS = 256;

/**
 * Bits of credited min-entropy that must go into one block for the block to count as full entropy: n_out + 64 = 320, what
 * SP 800-90C asks of a vetted conditioning component. Output_Entropy of SP 800-90B §3.1.5.1.2 then falls short of the 256
 * bits by a fraction of about 2⁻⁶⁴. It holds as far as the credit is true: no source here is validated.
 */
export const FULL_ENTROPY_INPUT_BITS = OUTPUT_BITS + 64;

/** Bytes of one block. */
export const BLOCK_BYTES = OUTPUT_BITS / 8;

/**
 * Makes 32-byte blocks, each the SHA-256 of its concatenated parts: a vetted conditioning component (SP 800-90B §3.1.5.1.1).
 *
 * It adds no entropy. A block has full entropy only if its parts hold `FULL_ENTROPY_INPUT_BITS`, which is for the caller to
 * ensure. Borders between parts do not matter: ("ab", "c") and ("a", "bc") give the same block.
 */
export class BlockConditioner {
  #hash = createHash("sha256");

  update(part: Uint8Array): void {
    this.#hash.update(part);
  }

  /** Returns the block of all parts since the last block. */
  finish(): Uint8Array {
    const block = new Uint8Array(this.#hash.digest());
    this.#hash = createHash("sha256");
    return block;
  }
}
