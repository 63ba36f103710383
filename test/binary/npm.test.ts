/** The npm packages, packed and installed into an empty folder as a user would, without a registry. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { libraryFile } from "#kit/native/target.ts";
import { esotericEntropy } from "../../make/esoteric-entropy.ts";
import project from "../../package.json" with { type: "json" };
import { host } from "../support/native-builds.ts";
import { npmPackages } from "../support/npm-packages.ts";
import { runProcess } from "../support/run-process.ts";

const scratch = mkdtempSync(join(tmpdir(), "ee-npm-"));
const user = join(scratch, "user");
const platformPackage = join(user, "node_modules", "@esoteric-entropy", host());
const launcher = join(user, "node_modules", ".bin", "esoteric-entropy");

const run = (command: readonly string[], cwd = user) => runProcess(command, { cwd });

beforeAll(async () => {
  const archives: string[] = [];
  for (const folder of await npmPackages()) {
    const packed = await run(["npm", "pack", "--silent", "--pack-destination", scratch], folder);
    expect(packed.exitCode, packed.stderr).toBe(0);
    archives.push(join(scratch, packed.stdout.trim()));
  }
  mkdirSync(user);
  writeFileSync(join(user, "package.json"), '{ "private": true }');
  const flags = ["--offline", "--no-audit", "--no-fund", "--cache", join(scratch, "cache")];
  const installed = await run(["npm", "install", ...flags, ...archives]);
  expect(installed.exitCode, installed.stderr).toBe(0);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("what is installed", () => {
  const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

  test("the launcher names the package of every target, in its own version, and runs nothing when installed", () => {
    const manifest = manifestOf(join(user, "node_modules", "esoteric-entropy"));
    const wanted = esotericEntropy.targets.map((target) => [`@esoteric-entropy/${target}`, project.version]);
    expect(manifest.optionalDependencies).toEqual(Object.fromEntries(wanted));
    expect(manifest.version).toBe(project.version);
    expect([manifest.scripts, manifest.dependencies, manifest.private]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("this machine's package has the program and the library, and says for whom it is", () => {
    expect(readdirSync(join(platformPackage, "bin"))).toEqual(["esoteric-entropy"]);
    expect(statSync(join(platformPackage, "bin", "esoteric-entropy")).mode & 0o111).toBe(0o111);
    expect(readdirSync(join(platformPackage, "lib"))).toEqual([libraryFile("ee", host())]);
    const [os, arch] = host().split("-");
    expect(manifestOf(platformPackage)).toMatchObject({ os: [os!], cpu: [arch!], version: project.version });
  });
});

/** As npx starts it; and by a Node that cannot become the program and has to start a child. */
const WAYS: Record<string, readonly string[]> = {
  npx: ["npx", "--no-install", "--loglevel=silent", "esoteric-entropy"],
  "by a child": ["node", "--import", "data:text/javascript,process.execve=undefined", launcher],
};

for (const [name, command] of Object.entries(WAYS)) {
  describe(name, () => {
    test("32 bytes, and nothing else is said", async () => {
      const streamed = await run([
        ...command,
        "stream",
        "--bytes",
        "32",
        "--format",
        "hex",
        "--timeout",
        "60",
        "--uncalibrated",
      ]);
      expect(streamed).toEqual({
        stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/),
        stderr: "",
        exitCode: 0,
      });
    });

    test("exit codes come through", async () => {
      expect((await run([...command, "--version"])).stdout).toBe(`${project.version}\n`);
      expect((await run([...command, "strem"])).exitCode).toBe(2);
    });

    test("what is piped in comes through", async () => {
      const { exitCode, stdout } = await runProcess(
        [...command, "report", "--input", "/dev/stdin", "--json"],
        { cwd: user, stdin: new Uint8Array(1000) },
      );
      expect(JSON.parse(stdout)).toBeObject();
      expect(exitCode).toBe(4);
    });
  });
}

