import { createCipheriv } from "node:crypto";
import { DrbgError } from "../errors.ts";

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
  const stream = cipher.update(ZERO_PLAINTEXT.subarray(0, outEnd + SEED_LENGTH));
  out.set(stream.subarray(0, out.length));
  state.set(stream.subarray(outEnd));
  stream.fill(0);
  counter.fill(0);
};

/** The plaintext of every pass: as long as the longest request and the state after it. */
const ZERO_PLAINTEXT = new Uint8Array(MAX_REQUEST_LENGTH + SEED_LENGTH);

/** V + 1 mod 2¹²⁸, big-endian. */
function incremented(block: Uint8Array): Uint8Array {
  const next = Uint8Array.from(block);
  for (let i = BLOCK_LENGTH - 1; i >= 0; i--) {
    next[i]! += 1;
    if (next[i] !== 0) break;
  }
  return next;
}

/** With the derivation function an entropy input holds at least the security strength, 256 bits, of entropy. */
export const MIN_ENTROPY_INPUT_LENGTH = 256 / 8;

/** A nonce has at least half the security strength (§8.6.7). */
export const MIN_NONCE_LENGTH = 256 / 2 / 8;

/** reseed_interval: 2⁴⁸ requests between two reseeds. */
export const MAX_RESEED_INTERVAL = 2 ** 48;

export interface CtrDrbgSeed {
  /**
   * Bytes from an entropy source, or already conditioned. With the derivation function 32 bytes or more that hold at
   * least 256 bits of entropy; without it exactly 48 bytes of full entropy.
   */
  readonly entropyInput: Uint8Array;
  /** With the derivation function required, 16 bytes or more, never used twice (§8.6.7); without it not allowed. */
  readonly nonce?: Uint8Array;
  /** Any bytes that tell this instance from others; need not be secret. Without derivation function 48 at most. */
  readonly personalization?: Uint8Array;
}

export interface CtrDrbgOptions {
  /** Whether input goes through Block_Cipher_df (§10.3.2). Default true. */
  readonly derivationFunction?: boolean;
  /**
   * Prediction resistance (§9.3): called before every request for a fresh entropy input, as `entropyInput` above.
   * What it throws goes to the caller of `generate`, and the state stays as it was.
   */
  readonly freshEntropy?: () => Uint8Array;
  /** Requests allowed between two reseeds, 1..2⁴⁸ (default). */
  readonly reseedInterval?: number;
  /** What makes the output; usually the runtime's cipher. */
  readonly keyStream?: KeyStream | undefined;
}

/**
 * CTR_DRBG with AES-256, SP 800-90A rev. 1 §10.2.1, counter field of the whole block (ctr_len = 128).
 *
 * Making one is Instantiate (§10.2.1.3). It is as good as its entropy inputs, which it cannot judge: it checks their
 * lengths only. State and intermediate values are overwritten once used, as far as the runtime lets go of them; inputs
 * stay the caller's to overwrite.
 */
export class CtrDrbg {
  /** Key ‖ V. */
  readonly #state = new Uint8Array(SEED_LENGTH);
  readonly #derivationFunction: boolean;
  readonly #freshEntropy: (() => Uint8Array) | undefined;
  readonly #reseedInterval: number;
  readonly #keyStream: KeyStream;
  #instantiated = true;
  /** reseed_counter − 1. */
  #requests = 0;

  /** @throws DrbgError if an input has a length that the standard does not allow */
  constructor(seed: CtrDrbgSeed, options: CtrDrbgOptions = {}) {
    const { derivationFunction = true, freshEntropy, reseedInterval = MAX_RESEED_INTERVAL } = options;
    const { keyStream = cipherKeyStream } = options;
    if (!Number.isInteger(reseedInterval) || reseedInterval < 1 || reseedInterval > MAX_RESEED_INTERVAL) {
      throw new RangeError(`the reseed interval must be from 1 to 2^48 requests, not ${reseedInterval}`);
    }
    this.#derivationFunction = derivationFunction;
    this.#freshEntropy = freshEntropy;
    this.#reseedInterval = reseedInterval;
    this.#keyStream = keyStream;
    const { nonce = EMPTY, personalization = EMPTY } = seed;
    requireBytes("nonce", nonce);
    if (derivationFunction && nonce.length < MIN_NONCE_LENGTH) {
      throw new DrbgError(`the nonce must have 16 bytes or more, not ${nonce.length}`);
    }
    if (!derivationFunction && nonce.length > 0) {
      throw new DrbgError("without the derivation function there is no nonce");
    }
    this.#seed(seed.entropyInput, nonce, personalization);
  }

