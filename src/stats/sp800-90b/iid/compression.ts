import { DecimalCompressor } from "./bzip2/compressed-length.ts";
import type { IidData } from "./iid-data.ts";

/**
 * Compression test statistic, SP 800-90B §5.1.11: the length in bytes of the values, written in decimal with a space
 * between them and compressed by bzip2. The standard names no level; NIST's program takes 5.
 */
export function compressionOf(data: IidData): (symbols: Uint8Array) => number {
  const counts = new Int32Array(data.values.length);
  for (const symbol of data.symbols) counts[symbol]!++;
  const compressor = new DecimalCompressor(data.values, counts, data.symbols.length);
  return (symbols) => compressor.lengthOf(symbols);
}
