/** Feeds entropy to Linux's own generator, as `rngd` does: random(4), RNDADDENTROPY. */
import { constants as os } from "node:os";
import { EntropyError, NativeError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";
import type { Generator } from "../../rbg/generator.ts";

/** One block of full entropy. The kernel's generator holds 256 bits, so more at a time would add nothing. */
const BLOCK_BYTES = 32;
/** Entropy of one block as told to the kernel: full. The ledger spends 320 bits on it. */
export const BLOCK_BITS = 8 * BLOCK_BYTES;

/** The call that feeds the kernel; `Host["native"]` has it. */
export type KernelCalls = Pick<Extract<Host["native"], { ok: true }>["library"], "feedKernel">;

/**
 * Feeds the kernel one block and wipes it.
 * @param generator makes full entropy. DRBG output of any length holds no more entropy than its seed
 * @throws EntropyError without the privilege; the signal's reason; InsufficientEntropyError
 */
export async function feedKernel(
  generator: Generator,
  calls: KernelCalls,
  signal: AbortSignal,
): Promise<void> {
  const block = new Uint8Array(BLOCK_BYTES);
  try {
    await generator.fill(block, { signal });
    calls.feedKernel(block, BLOCK_BITS);
  } catch (error) {
    throw asPermissionError(error);
  } finally {
    block.fill(0);
  }
}

function asPermissionError(error: unknown): unknown {
  if (!(error instanceof NativeError) || error.errno !== os.errno.EPERM) return error;
  return new EntropyError("native", "the kernel takes entropy only from a process with CAP_SYS_ADMIN", {
    cause: error,
    hints: ["run it as root, outside a container; docs/DEVICE.md has a systemd unit"],
  });
}
