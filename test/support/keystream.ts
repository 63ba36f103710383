import { createCipheriv } from "node:crypto";

/** Returns `n` bytes that pass for random and are the same in every run: AES-256-CTR keystream under key `seed`. */
export function keystream(n: number, seed: number): Uint8Array {
  const key = new Uint8Array(32).fill(seed);
  return new Uint8Array(createCipheriv("aes-256-ctr", key, new Uint8Array(16)).update(new Uint8Array(n)));
}

/** Returns `n` numbers in [0, 1), multiples of 2⁻³², the same in every run. */
export function uniforms(n: number, seed: number): Float64Array {
  const words = new Uint32Array(keystream(4 * n, seed).buffer);
  return Float64Array.from(words, (word) => word / 2 ** 32);
}
