/** The library as a user has it: packed, installed in an empty folder, on Bun and on Node. `npm test` builds the program first. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import ts from "typescript";
import { profilePath, stateFolder } from "../../src/calibration/profile-file.ts";
import { CONTRACT } from "../faces/library/contract.ts";
import { FAULTS } from "../faces/library/program-faults.ts";
import type { CheckResult } from "../support/check-program.ts";
import { examplesIn } from "../support/documented.ts";
import { host } from "../support/native-builds.ts";
import { npmPackages } from "../support/npm-packages.ts";
import { runProcess, type Surroundings, stdoutOf } from "../support/run-process.ts";

const ROOT = join(import.meta.dir, "..", "..");
const RUNTIMES = { Bun: process.execPath, Node: Bun.which("node") ?? "node" } as const;

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ee-library-"));
  const packages = await npmPackages();
  const launcher = packages.at(-1)!;
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@esoteric-entropy"), { recursive: true });
  symlinkSync(packages[0]!, join(modules, "@esoteric-entropy", host()));
  await run(["npm", "pack", "--silent", "--pack-destination", folder], { cwd: launcher });
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz"))!);
  await run(["tar", "-xzf", tarball, "-C", folder]);
  await run(["mv", "package", join(modules, "esoteric-entropy")]);
  await build(join(import.meta.dir, "..", "support", "check-program.ts"), "check-program.mjs");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The user's folder and home, and what a test adds. */
const surroundings = ({ cwd = folder, env }: Surroundings): Surroundings => ({
  cwd,
  env: { PATH: process.env["PATH"], HOME: folder, ...env },
});
const ended = (command: readonly string[], added: Surroundings = {}) =>
  runProcess(command, surroundings(added));
const run = (command: readonly string[], added: Surroundings = {}) => stdoutOf(command, surroundings(added));

