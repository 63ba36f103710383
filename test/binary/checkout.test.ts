/** The library from a checkout, without a release: as docs/LIBRARY.md says, on Bun and on Node. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { stdoutOf } from "../support/run-process.ts";

const ROOT = join(import.meta.dir, "..", "..");
const SCRIPT = `
import { EntropyPool } from "esoteric-entropy";
const pool = await EntropyPool.auto({ sources: "fast" });
console.log(Buffer.from(await pool.randomBytes(32)).toString("hex"));
await pool.close();
`;

let folder: string;

beforeAll(async () => {
  requireBuiltProgram();
  await stdoutOf([process.execPath, "build.ts", "library"], { cwd: ROOT });
  folder = mkdtempSync(join(tmpdir(), "ee-checkout-"));
  // What `npm install ../checkout` makes.
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules", "esoteric-entropy"));
  writeFileSync(join(folder, "script.mjs"), SCRIPT);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const [name, command] of [
  ["Bun", process.execPath],
  ["Node", Bun.which("node") ?? "node"],
] as const) {
  test(`${name} imports it from a checkout`, async () => {
    const text = await stdoutOf([command, "script.mjs"], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder },
    });
    expect(text).toMatch(/^[0-9a-f]{64}\n$/);
  });
}
