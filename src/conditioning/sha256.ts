import { createHash } from "node:crypto";

/** n_out of SHA-256, bits. Its narrowest internal width is the same (SP 800-90B §3.1.5.1.1, Table 1). */
export const OUTPUT_BITS = 256;

/**
 * Bits of credited min-entropy that must go into one block for the block to have full entropy: n_out + 64 = 320, what
 * SP 800-90C asks of a vetted conditioning component. Output_Entropy of SP 800-90B §3.1.5.1.2 then comes to all but
 * about 2⁻⁶⁴ of the 256 bits.
 */
export const FULL_ENTROPY_INPUT_BITS = OUTPUT_BITS + 64;

/** Bytes of one block. */
export const BLOCK_BYTES = OUTPUT_BITS / 8;

/**
 * SHA-256 of concatenated parts, a vetted conditioning component (SP 800-90B §3.1.5.1.1): one 32-byte block after another.
 *
 * It makes no entropy. A block has full entropy only if its parts hold `FULL_ENTROPY_INPUT_BITS`, and whether they do is for
 * the caller to know. Borders between parts do not count: ("ab", "c") gives what ("a", "bc") gives.
 */
export class BlockConditioner {
  #hash = createHash("sha256");

  update(part: Uint8Array): void {
    this.#hash.update(part);
  }

  /** The block of all parts since the last one. */
  finish(): Uint8Array {
    const block = new Uint8Array(this.#hash.digest());
    this.#hash = createHash("sha256");
    return block;
  }
}
