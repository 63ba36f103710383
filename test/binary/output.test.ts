/** Long outputs of the compiled program. The full-mode one of 100 MB takes a quarter of an hour: test/live/output.test.ts */
import { expect, test } from "bun:test";
import { outputOf } from "../support/built-program.ts";
import { expectUniform, repeatedBlocks } from "../support/output-quality.ts";

const TIMEOUT_MS = 120_000;

test(
  "100 MB of drbg output are uniform and share no block with another run",
  async () => {
    const first = await outputOf("stream", "--mode", "drbg", "--bytes", "100M");
    expectUniform(first);
    const second = await outputOf("stream", "--mode", "drbg", "--bytes", "10M");
    expect(repeatedBlocks(first, second)).toBe(0);
  },
  TIMEOUT_MS,
);

test(
  "full-entropy output is uniform and shares no block with another run",
  async () => {
    const [first, second] = [
      await outputOf("stream", "--bytes", "256K"),
      await outputOf("stream", "--bytes", "64K"),
    ];
    expectUniform(first);
    expect(repeatedBlocks(first, second)).toBe(0);
  },
  TIMEOUT_MS,
);
