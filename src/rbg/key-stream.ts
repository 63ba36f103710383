import { createCipheriv } from "node:crypto";

/** SP 800-90A rev. 1, Table 3, AES-256: sizes in bytes. */
export const KEY_LENGTH = 32;
export const BLOCK_LENGTH = 16;

/** seedlen: 384 bits. */
export const SEED_LENGTH = KEY_LENGTH + BLOCK_LENGTH;

/** max_number_of_bits_per_request: 2¹⁹ bits, 65,536 bytes. */
export const MAX_REQUEST_LENGTH = 2 ** 16;

/**
 * The costly step of CTR_DRBG(AES-256), counter field of the whole block (ctr_len = 128). `state` is Key ‖ V. Fills `out`,
 * {@link MAX_REQUEST_LENGTH} bytes at most, with the key stream of Key from V + 1 on, and replaces `state` by the 48 bytes
 * of key stream that follow at the next block border.
 */
export type KeyStream = (state: Uint8Array, out: Uint8Array) => void;

/**
 * By the cipher that the runtime brings, in one pass of AES-CTR over zeros. OpenSSL and BoringSSL increment the block as
 * one 128-bit number with wrap-around, as ctr_len = 128 demands.
 */
export const cipherKeyStream: KeyStream = (state, out) => {
  const counter = incremented(state.subarray(KEY_LENGTH));
  const outEnd = Math.ceil(out.length / BLOCK_LENGTH) * BLOCK_LENGTH;
  const cipher = createCipheriv("aes-256-ctr", state.subarray(0, KEY_LENGTH), counter);
  const stream = cipher.update(ZEROS.subarray(0, outEnd + SEED_LENGTH));
  out.set(stream.subarray(0, out.length));
  state.set(stream.subarray(outEnd));
  stream.fill(0);
  counter.fill(0);
};

/** The plaintext of every pass: as long as the longest request and the state after it. */
const ZEROS = new Uint8Array(MAX_REQUEST_LENGTH + SEED_LENGTH);

/** V + 1 mod 2¹²⁸, big-endian. */
function incremented(block: Uint8Array): Uint8Array {
  const next = Uint8Array.from(block);
  for (let i = BLOCK_LENGTH - 1; i >= 0; i--) {
    next[i]! += 1;
    if (next[i] !== 0) break;
  }
  return next;
}
