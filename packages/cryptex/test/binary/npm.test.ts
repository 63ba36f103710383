/** The npm packages, packed and installed into an empty folder as a user would, without a registry. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildNpmPackages } from "#kit/make/npm.ts";
import { TARGETS } from "#kit/native/target.ts";
import { requireBuiltProgram } from "../../../../test/support/built-program.ts";
import { host } from "../../../../test/support/native-builds.ts";
import { runProcess } from "../../../../test/support/run-process.ts";
import { cryptex } from "../../make/cryptex.ts";
import { VERSION } from "../../src/version.ts";

const scratch = mkdtempSync(join(tmpdir(), "cryptex-npm-"));
const user = join(scratch, "user");
const installed = join(user, "node_modules", "@esoteric-entropy");
const launcher = join(user, "node_modules", ".bin", "cryptex");

const run = (command: readonly string[], cwd = user) => runProcess(command, { cwd });
const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

beforeAll(async () => {
  const archives: string[] = [];
  const binaries = new Map([[host(), requireBuiltProgram("cryptex")]]);
  for (const folder of await buildNpmPackages(cryptex, join(scratch, "npm"), binaries)) {
    const packed = await run(["npm", "pack", "--silent", "--pack-destination", scratch], folder);
    expect(packed.exitCode, packed.stderr).toBe(0);
    archives.push(join(scratch, packed.stdout.trim()));
  }
  mkdirSync(user);
  writeFileSync(join(user, "package.json"), '{ "private": true }');
  writeFileSync(join(user, "rules.yar"), "rule five { condition: filesize == 5 }");
  writeFileSync(join(user, "file"), "12345");
  const flags = ["--offline", "--no-audit", "--no-fund", "--cache", join(scratch, "cache")];
  const { exitCode, stderr } = await run(["npm", "install", ...flags, ...archives]);
  expect(exitCode, stderr).toBe(0);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("the launcher names the package of every target, and runs nothing when installed", () => {
  const manifest = manifestOf(join(installed, "cryptex"));
  const wanted = TARGETS.map((target) => [`@esoteric-entropy/cryptex-${target}`, VERSION]);
  expect(manifest.optionalDependencies).toEqual(Object.fromEntries(wanted));
  expect([manifest.version, manifest.scripts, manifest.dependencies]).toEqual([
    VERSION,
    undefined,
    undefined,
  ]);
});

test("this machine's package has the program, and says for whom it is", () => {
  const folder = join(installed, `cryptex-${host()}`);
  expect(readdirSync(join(folder, "bin"))).toEqual(["cryptex"]);
  const [os, arch] = host().split("-");
  expect(manifestOf(folder)).toMatchObject({ os: [os!], cpu: [arch!], version: VERSION });
});

test("the client and the nodes for Node-RED come beside", async () => {
  const script =
    'import { CryptexClient } from "@esoteric-entropy/cryptex-client"; console.log(CryptexClient.name);';
  const { stdout } = await run(["node", "--input-type=module", "--eval", script]);
  expect(stdout).toBe("CryptexClient\n");
  expect(manifestOf(join(installed, "node-red-cryptex"))).toMatchObject({ version: VERSION });
});

/** As npx starts it; and by a Node that cannot become the program and has to start a child. */
for (const command of [
  ["npx", "--no-install", "--loglevel=silent", "cryptex"],
  ["node", "--import", "data:text/javascript,process.execve=undefined", launcher],
]) {
  test(`${command[0]}: results and exit codes come through`, async () => {
    const scan = [...command, "scan", "file", "--rules", "rules.yar", "--format", "yara"];
    expect(await run(scan)).toEqual({ stdout: "five file\n", stderr: "", exitCode: 0 });
    expect((await run([...scan, "--fail-on", "match"])).exitCode).toBe(4);
  });
}

test("without the package for this machine it says which is missing", async () => {
  const own = join(installed, `cryptex-${host()}`);
  renameSync(own, join(scratch, "elsewhere"));
  try {
    const { exitCode, stdout, stderr } = await run(["node", launcher, "--version"]);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toStartWith(
      `cryptex: error: the package @esoteric-entropy/cryptex-${host()} is not installed\nhint: `,
    );
  } finally {
    renameSync(join(scratch, "elsewhere"), own);
  }
});

/** Makes Node believe that it runs elsewhere. */
const onSystem = (platform: string, arch: string) =>
  `data:text/javascript,${["platform", "arch"]
    .map((name) => `Object.defineProperty(process,'${name}',{value:'${name === "arch" ? arch : platform}'})`)
    .join(";")}`;

test("on Windows and FreeBSD it wants their packages; elsewhere it says for which systems there are builds", async () => {
  for (const [platform, target] of [
    ["win32", "windows-x64"],
    ["freebsd", "freebsd-x64"],
  ] as const) {
    const { stderr } = await run(["node", "--import", onSystem(platform, "x64"), launcher]);
    expect(stderr).toContain(`the package @esoteric-entropy/cryptex-${target} is not installed`);
  }
  const { exitCode, stderr } = await run(["node", "--import", onSystem("linux", "riscv64"), launcher]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("there is no build for linux-riscv64\nhint: there are builds for darwin-arm64, ");
});
