/** Programs as they are released: what they consist of, that they can be reproduced; those that something here can run, run. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildReleaseBinary } from "#kit/make/binary.ts";
import { ROOT } from "#kit/make/checkout.ts";
import { fetchRuntime } from "#kit/make/package-lock.ts";
import type { Target } from "#kit/native/target.ts";
import { esotericEntropy } from "../../make/esoteric-entropy.ts";
import manifest from "../../package.json" with { type: "json" };
import { requireBuiltProgram } from "../support/built-program.ts";
import { copyCheckout } from "../support/checkout-copy.ts";
import { readCodeSignature } from "../support/code-signature.ts";
import { embeddedLibraries } from "../support/embedded-libraries.ts";
import { readLibraryFile } from "../support/library-file.ts";
import { exportedNames, host } from "../support/native-builds.ts";
import { runProcess } from "../support/run-process.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-targets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Built twice, in copies of the project whose paths have nothing in common: one ELF and one signed Mach-O program. */
const REPRODUCED: ReadonlySet<Target> = new Set([host(), "darwin-arm64"]);
const COPIES = [join(folder, "here"), join(folder, "there", "and", "deeper")] as const;

const built = new Map<Target, Promise<string>>();

/** Path of the program for a target, built when it is wanted first. */
function programFor(target: Target): Promise<string> {
  const path = built.get(target) ?? build(target);
  built.set(target, path);
  return path;
}

async function build(target: Target): Promise<string> {
  if (REPRODUCED.has(target)) return buildIn(COPIES[0], target);
  return (await buildReleaseBinary(esotericEntropy, target, folder)).path;
}

/** Builds the program in a copy of the project, in a process of its own. Returns its path. */
async function buildIn(copy: string, target: Target): Promise<string> {
  if (!existsSync(copy)) copyCheckout(copy);
  const command = [process.execPath, "build.ts", "binary", `--target=${target}`];
  const { exitCode, stderr } = await runProcess(command, { cwd: copy });
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining("dist/esoteric-entropy")]);
  return join(copy, stderr.trim());
}

for (const target of REPRODUCED) {
  test(`${target}: built in two folders, the same bytes, with the path of neither`, async () => {
    const here = readFileSync(await programFor(target));
    const there = readFileSync(await buildIn(COPIES[1], target));
    expect(there.equals(here)).toBe(true);
    for (const path of [folder, ROOT]) expect(here.includes(path)).toBe(false);
  });
}

/** The library that the sources use, among those that a program carries. */
function ownLibrary(program: Uint8Array) {
  const libraries = embeddedLibraries(program).filter((each) => each.exports.includes("ee_abi_version"));
  expect(libraries).toHaveLength(1);
  return libraries[0]!;
}

for (const target of ["darwin-arm64", "darwin-x64"] as const) {
  describe(target, () => {
    const machine = target.replace("darwin-", "");

    test("is for that machine and macOS 13, and wants nothing that macOS has not", async () => {
      const file = readLibraryFile(readFileSync(await programFor(target)));
      expect(file).toMatchObject({ format: "Mach-O", machine, minimumOs: "13.0", signed: true });
      expect(file.needed.toSorted()).toEqual([
        "/usr/lib/libSystem.B.dylib",
        "/usr/lib/libc++.1.dylib",
        "/usr/lib/libicucore.A.dylib",
        "/usr/lib/libresolv.9.dylib",
      ]);
    });

    test("carries the native library of that machine, whole", async () => {
      const library = ownLibrary(readFileSync(await programFor(target)));
      expect(library).toMatchObject({ machine, minimumOs: "13.0", exports: exportedNames });
      expect(library.needed).toEqual(["/usr/lib/libSystem.B.dylib"]);
      if (library.signed) expect(readCodeSignature(library.bytes).wrongPages).toEqual([]);
      expect(library.signed === true || target === "darwin-x64").toBe(true);
    });

    test("carries the terminal library of that machine", async () => {
      const libraries = embeddedLibraries(readFileSync(await programFor(target)));
      const terminal = libraries.filter((each) => each.exports.includes("createRenderer"));
      expect(terminal.map((each) => each.machine)).toEqual([machine as "arm64" | "x64"]);
    });

    test("is signed as esoteric-entropy, every page right, to the end of the file", async () => {
      const program = readFileSync(await programFor(target));
      const signature = readCodeSignature(program);
      expect(signature).toMatchObject({ identifier: "esoteric-entropy", adHoc: true, wrongPages: [] });
      expect(signature.codeLimit).toBe(signature.start);
      expect(signature.end).toBe(program.length);
    });
  });
}

