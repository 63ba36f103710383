/** Runs the examples of docs/API.md, with the port changed. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { examplesIn } from "../../support/documented.ts";
import { stdoutOf } from "../../support/run-process.ts";
import { type ListeningApp, listeningApp } from "../../support/served-app.ts";

const ROOT = join(import.meta.dir, "..", "..", "..");
const DOCUMENT = "docs/API.md";
const DOCUMENTED = "http://127.0.0.1:8042";

let served: ListeningApp;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  served = await listeningApp({ hosts: "loopback" });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const output = (command: readonly string[]) => stdoutOf(command, { cwd: folder });

const lines = examplesIn(DOCUMENT, "sh").flatMap(({ text }) => text.split("\n"));
for (const curl of lines.filter((line) => line.startsWith("curl ") && line.includes(DOCUMENTED))) {
  test.skipIf(!Bun.which("curl"))(curl, async () => {
    const text = await output(["sh", "-c", curl.replaceAll(DOCUMENTED, served.url)]);
    if (curl.includes("> random.bin")) expect(Bun.file(join(folder, "random.bin")).size).toBe(100_000);
    else expect(text.length).toBeGreaterThan(10);
    if (/api\/v1\/random|jsonI|\/\?length/.test(curl)) expect(JSON.parse(text).success).toBe(true);
  });
}

for (const { place, text } of examplesIn(DOCUMENT, "js").filter((each) => each.text.includes(DOCUMENTED))) {
  test(place, async () => {
    await output([process.execPath, "-e", text.replaceAll(DOCUMENTED, served.url)]);
  });
}

test("every endpoint is described", () => {
  const text = readFileSync(join(ROOT, DOCUMENT), "utf8");
  const paths = served.app.routes.map(({ path }) => path);
  expect(paths.filter((path) => !text.includes(path))).toEqual([]);
});

if (!Bun.which("curl")) console.warn("skipped: examples with curl, which is not installed");
