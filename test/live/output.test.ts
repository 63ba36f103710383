/** Full-entropy output of this machine's own noise, 100 MB of it: a quarter of an hour. EE_LIVE=1 npm test -- test/live/output.test.ts */
import { expect, test } from "bun:test";
import { outputOf } from "../support/built-program.ts";
import { expectUniform, repeatedBlocks } from "../support/output-quality.ts";

const TIMEOUT_MS = 2 * 3600 * 1000;

test(
  "100 MB of full-entropy output are uniform and share no block with another run",
  async () => {
    const first = await outputOf("stream", "--bytes", "100M");
    expectUniform(first);
    expect(repeatedBlocks(first, await outputOf("stream", "--bytes", "1M"))).toBe(0);
  },
  TIMEOUT_MS,
);
