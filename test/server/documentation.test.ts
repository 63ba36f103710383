/** The examples of the documents, run as they stand but for the port. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Listening, listen } from "../../src/server/listen.ts";
import { type ServedApp, servedApp } from "../support/served-app.ts";

setDefaultTimeout(60_000);

const ROOT = join(import.meta.dir, "..", "..");
const DOCUMENTED = "http://127.0.0.1:8042";

let served: ServedApp;
let listening: Listening;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  served = servedApp({ mode: "drbg", hosts: "loopback" });
  await served.random.ready();
  listening = await listen({ address: { hostname: "127.0.0.1", port: 0 }, fetch: served.app.fetch });
});
afterAll(async () => {
  served.closing.abort();
  await listening.stop(0);
  served[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

async function output(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { cwd: folder, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

function blocks(document: string, language: string): string[] {
  const text = readFileSync(join(ROOT, document), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map((match) => match[1]!);
}

for (const document of ["docs/API.md", "README.md"]) {
  const lines = blocks(document, "sh").flatMap((block) => block.split("\n"));
  const curls = lines.filter((line) => line.startsWith("curl ") && line.includes(DOCUMENTED));
  for (const curl of curls) {
    test.skipIf(!Bun.which("curl"))(`${document}: ${curl}`, async () => {
      const text = await output(["sh", "-c", curl.replaceAll(DOCUMENTED, listening.url)]);
      if (curl.includes("> random.bin")) expect(Bun.file(join(folder, "random.bin")).size).toBe(100_000);
      else expect(text.length).toBeGreaterThan(10);
      if (/api\/v1\/random|jsonI/.test(curl)) expect(JSON.parse(text).success).toBe(true);
    });
  }
  for (const script of blocks(document, "js").filter((block) => block.includes(DOCUMENTED))) {
    test(`${document}: ${script.split("\n", 1)[0]}`, async () => {
      await output([process.execPath, "-e", script.replaceAll(DOCUMENTED, listening.url)]);
    });
  }
}

test("every endpoint is described", () => {
  const text = readFileSync(join(ROOT, "docs/API.md"), "utf8");
  const paths = served.app.routes.map(({ path }) => path);
  expect(paths.filter((path) => !text.includes(path))).toEqual([]);
});

if (!Bun.which("curl")) console.warn("skipped: examples with curl, which is not installed");
