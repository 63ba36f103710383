/** Files that a program of one file has in it: compressed there (kit/make/carried-files.ts), and as they are when run from source. */
import { readFileSync } from "node:fs";

/** Magic number of a Zstandard frame, RFC 8878 §3.1.1. */
const ZSTANDARD = 0xfd2f_b528;

/** @param path as `import path from "…" with { type: "file" }` gives it */
export function readCarried(path: string): Buffer<ArrayBuffer> {
  const bytes = readFileSync(path);
  const isCompressed = bytes.length >= 4 && bytes.readUInt32LE(0) === ZSTANDARD;
  // Its types leave open that the memory is shared.
  return isCompressed ? (Bun.zstdDecompressSync(bytes) as Buffer<ArrayBuffer>) : bytes;
}
