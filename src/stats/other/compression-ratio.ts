import { deflateRawSync } from "node:zlib";
import type { TestHeader, TestResult } from "../result.ts";
import { notEnoughData } from "./not-enough-data.ts";

/** DEFLATE spends a byte or two of its own, so shorter data cannot shrink. */
const MINIMUM_BYTES = 32;

/**
 * Shrinks the bytes with DEFLATE (RFC 1951): compressed length / length.
 *
 * The verdict needs no simulation. A DEFLATE stream marks its own end, so no stream begins another, and by Kraft's
 * inequality at most 2^L inputs have a stream of L bits or fewer. Of the 2^(8n) equally likely inputs, a share of at
 * most 2^−s is therefore shortened by s bits: p = 2^−s, at most 1 (the coding test of B. Ryabko and V. Monarev, J.
 * Stat. Plan. Inference 133 (2005) 95–110). This is a bound, so uniform data nearly always give p = 1: a small p is
 * proof, a large one says nothing.
 */
export function compressionRatio(bytes: Uint8Array): TestResult {
  const header: TestHeader = {
    suite: "battery",
    test: "compression-ratio",
    section: "RFC 1951; Ryabko & Monarev 2005",
    params: { level: 6 },
    n: bytes.length,
  };
  if (bytes.length < MINIMUM_BYTES) return notEnoughData(header, MINIMUM_BYTES, "bytes");
  const compressedBytes = deflateRawSync(bytes, { level: 6 }).length;
  return {
    ...header,
    kind: "hypothesis",
    statistic: compressedBytes / bytes.length,
    pValues: [Math.min(1, 2 ** (8 * (compressedBytes - bytes.length)))],
    details: { compressedBytes },
  };
}
