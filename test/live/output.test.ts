/**
 * 100 MB of this machine's output in each mode; in full mode that takes a quarter of an hour. Runs with EE_LIVE=1 only:
 * EE_LIVE=1 npm test -- test/live/output.test.ts
 */
import { describe, expect, test } from "bun:test";
import { outputOf } from "../support/built-program.ts";
import { expectUniform, repeatedBlocks } from "../support/output-quality.ts";

const LIVE = process.env["EE_LIVE"] === "1";
const TIMEOUT_MS = 2 * 3600 * 1000;

if (!LIVE) console.log("skipped: 100 MB of output; EE_LIVE=1 makes them");

describe.skipIf(!LIVE)("100 MB are uniform and share no block with another run", () => {
  for (const mode of ["full", "drbg"]) {
    test(
      mode,
      async () => {
        const first = await outputOf("stream", "--mode", mode, "--bytes", "100M");
        expectUniform(first);
        const second = await outputOf("stream", "--mode", mode, "--bytes", "1M");
        expect(repeatedBlocks(first, second)).toBe(0);
      },
      TIMEOUT_MS,
    );
  }
});
