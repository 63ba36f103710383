/** Programs as they are released: what they consist of, that they can be reproduced; those that something here can run, run. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildReleaseBinary, releaseName } from "#kit/make/binary.ts";
import { compressed } from "#kit/make/carried-files.ts";
import { ROOT } from "#kit/make/checkout.ts";
import { fetchRuntime } from "#kit/make/package-lock.ts";
import { TARGETS, type Target } from "#kit/native/target.ts";
import { copyCheckout } from "../../../../test/support/checkout-copy.ts";
import { readCodeSignature } from "../../../../test/support/code-signature.ts";
import { readLibraryFile } from "../../../../test/support/library-file.ts";
import { runProcess } from "../../../../test/support/run-process.ts";
import { cryptex } from "../../make/cryptex.ts";
import { VERSION } from "../../src/version.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-targets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const built = new Map<Target, Promise<Buffer>>();

/** Bytes of the program for a target, which is built when it is wanted first. */
function programFor(target: Target): Promise<Buffer> {
  const program = built.get(target) ?? build(target);
  built.set(target, program);
  return program;
}

async function build(target: Target): Promise<Buffer> {
  return readFileSync((await buildReleaseBinary(cryptex, target, folder)).path);
}

const engine = readFileSync(join(ROOT, "packages", "cryptex", "engine", "libyara.wasm"));
const carriedEngine = compressed(engine);

for (const target of TARGETS) {
  test(`${target}: carries the engine, holds no path of this machine, is no larger than 130 MB`, async () => {
    const program = await programFor(target);
    expect(program.includes(carriedEngine)).toBe(true);
    for (const path of [folder, ROOT]) expect(program.includes(path)).toBe(false);
    expect(program.length).toBeLessThanOrEqual(130e6);
  });
}

/** One of each kind of file: ELF, signed Mach-O, PE. For this machine's own, `binary` takes the Bun that is running. */
for (const target of ["freebsd-x64", "darwin-arm64", "windows-x64"] as const) {
  test(`${target}: built in another folder, from a third one, the same bytes`, async () => {
    const there = readFileSync(await buildInCopy(target));
    expect(there.equals(await programFor(target))).toBe(true);
  });
}

/** Builds in a copy of the project, by a process of its own that works in a folder outside it. Returns the path. */
async function buildInCopy(target: Target): Promise<string> {
  const copy = join(folder, "there", "and", "deeper");
  if (!existsSync(copy)) copyCheckout(copy);
  const build = [join(copy, "build.ts"), "binary", "--product=cryptex", `--target=${target}`];
  const { exitCode, stderr } = await runProcess([process.execPath, ...build], { cwd: folder });
  expect(exitCode, stderr).toBe(0);
  return join(folder, stderr.trim());
}

for (const target of ["darwin-arm64", "darwin-x64"] as const) {
  test(`${target}: for that machine and macOS 13, signed as cryptex, every page right`, async () => {
    const program = await programFor(target);
    const machine = target === "darwin-arm64" ? "arm64" : "x64";
    expect(readLibraryFile(program)).toMatchObject({
      format: "Mach-O",
      machine,
      minimumOs: "13.0",
      signed: true,
    });
    const signature = readCodeSignature(program);
    expect(signature).toMatchObject({ identifier: "cryptex", adHoc: true, wrongPages: [] });
    expect([signature.codeLimit, signature.end]).toEqual([signature.start, program.length]);
  });
}

test("windows-x64: a console program for that machine", async () => {
  const program = await programFor("windows-x64");
  const header = program.readUInt32LE(0x3c); // PE format: the offset of its header
  expect(program.toString("latin1", header, header + 4)).toBe("PE\0\0");
  expect(program.readUInt16LE(header + 4)).toBe(0x8664); // IMAGE_FILE_MACHINE_AMD64
  expect(program.readUInt16LE(header + 24)).toBe(0x20b); // PE32+
  expect(program.readUInt16LE(header + 24 + 68)).toBe(3); // IMAGE_SUBSYSTEM_WINDOWS_CUI
});

test("freebsd-x64: a program for that system", async () => {
  const program = await programFor("freebsd-x64");
  expect(readLibraryFile(program)).toMatchObject({ format: "ELF", machine: "x64" });
  expect(program[7]).toBe(9); // ELFOSABI_FREEBSD
});

/** Runs a program for another machine, or another C library, with nothing in its environment. */
async function expectToWork(command: readonly string[]): Promise<void> {
  const cwd = mkdtempSync(join(folder, "work-"));
  writeFileSync(join(cwd, "rules.yar"), 'rule needle { strings: $a = "needle" condition: $a }');
  writeFileSync(join(cwd, "hay"), "a needle in it");
  const run = (...args: string[]) => runProcess([...command, ...args], { cwd, env: {} });
  expect(await run("--version")).toEqual({ stdout: `${VERSION}\n`, stderr: "", exitCode: 0 });
  const { stdout, exitCode } = await run("scan", "hay", "--rules", "rules.yar", "--format", "yara");
  expect([stdout, exitCode]).toEqual(["needle hay\n", 0]);
}

const pathOf = async (target: Target) => {
  await programFor(target);
  return join(folder, releaseName(cryptex, target));
};

describe("linux-arm64", () => {
  const emulator = Bun.which("qemu-aarch64-static");
  const libraries = "/usr/aarch64-linux-gnu";
  const runs = emulator !== null && existsSync(join(libraries, "lib", "libc.so.6"));
  if (!runs) {
    console.log(
      "skipped: running linux-arm64 takes qemu-user-static, libc6-arm64-cross, libstdc++6-arm64-cross",
    );
  }

  test("is for that machine", async () => {
    expect(readLibraryFile(await programFor("linux-arm64"))).toMatchObject({
      format: "ELF",
      machine: "arm64",
    });
  });

  test.skipIf(!runs)("works under emulation", async () =>
    expectToWork([emulator!, "-L", libraries, await pathOf("linux-arm64")]),
  );
});

describe("linux-x64-musl", async () => {
  const obstacle = await muslObstacle();
  if (obstacle !== undefined) console.log(`skipped: running linux-x64-musl: ${obstacle}`);

  test("is for that machine and that C library", async () => {
    const { needed } = readLibraryFile(await programFor("linux-x64-musl"));
    expect(needed.toSorted()).toEqual(["libc.musl-x86_64.so.1", "libstdc++.so.6"]);
  });

  test.skipIf(obstacle !== undefined)("works", async () => expectToWork([await pathOf("linux-x64-musl")]));
});

/** Explains why no program for musl starts here, in the words of its loader; undefined if one does. */
async function muslObstacle(): Promise<string | undefined> {
  const loader = "/lib/ld-musl-x86_64.so.1";
  if (process.arch !== "x64" || !existsSync(loader)) return `there is no ${loader} (Debian package musl)`;
  const { exitCode, stderr } = await runProcess([await fetchRuntime("linux-x64-musl"), "--version"]);
  return exitCode === 0 ? undefined : stderr.split("\n")[0];
}
