/** A cipher that goes wrong, and a pool whose output shows nothing but what the cipher made. */
import { type DrbgCipher, RUNTIME_CIPHER } from "../../src/rbg/ctr-drbg.ts";
import { FakeSystem } from "./fake-system.ts";

const WRONG = 0xee;

/** Works until it is broken. From then on all that it makes is one byte again and again, its states too. */
export class FailingCipher implements DrbgCipher {
  calls = 0;
  /** Calls of the key stream that still go right. */
  goodCalls = Number.POSITIVE_INFINITY;

  constructor(private readonly good: DrbgCipher = RUNTIME_CIPHER) {}

  readonly keyStream = (state: Uint8Array, out: Uint8Array) => {
    this.calls += 1;
    if (this.goodCalls > 0) {
      this.goodCalls -= 1;
      this.good.keyStream(state, out);
      return;
    }
    out.fill(WRONG);
    state.fill(WRONG);
  };

  readonly derive = (input: Uint8Array, out: Uint8Array) => this.good.derive(input, out);

  breakAfter(calls: number): void {
    this.goodCalls = calls;
  }

  heal(): void {
    this.goodCalls = Number.POSITIVE_INFINITY;
  }
}

/** Equal bytes in a row that good output has nowhere: 2⁻⁵⁶ for each place. */
const RUN = 8;

/** Tells whether bytes of a broken cipher are among these, as they are or XORed with the zeros of `zeroPool`. */
export function hasWrongBytes(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).includes(new Uint8Array(RUN).fill(WRONG));
}

/** Full entropy that is all zeros, so that full mode hands out the cipher's bytes as they are. */
export const zeroPool = {
  extract: async (length: number) => new Uint8Array(length),
  shortage: () => "",
};

export class FailingSystem extends FakeSystem {
  constructor(readonly cipher: DrbgCipher) {
    super();
  }

  override drbgCipher(): DrbgCipher {
    return this.cipher;
  }
}