/** Runs it with nothing in its environment. */
const run = (command: readonly string[]) => runProcess(command, { cwd: folder, env: {} });

/** Runs a program for another machine, or another C library, through the things it must be able to do here. */
async function expectToWork(command: readonly string[]): Promise<void> {
  expect(await run([...command, "--version"])).toEqual({
    stdout: `${manifest.version}\n`,
    stderr: "",
    exitCode: 0,
  });
  const scanned = await run([...command, "scan", "--json"]);
  expect(scanned.exitCode).toBe(0);
  const native = JSON.parse(scanned.stdout).sources.find(
    (source: { id: string }) => source.id === "clock_jitter",
  );
  expect(native.available).toBe(true);
  // Noise that an emulator shows is no evidence: what it is worth here is said here. One of the two is fast, the other
  // is on every machine.
  const hex = ["--format", "hex"];
  const sources = ["--sources", "cpu_trng,vmstat", "--credit", "cpu_trng=4,vmstat=0.5", "--uncalibrated"];
  const credited = [...sources, "--timeout", "120"];
  const streamed = await run([...command, "stream", "--bytes", "32", ...hex, ...credited]);
  expect(streamed).toMatchObject({ stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/), exitCode: 0 });
  // By the native library: its AES passes the self-test, or there would be nothing.
  const bulk = await run([...command, "stream", "--mode", "drbg", "--bytes", "256K", ...hex, ...credited]);
  expect(bulk).toMatchObject({ stdout: expect.stringMatching(/^[0-9a-f]{524288}\n$/), exitCode: 0 });
}

describe("linux-arm64", () => {
  const emulator = Bun.which("qemu-aarch64-static");
  const libraries = "/usr/aarch64-linux-gnu";
  const runs = emulator !== null && existsSync(join(libraries, "lib", "libc.so.6"));
  if (!runs) {
    console.log(
      "skipped: running linux-arm64 takes qemu-user-static, libc6-arm64-cross, libstdc++6-arm64-cross",
    );
  }

  test("is for that machine, as is its library", async () => {
    const program = readFileSync(await programFor("linux-arm64"));
    expect(readLibraryFile(program)).toMatchObject({ format: "ELF", machine: "arm64" });
    expect(ownLibrary(program)).toMatchObject({ machine: "arm64", exports: exportedNames });
  });

  test.skipIf(!runs)("works under emulation", async () =>
    expectToWork([emulator!, "-L", libraries, await programFor("linux-arm64")]),
  );
});

describe("linux-x64-musl", async () => {
  const obstacle = await muslObstacle();
  if (obstacle !== undefined) console.log(`skipped: running linux-x64-musl: ${obstacle}`);

  test("is for that machine and that C library, as is its library", async () => {
    const program = readFileSync(await programFor("linux-x64-musl"));
    expect(readLibraryFile(program).needed.toSorted()).toEqual(["libc.musl-x86_64.so.1", "libstdc++.so.6"]);
    expect(ownLibrary(program)).toMatchObject({
      machine: "x64",
      needed: ["libc.so"],
      exports: exportedNames,
    });
  });

  test.skipIf(obstacle !== undefined)("works", async () =>
    expectToWork([await programFor("linux-x64-musl")]),
  );
});

/** Why no program for musl starts here, in the words of its loader; nothing if one does. */
async function muslObstacle(): Promise<string | undefined> {
  const loader = "/lib/ld-musl-x86_64.so.1";
  if (process.arch !== "x64" || !existsSync(loader)) return `there is no ${loader} (Debian package musl)`;
  const { exitCode, stderr } = await run([await fetchRuntime("linux-x64-musl"), "--version"]);
  return exitCode === 0 ? undefined : stderr.split("\n")[0];
}

describe("this machine's program", () => {
  test("is no larger than 130 MB", () => {
    expect(readFileSync(requireBuiltProgram()).length).toBeLessThanOrEqual(130e6);
  });

  test("holds no path of the machine it was built on", () => {
    expect(readFileSync(requireBuiltProgram()).includes(ROOT)).toBe(false);
  });
});
