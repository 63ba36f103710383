/** Outputs that must not change unnoticed. `GOLDEN=write bun test …` rewrites them; read the difference before you keep it. */
import { expect } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "..", "golden");

export function expectGolden(name: string, text: string, folder = FOLDER): void {
  const path = join(folder, name);
  if (process.env["GOLDEN"] === "write") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, "utf8"));
}
