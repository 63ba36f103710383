/** The engine's file is what its sources make, byte for byte, and asks nothing of its host but a clock and the reader of signatures. */
import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import description from "../../engine/libyara.json";
import { SourcesUnavailable } from "../../make/crates.ts";
import { buildEngine } from "../../make/engine.ts";
import { engineCode } from "../../src/engine/engine-file.ts";

const COMMITTED = join(import.meta.dirname, "..", "..", "engine");

test("its description has its digest and its size", () => {
  const file = readFileSync(join(COMMITTED, "libyara.wasm"));
  expect(createHash("sha256").update(file).digest("hex")).toBe(description.digest);
  expect(file.length).toBe(description.bytes);
});

test("its imports", () => {
  const imports = WebAssembly.Module.imports(engineCode().module).map(
    ({ module, name }) => `${module}.${name}`,
  );
  expect(imports.sort()).toEqual(["cx.authenticode", "cx.clock"]);
});

test("its notices name what is in it", () => {
  const notices = readFileSync(join(COMMITTED, "NOTICES"), "utf8");
  for (const words of ["The YARA Authors", "Trend Micro", "Avast Software", "Rich Felker", "Nuxi"]) {
    expect(notices).toContain(words);
  }
});

/** From an empty cache the compiler makes its C library, too: 50 s of a core, on a busy machine much more. */
const LIMIT_MS = 1_800_000;

test(
  "built again, in another folder and with an empty cache: the same files",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "cryptex-engine-"));
    try {
      const [outFolder, workFolder, cache] = ["out", "work", "cache"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      const written = await buildEngine({ outFolder, workFolder, cache });
      expect(written).toHaveLength(3);
      expect(existsSync(cache)).toBe(true);
      for (const name of ["libyara.wasm", "libyara.json", "NOTICES"]) {
        const same = readFileSync(join(outFolder, name)).equals(readFileSync(join(COMMITTED, name)));
        expect({ name, same }).toEqual({ name, same: true });
      }
    } catch (error) {
      if (!(error instanceof SourcesUnavailable)) throw error;
      console.warn(`skipped: YARA's sources cannot be had: ${error.message}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  LIMIT_MS,
);
