import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEngine } from "../../../src/faces/library/over-program.ts";

test("full entropy is asked for in pieces that arrive within the limit however slowly it comes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "over-program-"));
  try {
    const program = join(folder, "program");
    const script = join(import.meta.dir, "..", "..", "support", "picky-program.ts");
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${script}'\n`, { mode: 0o755 });
    const engine = await startEngine({
      sources: "fast",
      familyShare: 1,
      uncalibrated: false,
      requireCalibration: false,
      timeoutMs: 60_000,
      program,
      onSourceFailed() {},
    });
    try {
      expect((await engine.bytes(10_000, "full")).every((byte) => byte === 1)).toBe(true);
      expect((await engine.bytes(3_000_000, "drbg")).length).toBe(3_000_000);
    } finally {
      await engine.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a copy of the process drops the bytes that lie ready, and asks again for those that were on their way", async () => {
  const program = join(import.meta.dir, "..", "..", "support", "fake-program.mjs");
  let boot = 1n;
  const identity = (words: BigUint64Array) => void words.fill(boot);
  const options = {
    sources: "fast",
    familyShare: 1,
    uncalibrated: false,
    requireCalibration: false,
    timeoutMs: 60_000,
    program,
    onSourceFailed() {},
  };
  const engine = await startEngine(options, identity);
  try {
    // The fake program's first answer is all ones, its second all twos, and so on.
    const now = () => {
      const out = new Uint8Array(4);
      engine.fillNow(out);
      return [...out];
    };
    expect(now()).toEqual([1, 1, 1, 1]);
    expect(now()).toEqual([1, 1, 1, 1]);
    boot += 1n;
    while (engine.epoch === 0);
    expect(now()).toEqual([2, 2, 2, 2]);
    const asked = engine.bytes(4, "drbg");
    boot += 1n;
    expect([...(await asked)]).toEqual([4, 4, 4, 4]);
    expect(engine.epoch).toBe(2);
    expect(now()).toEqual([5, 5, 5, 5]);
  } finally {
    await engine.close();
  }
});