describe("a signal to the launcher", () => {
  // A Node without process.execve, before 22.15, starts a child in any case.
  const canBecome = Bun.spawnSync(["node", "-e", "process.exit(process.execve ? 0 : 1)"]).exitCode === 0;
  if (!canBecome) console.log("skipped: a signal to a launcher that became the program: this Node cannot");
  const starts: Record<string, readonly string[]> = { "by a child": WAYS["by a child"]! };
  if (canBecome) starts["as the program"] = ["node", launcher];
  for (const [name, command] of Object.entries(starts)) {
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGQUIT", 131],
    ] as const) {
      test(`${signal}, ${name}: the program ends, with ${code}`, async () => {
        const child = Bun.spawn([...command, "stream", "--mode", "drbg", "--uncalibrated"], {
          cwd: user,
          stdin: "ignore",
          stdout: "pipe",
          stderr: "pipe",
        });
        const reader = child.stdout.getReader();
        await reader.read();
        child.kill(signal);
        while (!(await reader.read()).done);
        expect(await child.exited).toBe(code);
        expect(await new Response(child.stderr).text()).toBe("");
      });
    }
  }
});

describe("without the package for this machine", () => {
  test("it says which is missing, and how to get it", async () => {
    const elsewhere = join(scratch, "elsewhere");
    renameSync(platformPackage, elsewhere);
    try {
      const { exitCode, stdout, stderr } = await run(["node", launcher, "--version"]);
      expect([exitCode, stdout]).toEqual([1, ""]);
      expect(stderr).toStartWith(
        `esoteric-entropy: error: the package @esoteric-entropy/${host()} is not installed\nhint: `,
      );
    } finally {
      renameSync(elsewhere, platformPackage);
    }
  });

  test("on a system that there is no build for, it says for which there is", async () => {
    const riscv = "data:text/javascript,Object.defineProperty(process,'arch',{value:'riscv64'})";
    const { exitCode, stderr } = await run(["node", "--import", riscv, launcher]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`there is no build for ${process.platform}-riscv64`);
    expect(stderr).toContain("hint: there are builds for darwin-arm64, darwin-x64, linux-arm64");
  });
});

describe("on a processor below x86-64-v2", () => {
  /** Makes Node tell of a machine whose /proc/cpuinfo names these flags; none: of one without that file. */
  const processor = (flags: string | undefined) => {
    const text = `processor\t: 0\nflags\t\t: ${flags}\nbugs\t:\n`;
    return `data:text/javascript,${encodeURIComponent(`import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
for (const [name, value] of [["arch", "x64"], ["platform", "linux"]]) Object.defineProperty(process, name, { value });
const { existsSync, readFileSync } = fs;
fs.existsSync = (path) => path === "/proc/cpuinfo" ? ${flags !== undefined} : existsSync(path);
fs.readFileSync = (path, ...rest) => path === "/proc/cpuinfo" ? ${JSON.stringify(text)} : readFileSync(path, ...rest);
syncBuiltinESMExports();`)}`;
  };
  const launched = (flags: string | undefined) =>
    run(["node", "--import", processor(flags), launcher, "--version"]);
  /** The flags of that model of QEMU. */
  const KVM64 =
    "fpu de pse tsc msr pae mce cx8 apic sep pge cmov pat clflush mmx fxsr sse sse2 syscall nx lm pni cx16 hypervisor";

  test("it says so in a sentence, and what to do", async () => {
    const { exitCode, stdout, stderr } = await launched(KVM64);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^esoteric-entropy: error: this processor lacks ssse3 of the level x86-64-v2, .*\nhint: in a virtual machine .*qemu64.*\n$/,
    );
    expect((await launched(`${KVM64} ssse3 sse4_1 popcnt`)).stderr).toContain("lacks sse4_2 ");
  });

  const isX64Linux = host().startsWith("linux-x64");
  if (!isX64Linux) console.log("skipped: only on Linux on x86-64 does the launcher find a program then");
  test.skipIf(!isX64Linux)("and a better one, or a system that tells nothing, is not refused", async () => {
    for (const flags of [`${KVM64} ssse3 sse4_1 sse4_2 popcnt`, undefined])
      expect((await launched(flags)).stdout).toBe(`${project.version}\n`);
  });
});
