/**
 * Raw data (SP 800-90B §2.2.1) and the one lossy step on the way of a byte: sample → symbol.
 */

/** Consecutive samples as digitized, oldest first. Nothing has been done to them. */
export interface RawTrace {
  readonly sourceId: string;
  /** One measured integer an entry: ticks, a count, a level; the source's `unit` says which. */
  readonly samples: BigUint64Array;
  /** Warm-up samples dropped before the first of these. */
  readonly discarded: number;
  /** When sampling began, nanoseconds of the sampling thread's monotonic clock. Says what was concurrent; carries no credit. */
  readonly startedNs: number;
  /** How long it took. For rates only; carries no credit. */
  readonly elapsedNs: number;
}

/** Bytes of one sample in memory and in files: an unsigned 64-bit integer, little-endian. */
export const SAMPLE_BYTES = 8;

/** Returns the trace as it lies in memory, `SAMPLE_BYTES` a sample: conditioning absorbs this. */
export function traceBytes(trace: RawTrace): Uint8Array {
  const { buffer, byteOffset, byteLength } = trace.samples;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * The low `bits` bits of each sample, one symbol a byte: what health tests and estimators see.
 * Timing deltas keep their noise there; what lies above is drift and interruptions (SP 800-90B §6.4 asks for
 * at most 8 bits).
 * @throws RangeError unless 1 ≤ bits ≤ 8
 */
export function toSymbols(trace: RawTrace, bits: number): Uint8Array {
  if (!Number.isInteger(bits) || bits < 1 || bits > 8)
    throw new RangeError(`symbol bits ${bits} not in 1..8`);
  const bytes = traceBytes(trace);
  const symbols = new Uint8Array(trace.samples.length);
  const mask = (1 << bits) - 1;
  for (let i = 0; i < symbols.length; i++) symbols[i] = bytes[i * SAMPLE_BYTES]! & mask;
  return symbols;
}
