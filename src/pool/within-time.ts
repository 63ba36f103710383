import { InsufficientEntropyError } from "../errors.ts";
import type { EntropyPool } from "./pool.ts";
import { shortage } from "./status.ts";

/**
 * Waits for entropy at most so long.
 * @param work is given a signal that is aborted when the time is over or `signal` is
 * @throws InsufficientEntropyError when the time is over, saying what is missing; what the work throws
 */
export async function withinTime<T>(
  pool: EntropyPool,
  timeoutMs: number,
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (!timeout.aborted || signal.aborted) throw error;
    throw new InsufficientEntropyError(
      `not enough entropy within ${timeoutMs / 1000} s: ${shortage(pool.status())}`,
      ["'esoteric-entropy pool' shows each source; --timeout waits longer"],
    );
  }
}
