/** The unpacker's file is what its sources make, byte for byte, and asks its host for nothing but the archive. */
import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SourcesUnavailable } from "../../make/crates.ts";
import { buildUnpacker } from "../../make/unpacker.ts";
import { LIBRARIES } from "../../make/unpacker-sources.ts";
import { unpackerModule } from "../../src/archives/unpacker-file.ts";
import description from "../../unpacker/unpacker.json";

const COMMITTED = join(import.meta.dirname, "..", "..", "unpacker");

test("its description has its digest, its size and its libraries", () => {
  const file = readFileSync(join(COMMITTED, "unpacker.wasm"));
  expect(createHash("sha256").update(file).digest("hex")).toBe(description.digest);
  expect(file.length).toBe(description.bytes);
  expect(description.libraries.map(({ name, version }) => `${name} ${version}`)).toEqual(
    LIBRARIES.map(({ name, release }) => `${name} ${release}`),
  );
});

test("its imports: pieces of the archive, and whether to go on", () => {
  const imports = WebAssembly.Module.imports(unpackerModule()).map(({ module, name }) => `${module}.${name}`);
  expect(imports.sort()).toEqual(["ux.passed", "ux.read"]);
});

test("its notices name what is in it", () => {
  const notices = readFileSync(join(COMMITTED, "NOTICES"), "utf8");
  for (const { name, release } of LIBRARIES) expect(notices).toContain(`\n${name} ${release}\n`);
  for (const words of ["Tim Kientzle", "Mark Adler", "Julian Seward", "Meta Platforms", "Rich Felker"]) {
    expect(notices).toContain(words);
  }
});

/** From an empty cache the compiler makes its C library, too: 40 s of a core, on a busy machine much more. */
const LIMIT_MS = 1_800_000;

test(
  "built again, in another folder and with an empty cache: the same files",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "cryptex-unpacker-"));
    try {
      const [outFolder, workFolder, cache] = ["out", "work", "cache"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      await buildUnpacker({ outFolder, workFolder, cache });
      for (const name of ["unpacker.wasm", "unpacker.json", "NOTICES"]) {
        const same = readFileSync(join(outFolder, name)).equals(readFileSync(join(COMMITTED, name)));
        expect({ name, same }).toEqual({ name, same: true });
      }
    } catch (error) {
      if (!(error instanceof SourcesUnavailable)) throw error;
      console.warn(`skipped: the libraries cannot be had: ${error.message}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  LIMIT_MS,
);