  /** Requests served since the last (re)seed. */
  get requestsSinceReseed(): number {
    return this.#requests;
  }

  /**
   * Reseed, §10.2.1.4.
   * @throws DrbgError if an input has a length that the standard does not allow, or after `uninstantiate`
   */
  reseed(entropyInput: Uint8Array, additionalInput: Uint8Array = EMPTY): void {
    this.#requireInstantiated();
    this.#seed(entropyInput, EMPTY, additionalInput);
  }

  /**
   * One request, §10.2.1.5: `length` bytes, 65,536 at most.
   * @throws DrbgError if more is asked for, if a reseed is due, or after `uninstantiate`
   */
  generate(length: number, additionalInput: Uint8Array = EMPTY): Uint8Array {
    if (!Number.isInteger(length) || length < 0) throw new RangeError(`length must not be ${length}`);
    if (length > MAX_REQUEST_LENGTH) {
      throw new DrbgError(`a request is for ${MAX_REQUEST_LENGTH} bytes at most, not ${length}`);
    }
    this.#requireRequests(1);
    const out = new Uint8Array(length);
    this.#request(out, additionalInput);
    return out;
  }

  /**
   * Fills `out`, of any length, by as many requests of 65,536 bytes as it takes.
   * @throws DrbgError as `generate`; nothing is written if the requests left before the next reseed are too few, but
   *   part of `out` is if `freshEntropy` fails on the way
   */
  generateInto(out: Uint8Array): void {
    requireBytes("out", out);
    this.#requireRequests(Math.ceil(out.length / MAX_REQUEST_LENGTH));
    for (let start = 0; start < out.length; start += MAX_REQUEST_LENGTH) {
      this.#request(out.subarray(start, start + MAX_REQUEST_LENGTH), EMPTY);
    }
  }

  /** Uninstantiate, §9.4: overwrites the state. Every later call but this one fails. */
  uninstantiate(): void {
    this.#state.fill(0);
    this.#instantiated = false;
  }

  /** What Instantiate and Reseed share: seed_material to a new Key and V. */
  #seed(entropyInput: Uint8Array, nonce: Uint8Array, other: Uint8Array): void {
    requireBytes("entropy input", entropyInput);
    requireBytes("personalization or additional input", other);
    const { length } = entropyInput;
    if (this.#derivationFunction ? length < MIN_ENTROPY_INPUT_LENGTH : length !== SEED_LENGTH) {
      const allowed = this.#derivationFunction ? "32 bytes or more" : "48 bytes";
      throw new DrbgError(`an entropy input must have ${allowed}, not ${length}`);
    }
    const seedMaterial = this.#derivationFunction
      ? blockCipherDf([entropyInput, nonce, other])
      : padded(other);
    if (!this.#derivationFunction) for (let i = 0; i < SEED_LENGTH; i++) seedMaterial[i]! ^= entropyInput[i]!;
    this.#advance(EMPTY, seedMaterial);
    this.#requests = 0;
    seedMaterial.fill(0);
  }

