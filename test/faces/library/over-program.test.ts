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
