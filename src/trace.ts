/**
 * Raw data (SP 800-90B §2.2.1) and the one lossy step on the way of a byte: sample → symbol.
 */

/** Consecutive samples as digitized, oldest first. Nothing has been done to them. */
export interface RawTrace {
  readonly sourceId: string;
  /** Measured integers in the source's `unit`. */
  readonly samples: BigUint64Array;
  /** Number of warm-up samples dropped before the first. */
  readonly discarded: number;
  /** Start of sampling by the sampling thread's monotonic clock, ns. Shows which traces overlap; carries no credit. */
  readonly startedNs: number;
  /** Duration of sampling. For rates only; carries no credit. */
  readonly elapsedNs: number;
}

/** Bytes of one sample in memory and in files: an unsigned 64-bit integer, little-endian. */
export const SAMPLE_BYTES = 8;

/** Views the samples as bytes, `SAMPLE_BYTES` each: the input of conditioning. */
export function traceBytes(trace: Pick<RawTrace, "samples">): Uint8Array {
  const { buffer, byteOffset, byteLength } = trace.samples;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Returns the low `bits` bits of each sample, one symbol a byte: the input of health tests and estimators.
 * Timing deltas keep their noise there; the bits above hold drift and interruptions (SP 800-90B §6.4 asks for
 * at most 8 bits).
 * @throws RangeError unless 1 ≤ bits ≤ 8
 */
export function toSymbols(trace: Pick<RawTrace, "samples">, bits: number): Uint8Array {
  return symbolsOfBytes(traceBytes(trace), bits);
}

/** Returns the same of samples as files hold them, `SAMPLE_BYTES` each. @throws RangeError unless 1 ≤ bits ≤ 8 */
export function symbolsOfBytes(bytes: Uint8Array, bits: number): Uint8Array {
  if (!Number.isInteger(bits) || bits < 1 || bits > 8)
    throw new RangeError(`symbol bits ${bits} not in 1..8`);
  const symbols = new Uint8Array(bytes.length / SAMPLE_BYTES);
  const mask = (1 << bits) - 1;
  for (let i = 0; i < symbols.length; i++) symbols[i] = bytes[i * SAMPLE_BYTES]! & mask;
  return symbols;
}
