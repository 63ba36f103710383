/** The engine outside of Bun's own runs: in plain Node, and in a compiled program and its threads. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import wasm from "../../engine/libyara.wasm" with { type: "file" };
import { ENGINE } from "../../src/engine/engine-file.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-hosts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ENGINE_FOLDER = join(import.meta.dirname, "..", "..", "src", "engine");
const SCAN = `
  const { rules } = engine.compile(Buffer.from('import "hash" rule r { strings: $a = "abc" condition: $a and hash.md5(0, 3) == "900150983cd24fb0d6963f7d28e17f72" }'), { filename: "" });
  const again = engine.load(rules.save());
  engine.buffer(3).set(Buffer.from("abc"));
  const { matches } = again.scan(3, { timeoutMs: 1000, maxMatches: 1, externals: { filename: "x" } });`;
const EXPECTED = [{ rule: 0, strings: [{ string: 0, total: 1, matches: [{ offset: 0, length: 3 }] }] }];

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function output(command: readonly string[]): Promise<unknown> {
  const process = Bun.spawn([...command], { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [text, messages, code] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
    process.exited,
  ]);
  if (code !== 0) throw new Error(messages);
  return JSON.parse(text);
}

async function bundle(options: Bun.BuildConfig): Promise<void> {
  const { success, logs } = await Bun.build(options);
  if (!success) throw new AggregateError(logs, "bundling failed");
}

test("plain Node", async () => {
  const node = Bun.which("node");
  if (node === null) return console.warn("skipped: node is not installed");
  const main = write(
    "node.ts",
    `import { readFileSync } from "node:fs";
     import { Libyara } from ${JSON.stringify(join(ENGINE_FOLDER, "libyara.ts"))};
     const module = new WebAssembly.Module(readFileSync(process.argv[2]));
     const engine = new Libyara({ module, digest: process.argv[3] });
     ${SCAN}
     console.log(JSON.stringify(matches));`,
  );
  await bundle({ entrypoints: [main], target: "node", outdir: folder, naming: "node.mjs" });
  expect(await output([node, "node.mjs", wasm, ENGINE.digest])).toEqual(EXPECTED);
});

test("a compiled program: the file is in it, for its threads too", async () => {
  const engine = JSON.stringify(join(ENGINE_FOLDER, "engine-file.ts"));
  const libyara = JSON.stringify(join(ENGINE_FOLDER, "libyara.ts"));
  const thread = write(
    "thread.ts",
    `import { parentPort, workerData } from "node:worker_threads";
     import { engineCode } from ${engine};
     import { Libyara } from ${libyara};
     const answers = [workerData, engineCode()].map((code) => { const engine = new Libyara(code); ${SCAN} return matches; });
     parentPort.postMessage(answers);`,
  );
  const main = write(
    "main.ts",
    `import { Worker } from "node:worker_threads";
     import { engineCode } from ${engine};
     import { Libyara } from ${libyara};
     const engine = new Libyara(engineCode());
     ${SCAN}
     const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData: engineCode() });
     worker.once("message", (answers) => { console.log(JSON.stringify([matches, ...answers])); process.exit(); });`,
  );
  const outfile = join(folder, "program");
  // As kit/make/binary.ts names files within a program.
  await bundle({
    entrypoints: [main, thread],
    root: folder,
    target: "bun",
    naming: { entry: "[name].[ext]", asset: "[name].[ext]" },
    compile: { outfile },
  });
  rmSync(main);
  rmSync(thread);
  expect(await output([outfile])).toEqual([EXPECTED, EXPECTED, EXPECTED]);
});