/** TypeScript as JavaScript that Node 18 reads, into the folder where the package is installed. */
async function build(entrypoint: string, name: string): Promise<string> {
  const result = await Bun.build({
    entrypoints: [entrypoint],
    target: "node",
    external: ["esoteric-entropy"],
  });
  if (!result.success) throw new AggregateError(result.logs, `${entrypoint} cannot be built`);
  const { outputText } = ts.transpileModule(await result.outputs[0]!.text(), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  writeFileSync(join(folder, name), outputText);
  return name;
}

function script(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

/** Runs the checks in one process, and makes a test of each. */
function describeChecks(
  runtime: keyof typeof RUNTIMES,
  what: "contract" | "faults",
  names: readonly string[],
) {
  describe(`${what} on ${runtime}`, () => {
    let results: ReadonlyMap<string, CheckResult>;
    beforeAll(async () => {
      const env = { FAKE_PROGRAM_PATH: join(ROOT, "test", "support", "fake-program.mjs") };
      const output = await run([RUNTIMES[runtime], "check-program.mjs", what], { env });
      const lines = output.trim().split("\n");
      results = new Map(
        lines.map((line) => JSON.parse(line) as CheckResult).map((each) => [each.name, each]),
      );
    });
    for (const name of names) test(name, () => expect(results.get(name)).toEqual({ name }));
  });
}

for (const runtime of ["Bun", "Node"] as const) describeChecks(runtime, "contract", Object.keys(CONTRACT));
describeChecks("Node", "faults", Object.keys(FAULTS));

describe("processes", () => {
  const OPEN = `import { EntropyPool } from "esoteric-entropy";
const pool = await EntropyPool.auto({ sources: "fast" });
const pid = process.pid;
console.log((await pool.randomBytes(4)).length);
`;

  for (const [runtime, executable] of Object.entries(RUNTIMES)) {
    test(`${runtime}: a pool that is not closed keeps no process alive`, async () => {
      expect(await run([executable, script("open.mjs", OPEN)])).toBe("4\n");
    });

    test(`${runtime}: bytes that are waited for do`, async () => {
      const text = `${OPEN}void pool.randomBytes(20_000).then((bytes) => console.log(bytes.length));`;
      expect(await run([executable, script("waiting.mjs", text)])).toBe("4\n20000\n");
    });

    test(`${runtime}: a profile that is damaged ends it, and says which and why`, async () => {
      const home = mkdtempSync(join(tmpdir(), "ee-home-"));
      try {
        const state = stateFolder(process.platform as "linux" | "darwin", { HOME: home })!;
        mkdirSync(state, { recursive: true });
        writeFileSync(profilePath(state), "{}", { mode: 0o600 });
        const text = `import { EntropyPool } from "esoteric-entropy";
const error = await EntropyPool.auto({ sources: "fast" }).catch((reason) => reason);
console.log(error.code, error.message);
const pool = await EntropyPool.auto({ sources: "fast", uncalibrated: true });
console.log((await pool.randomBytes(4)).length, pool.status().calibration.state);
`;
        const opened = await ended([executable, script("profile.mjs", text)], { env: { HOME: home } });
        expect(opened.stdout).toBe(
          `input ${profilePath(state)} cannot be used: it is not understood: schema undefined is not 1\n4 ignored\n`,
        );
      } finally {
        rmSync(home, { recursive: true });
      }
    });

    test(`${runtime}: nothing is left behind by one that is killed`, async () => {
      const text = `${OPEN}process.kill(pid, "SIGKILL");`;
      // The program has the same standard error: this comes back when it has ended as well.
      const killed = await ended([executable, script("killed.mjs", text)]);
      expect([killed.exitCode, killed.stdout]).toEqual([137, "4\n"]);
    });
  }

  test("without the platform's package: which one is missing", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "ee-alone-"));
    try {
      await run(["cp", "-r", join(folder, "node_modules", "esoteric-entropy"), join(elsewhere, "package")]);
      const text = `import { EntropyPool } from "./package/lib/RUNTIME.js";
await EntropyPool.auto().catch((error) => console.log(error.code, error.message));`;
      for (const [runtime, code] of [
        ["bun", "native"],
        ["node", "tool"],
      ]) {
        writeFileSync(join(elsewhere, `${runtime}.mjs`), text.replace("RUNTIME", runtime!));
        const executable = runtime === "bun" ? RUNTIMES.Bun : RUNTIMES.Node;
        const output = await run([executable, `${runtime}.mjs`], { cwd: elsewhere });
        expect(output).toBe(`${code} the package @esoteric-entropy/${host()} is not installed\n`);
      }
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test("ESOTERIC_ENTROPY_BINARY names the program on Node", async () => {
    const text = `import { EntropyPool } from "esoteric-entropy";
await EntropyPool.auto().catch((error) => console.log(error.message));`;
    const env = { ESOTERIC_ENTROPY_BINARY: "/does/not/exist" };
    expect(await run([RUNTIMES.Node, script("named.mjs", text)], { env })).toContain(
      "/does/not/exist is not an executable program",
    );
  });
});

describe("the package", () => {
  test("holds few files, and of the library one a runtime and thread", async () => {
    const files = (await run(["tar", "-tzf", tarball])).trim().split("\n").sort();
    expect(files.filter((name) => name.startsWith("package/lib/"))).toEqual([
      "package/lib/LICENSES.txt",
      "package/lib/bun.js",
      "package/lib/index.d.ts",
      "package/lib/node.js",
      "package/lib/program-thread.js",
      "package/lib/worker.js",
    ]);
    expect(files.length).toBeLessThan(12);
  });

  test("carries the licences of what is bundled", async () => {
    const text = await Bun.file(
      join(folder, "node_modules", "esoteric-entropy", "lib", "LICENSES.txt"),
    ).text();
    for (const name of [
      "@stdlib/math-base-special-gammainc",
      "fastest-levenshtein",
      "Apache License",
      "MIT",
    ]) {
      expect(text).toContain(name);
    }
  });

  test("publint has nothing to say", async () => {
    const { messages } = await publint({
      pkgDir: join(folder, "node_modules", "esoteric-entropy"),
      strict: true,
    });
    expect(messages).toEqual([]);
  });

  test("the types are right (arethetypeswrong)", async () => {
    const attw = join(ROOT, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    // Of ES modules, that is: CommonJS has to import() them.
    const { exitCode, stdout } = await ended([RUNTIMES.Node, attw, tarball, "--profile", "esm-only"]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("esoteric-entropy")]);
  });

  test("a strict program compiles against the types, which need no others", () => {
    const consumer = join(folder, "consumer.mts");
    writeFileSync(
      consumer,
      `import { assess, assessConditioned, EntropyPool, EsotericRandom, type HealthReport, runBattery, sources } from "esoteric-entropy";
await using pool = await EntropyPool.auto({ sources: "fast", mode: "drbg", timeoutMs: 1_000 });
const key: Uint8Array = await pool.randomBytes(32);
const words: Uint32Array = pool.getRandomValues(new Uint32Array(8));
const report: HealthReport = pool.healthReport();
pool.on("source-failed", ({ id, reason }) => { const text: string = id + reason; void text; });
const rng = new EsotericRandom(pool);
const one: number = rng.random();
const many: Float64Array = rng.normal(0, 1, 5);
const dice: number[] = rng.integers(1, 7, 10);
const big: bigint = rng.integers(0n, 5n);
const list: ("a" | "b")[] = rng.choice(["a", "b"] as const, 3, { replace: false });
const shuffled: string[] = rng.shuffle(["x", "y"]);
const available = await sources[0]!.availability();
const reason: string = available.ok ? "" : available.reason;
const score: number | null = runBattery(key).quality.score;
const bits: number = assess(key, 8).minEntropy;
const perBit: number = assessConditioned(key, 8).hBitstring;
void [words, report, one, many, dice, big, list, shuffled, reason, score, bits, perBit];
// @ts-expect-error floats are not filled
pool.getRandomValues(new Float64Array(1));
// @ts-expect-error not a mode
await EntropyPool.auto({ mode: "noise" });
`,
    );
    for (const module of [ts.ModuleKind.NodeNext, ts.ModuleKind.Preserve]) {
      const program = ts.createProgram([consumer], {
        target: ts.ScriptTarget.ES2022,
        lib: ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts"],
        module,
        moduleDetection: ts.ModuleDetectionKind.Force,
        strict: true,
        noEmit: true,
        types: [],
      });
      const found = ts.getPreEmitDiagnostics(program);
      const complaints = found.map(
        (each) => `${each.file?.fileName}: ${ts.flattenDiagnosticMessageText(each.messageText, "\n")}`,
      );
      expect(complaints).toEqual([]);
    }
  });
});

describe("the examples of docs/LIBRARY.md", () => {
  for (const { place, text } of examplesIn("docs/LIBRARY.md", "ts")) {
    for (const [runtime, executable] of Object.entries(RUNTIMES)) {
      test(`${place} on ${runtime}`, async () => {
        const name = `example-${place.replace(/\W/g, "-")}`;
        writeFileSync(join(folder, `${name}.ts`), text);
        await build(join(folder, `${name}.ts`), `${name}.mjs`);
        const { exitCode, stderr } = await ended([executable, `${name}.mjs`]);
        // No profile of this machine: that is said, and nothing else.
        const others = stderr
          .split("\n")
          .filter((line) => !/claims from other machines|--trace-warnings/.test(line));
        expect([exitCode, others.join("\n")]).toEqual([0, ""]);
      });
    }
  }
});
