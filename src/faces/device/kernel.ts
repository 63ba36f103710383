/** Feeds entropy to Linux's own generator, as `rngd` does: random(4), RNDADDENTROPY, RNDRESEEDCRNG. */
import { constants as os } from "node:os";
import { EntropyError, NativeError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";
import type { Generator } from "../../rbg/generator.ts";

/** One block of full entropy. The kernel's generator holds 256 bits, so more at a time would add nothing. */
const BLOCK_BYTES = 32;
/** Entropy of one block as told to the kernel: full. The ledger spends 320 bits on it. */
export const BLOCK_BITS = 8 * BLOCK_BYTES;

/** The calls that feed the kernel; `Host["native"]` has them. */
export type KernelCalls = Pick<
  Extract<Host["native"], { ok: true }>["library"],
  "feedKernel" | "reseedKernel"
>;

export class KernelFeed {
  #blocks = 0;
  /** Why the kernel last did not take a block in at once. It is said when it changes. */
  #delay: string | undefined;

  /**
   * @param generator makes full entropy. DRBG output of any length holds no more entropy than its seed
   * @param warn is told why the kernel takes what it gets in its own time
   */
  constructor(
    private readonly generator: Generator,
    private readonly calls: KernelCalls,
    private readonly warn: (text: string) => void,
  ) {}

  /** Blocks that the kernel has got. */
  get blocks(): number {
    return this.#blocks;
  }

  /**
   * Feeds the kernel one block, wipes it, and has the kernel take it in.
   * @throws EntropyError without the privilege; the signal's reason; InsufficientEntropyError
   */
  async feed(signal: AbortSignal): Promise<void> {
    const block = new Uint8Array(BLOCK_BYTES);
    try {
      await this.generator.fill(block, { signal });
      this.calls.feedKernel(block, BLOCK_BITS);
    } catch (error) {
      throw asPermissionError(error);
    } finally {
      block.fill(0);
    }
    this.#blocks += 1;
    this.#reseed();
  }

  /** The block is in the kernel's pool and counted already: where the kernel refuses, it takes it in a minute or so later. */
  #reseed(): void {
    const delay = this.#refusal();
    if (delay !== undefined && delay !== this.#delay) {
      this.warn(`the kernel takes the entropy in at its own time: ${delay}`);
    }
    this.#delay = delay;
  }

  #refusal(): string | undefined {
    try {
      this.calls.reseedKernel();
      return undefined;
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      return REFUSALS.get(error.errno) ?? error.message;
    }
  }
}

const NO_SUCH_CALL = "it is too old to be told (RNDRESEEDCRNG, Linux 4.17)";

const REFUSALS: ReadonlyMap<number | undefined, string> = new Map([
  [os.errno.EINVAL, NO_SUCH_CALL],
  [os.errno.ENOTTY, NO_SUCH_CALL],
  [os.errno.ENODATA, "it has counted too little since it started, and is not ready"],
  [os.errno.EPERM, "it lets this process bring entropy, but not say when (RNDRESEEDCRNG)"],
]);

function asPermissionError(error: unknown): unknown {
  if (!(error instanceof NativeError) || error.errno !== os.errno.EPERM) return error;
  return new EntropyError("native", "the kernel takes entropy only from a process with CAP_SYS_ADMIN", {
    cause: error,
    hints: ["run it as root, outside a container; docs/DEVICE.md has a systemd unit"],
  });
}
