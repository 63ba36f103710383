/** A compiled program where Bun's documentation is silent: docs/BUN.md. One is built, and says how it finds itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { stdoutOf } from "../support/run-process.ts";

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("skipped: only root can give a file to another owner");

const folder = realpathSync(mkdtempSync(join(tmpdir(), "ee-bun-")));
const program = join(folder, "program");
/** Where the program puts what it has to take out of itself. */
const scratch = join(folder, "tmp");
let library: string;

/** The program: main.ts lies in the root of the sources, the thread's file in a folder below. */
const MAIN = (path: string) => `import library from ${JSON.stringify(path)} with { type: "file" };
import { Worker } from "node:worker_threads";
import { dlopen } from "bun:ffi";
import { start } from "./threads/start.ts";
const own = { library, main: Bun.main, execPath: process.execPath, url: import.meta.url, folder: import.meta.dirname };
const thread = await start();
const later = (await import("./later.ts")).later();
const open = () => {
  try {
    return dlopen(library, { ee_abi_version: { args: [], returns: "u32" } }).symbols.ee_abi_version() > 0;
  } catch (error) {
    return error.message;
  }
};
console.log(JSON.stringify({ ...own, thread, later, opened: [open(), open()] }));
process.exit();`;
const START = `import { Worker } from "node:worker_threads";
export function start() {
  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
}`;
const WORKER = `import { parentPort } from "node:worker_threads";
parentPort.postMessage(import.meta.url);`;
const LATER = "export const later = () => import.meta.url;";

interface Said {
  readonly library: string;
  readonly main: string;
  readonly execPath: string;
  readonly url: string;
  readonly folder: string;
  readonly thread: string;
  readonly later: string;
  readonly opened: readonly (true | string)[];
}

/** Builds with the options of kit/make/binary.ts. */
beforeAll(async () => {
  library = await hostLibrary();
  mkdirSync(join(folder, "threads"));
  for (const [name, text] of Object.entries({
    "main.ts": MAIN(library),
    "later.ts": LATER,
    "threads/start.ts": START,
    "threads/worker.ts": WORKER,
  })) {
    writeFileSync(join(folder, name), text);
  }
  const result = await Bun.build({
    entrypoints: ["main.ts", "threads/worker.ts"].map((name) => join(folder, name)),
    root: folder,
    splitting: true,
    naming: { entry: "[name].[ext]", asset: "[name].[ext]" },
    minify: true,
    bytecode: true,
    format: "esm",
    compile: { executablePath: process.execPath, outfile: program },
  });
  expect(result.success).toBe(true);
}, COMPILE_TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
});

async function run(path = program): Promise<Said> {
  return JSON.parse(await stdoutOf([path], { cwd: scratch, env: { TMPDIR: scratch } }));
}

describe("paths", () => {
  test("the program is its own main module, below /$bunfs/, named as the build's outfile", async () => {
    const said = await run();
    expect(said).toMatchObject({ main: "/$bunfs/root/program", execPath: program, folder: "/$bunfs/root" });
  });

  test("the path stays when the file is renamed", async () => {
    const renamed = join(folder, "renamed");
    copyFileSync(program, renamed);
    const said = await run(renamed);
    expect(said).toMatchObject({ main: "/$bunfs/root/program", execPath: renamed });
  });

  test("import.meta.url is that of the part that holds the module", async () => {
    expect((await run()).url).toBe("file:///$bunfs/root/program");
  });

  test("a thread's file is found by the name of its source, .ts, beside that part", async () => {
    expect((await run()).thread).toBe("file:///$bunfs/root/worker.js");
  });

  test("what is imported at run time is a part of its own, in the same folder", async () => {
    expect((await run()).later).toMatch(/^file:\/\/\/\$bunfs\/root\/[\w-]+\.js$/);
  });
});

describe("an embedded library", () => {
  const only = () => {
    const names = readdirSync(scratch);
    expect(names).toHaveLength(1);
    return join(scratch, names[0]!);
  };

  test("is copied to the folder for temporary files once, for its owner alone, and stays there", async () => {
    const said = await run();
    expect(said.library).toStartWith("/$bunfs/root/libee.");
    expect(said.opened).toEqual([true, true]);
    const { mode, ino } = lstatSync(only());
    expect(mode & 0o777).toBe(0o600);
    expect(readFileSync(only()).equals(readFileSync(library))).toBe(true);
    expect((await run()).opened).toEqual([true, true]);
    expect(lstatSync(only()).ino).toBe(ino);
  });

  test("a link or a file of another length in the copy's place is replaced, and not written through", async () => {
    await run();
    const copy = only();
    const precious = join(folder, "precious");
    writeFileSync(precious, "precious");
    for (const replace of [() => symlinkSync(precious, copy), () => writeFileSync(copy, "something else")]) {
      rmSync(copy);
      replace();
      expect((await run()).opened).toEqual([true, true]);
      expect(readFileSync(only()).equals(readFileSync(library))).toBe(true);
      expect(lstatSync(copy).isFile()).toBe(true);
    }
    expect(readFileSync(precious, "utf8")).toBe("precious");
  });

  test.skipIf(!isRoot)("a file of another owner in the copy's place is not loaded", async () => {
    await run();
    const copy = only();
    writeFileSync(copy, new Uint8Array(readFileSync(library).length));
    chownSync(copy, 65_534, 65_534);
    expect((await run()).opened).toEqual([true, true]);
  });

  test("a copy of the same owner and length is used without a look at its content", async () => {
    await run();
    const copy = only();
    writeFileSync(copy, new Uint8Array(readFileSync(library).length));
    for (const failure of (await run()).opened) expect(String(failure)).toContain(copy);
  });
});