  /** One request, the checks done. */
  #request(out: Uint8Array, additionalInput: Uint8Array): void {
    let provided: Uint8Array | undefined;
    if (this.#freshEntropy !== undefined) {
      // §9.3.1 step 7: the additional input goes into the reseed, and none into the request itself.
      this.#seed(this.#freshEntropy(), EMPTY, additionalInput);
    } else if (additionalInput.length > 0) {
      // Step 2.
      requireBytes("additional input", additionalInput);
      provided = this.#derivationFunction ? blockCipherDf([additionalInput]) : padded(additionalInput);
      this.#advance(EMPTY, provided);
    }
    // Steps 3 to 6.
    this.#advance(out, provided);
    this.#requests += 1;
    provided?.fill(0);
  }

  /** `out` from the key stream, and a new Key ‖ V. With an empty `out` this is CTR_DRBG_Update (§10.2.1.2). */
  #advance(out: Uint8Array, provided: Uint8Array | undefined): void {
    const state = this.#state;
    this.#keyStream(state, out);
    if (provided) for (let i = 0; i < SEED_LENGTH; i++) state[i]! ^= provided[i]!;
  }

  #requireInstantiated(): void {
    if (!this.#instantiated) throw new DrbgError("this DRBG was uninstantiated");
  }

  #requireRequests(count: number): void {
    this.#requireInstantiated();
    // With prediction resistance each request brings its own reseed.
    if (this.#freshEntropy === undefined && this.#requests + count > this.#reseedInterval) {
      throw new DrbgError(
        `reseed needed: at most ${this.#reseedInterval} requests are served between reseeds`,
      );
    }
  }
}

const EMPTY = new Uint8Array(0);
const ZEROS = new Uint8Array(SEED_LENGTH);

/** Input without derivation function: zeros appended up to seedlen. */
function padded(input: Uint8Array): Uint8Array {
  if (input.length > SEED_LENGTH) {
    throw new DrbgError(`without the derivation function input has 48 bytes at most, not ${input.length}`);
  }
  const seed = new Uint8Array(SEED_LENGTH);
  seed.set(input);
  return seed;
}

/** Block_Cipher_df, §10.3.2, of the concatenated inputs, to seedlen bits. */
function blockCipherDf(inputs: readonly Uint8Array[]): Uint8Array {
  const inputLength = inputs.reduce((sum, input) => sum + input.length, 0);
  // §10.3.2: L is a 32-bit number of bytes. Table 3 allows 2³⁵ bits = 2³² bytes for each input.
  if (inputLength >= 2 ** 32) throw new DrbgError("input to the derivation function is too long");
  // Steps 2 to 5, with room for the IV in front: IV ‖ L ‖ N ‖ input ‖ 0x80 ‖ zeros to the block border.
  const s = new Uint8Array(BLOCK_LENGTH + Math.ceil((8 + inputLength + 1) / BLOCK_LENGTH) * BLOCK_LENGTH);
  const view = new DataView(s.buffer);
  view.setUint32(BLOCK_LENGTH, inputLength);
  view.setUint32(BLOCK_LENGTH + 4, SEED_LENGTH);
  let end = BLOCK_LENGTH + 8;
  for (const input of inputs) {
    s.set(input, end);
    end += input.length;
  }
  s[end] = 0x80;
  // Steps 6 to 9: BCC (§10.3.3) is CBC from a zero IV of which the last block is kept.
  // On memory of its own: Bun would move a small array when a part of it is first taken, and leave a copy behind.
  const temp = new Uint8Array(new ArrayBuffer(SEED_LENGTH));
  for (let i = 0; i < SEED_LENGTH / BLOCK_LENGTH; i++) {
    view.setUint32(0, i);
    const chain = cbc(DF_KEY, ZEROS.subarray(0, BLOCK_LENGTH), s);
    temp.set(chain.subarray(-BLOCK_LENGTH), i * BLOCK_LENGTH);
    chain.fill(0);
  }
  // Steps 10 to 15: X ← E(K, X) again and again is CBC over zeros with IV X.
  const seed = cbc(temp.subarray(0, KEY_LENGTH), temp.subarray(KEY_LENGTH), ZEROS);
  s.fill(0);
  temp.fill(0);
  return seed;
}

/** Step 8 of Block_Cipher_df: 00 01 02 … 1F. */
const DF_KEY = Uint8Array.from({ length: KEY_LENGTH }, (_, i) => i);

/** AES-256-CBC of whole blocks. */
function cbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  cipher.setAutoPadding(false);
  return cipher.update(blocks);
}

function requireBytes(name: string, value: unknown): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`);
}
