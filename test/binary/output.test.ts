/** Outputs of the compiled program; 100 MB of each mode are in test/live/output.test.ts. */
import { describe, expect, test } from "bun:test";
import { outputOf } from "../support/built-program.ts";
import { expectUniform, repeatedBlocks } from "../support/output-quality.ts";

describe("output is uniform and shares no block with another run", () => {
  for (const [mode, first, second] of [
    ["drbg", "8M", "8M"],
    ["full", "256K", "64K"],
  ] as const) {
    test(mode, async () => {
      const bytes = await outputOf("stream", "--mode", mode, "--bytes", first);
      expectUniform(bytes);
      expect(repeatedBlocks(bytes, await outputOf("stream", "--mode", mode, "--bytes", second))).toBe(0);
    });
  }
});
