/**
 * The health tests of the DRBG in use, SP 800-90A rev. 1 §11.3, and its error state (§11.3.6).
 *
 *     instantiation, reseed, every 1,024th request   all known answers: instantiate, reseed, generate, uninstantiate
 *     every request, once its bytes are made         the key stream of a known state
 *
 * No byte of a request is handed on before the second has passed, so that a cipher that goes wrong, and stays so, is found
 * before anything that it made has left. A request takes 0.2 µs longer for it by the processor's AES, and 3 µs by the runtime's,
 * where the smallest takes 2 and 17 (`npm run bench ctr-drbg`); requests for bulk are of 256 KiB.
 *
 * A failure is final: nothing but new self-tests ends it, with a pool that is opened anew or the program started again.
 */
import { timingSafeEqual } from "node:crypto";
import { DrbgError } from "../errors.ts";
import { type DrbgCipher, RUNTIME_CIPHER, SEED_LENGTH, selfTest } from "./ctr-drbg.ts";

/**
 * Requests between two runs of all known answers. A run takes 20 µs by the processor's AES and 50 by the runtime's, some ten of
 * the smallest requests: so it is a hundredth of the work at most.
 */
export const REQUESTS_BETWEEN_RUNS = 1_024;

/** Length of the known key stream: 32 blocks, so that each way that the native library fills a stretch is taken twice. */
const ANSWER_LENGTH = 512;

/** Plain data: part of every status of a pool. */
export interface SelfTestStatus {
  /** *none* before the first run: nothing has been handed out. *failed*: nothing ever will be. */
  readonly state: "none" | "passed" | "failed";
  /** Why it failed. */
  readonly reason?: string;
  /** Runs of all known answers since the pool was opened. */
  readonly runs: number;
}

/** The cipher of a pool's generators, and what its tests have found. */
export class SelfTests {
  readonly #listeners: (() => void)[] = [];
  #failure: string | undefined;
  #runs = 0;
  #requests = 0;
  readonly #state = new Uint8Array(SEED_LENGTH);
  readonly #answer = new Uint8Array(ANSWER_LENGTH);
  /** By the runtime's cipher: another implementation than the native library's. */
  #expected: Uint8Array | undefined;

  /** @param find looks up the AES that makes DRBG output; undefined: the runtime's */
  constructor(private readonly find: () => DrbgCipher | undefined = () => undefined) {}

  get cipher(): DrbgCipher {
    return this.find() ?? RUNTIME_CIPHER;
  }

  /** Says why the DRBG is in its error state; undefined while it is not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Has this called once a test fails. The listener must not throw. */
  onFailure(listener: () => void): void {
    this.#listeners.push(listener);
  }

  status(): SelfTestStatus {
    if (this.#failure !== undefined) return { state: "failed", reason: this.#failure, runs: this.#runs };
    return { state: this.#runs === 0 ? "none" : "passed", runs: this.#runs };
  }

  /** @throws DrbgError in the error state */
  requirePassed(): void {
    if (this.#failure === undefined) return;
    throw new DrbgError(this.#failure, [
      "start the program again, or open the pool anew: it serves only if the self-test passes",
      "if it fails again, the processor, its memory or this build is at fault: use another machine",
      "an emulated one may lack wide AES: for QEMU 7 without KVM, -cpu max,vaes=off",
    ]);
  }

  /** Runs all known answers. @throws DrbgError if one is wrong, now and from then on */
  run(): void {
    this.requirePassed();
    this.#runs += 1;
    this.#requests = 0;
    this.#test(() => selfTest(this.cipher));
  }

  /** Tests the cipher after it has worked for a request. @throws DrbgError as `run`: none of its bytes may be handed on */
  afterRequest(): void {
    this.requirePassed();
    this.#requests += 1;
    if (this.#requests >= REQUESTS_BETWEEN_RUNS) this.run();
    this.#test(() => this.#knownKeyStream());
  }

  #knownKeyStream(): void {
    this.#expected ??= knownKeyStream();
    this.#state.fill(0);
    this.cipher.keyStream(this.#state, this.#answer);
    const { length } = this.#answer;
    if (!timingSafeEqual(this.#answer, this.#expected.subarray(0, length))) throw wrong("key stream");
    if (!timingSafeEqual(this.#state, this.#expected.subarray(length))) throw wrong("next state");
  }

  #test(test: () => void): void {
    try {
      test();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#failure = `the generator is in its error state and hands out nothing: ${why}`;
      for (const listener of this.#listeners) listener();
      this.requirePassed();
    }
  }
}

/** The key stream of a state of zeros, and the state after it. */
function knownKeyStream(): Uint8Array {
  const all = new Uint8Array(ANSWER_LENGTH + SEED_LENGTH);
  const state = all.subarray(ANSWER_LENGTH);
  RUNTIME_CIPHER.keyStream(state, all.subarray(0, ANSWER_LENGTH));
  return all;
}

function wrong(what: string): DrbgError {
  return new DrbgError(`the ${what} of CTR_DRBG is not the known answer`);
}
