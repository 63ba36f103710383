/** bootstrap.mjs, run by Node as npm does. */
import { afterAll, describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { runProcess } from "../support/run-process.ts";

const node = Bun.which("node");
const start = (...args: string[]) => runProcess([node!, "bootstrap.mjs", ...args], { cwd: ROOT });

const testNode = test.skipIf(node === null);

testNode("unknown words are refused", async () => {
  const { exitCode, stderr } = await start("everything");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("usage: node bootstrap.mjs start | cryptex | test");
});

testNode("the program's output and exit code come through, and nothing else", async () => {
  const version = await start("start", "--version");
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  expect(version.exitCode).toBe(0);

  const wrong = await start("start", "no-such-command");
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
});

testNode("the other program's, too", async () => {
  const [version, its] = [await start("start", "--version"), await start("cryptex", "--version")];
  expect([its.exitCode, its.stdout]).toEqual([version.exitCode, version.stdout]);
  const wrong = await start("cryptex", "no-such-command");
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
  // On a busy machine a line of the bootstrap stands before it.
  expect(wrong.stderr).toMatch(/^cryptex: error: /m);
});

/** A project of three packages, of which one is there for a workspace alone, and a stand-in for npm that says how it was called. */
describe("installing", () => {
  const scratch = mkdtempSync(join(tmpdir(), "bootstrap-"));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const ENTRIES = {
    "": { name: "demo", dependencies: { shared: "1.0.0" }, devDependencies: { own: "1.0.0" } },
    "node_modules/own": {
      version: "1.0.0",
      integrity: "sha512-own",
      optionalDependencies: { elsewhere: "1.0.0" },
    },
    "node_modules/elsewhere": { version: "1.0.0", integrity: "sha512-elsewhere", optional: true },
    "node_modules/shared": { version: "1.0.0", integrity: "sha512-shared" },
    "node_modules/@demo/part": { resolved: "packages/part", link: true },
    "node_modules/heavy": {
      version: "2.0.0",
      integrity: "sha512-heavy",
      dependencies: { own: "2.0.0", shared: "1.0.0" },
    },
    "node_modules/heavy/node_modules/own": { version: "2.0.0", integrity: "sha512-own-2" },
    "packages/part": { name: "@demo/part", devDependencies: { heavy: "2.0.0" } },
  };
  const OWN = ["node_modules/own", "node_modules/shared"];

  /** @param refuses the command of npm that fails */
  function project(name: string, refuses = "") {
    const folder = join(scratch, name);
    for (const file of ["bootstrap.mjs", "kit/make/lock-folders.mjs"])
      cpSync(join(ROOT, file), join(folder, file));
    const lock = (version: string) =>
      writeFileSync(
        join(folder, "package-lock.json"),
        JSON.stringify({
          lockfileVersion: 3,
          packages: { ...ENTRIES, "node_modules/own": { version, integrity: version } },
        }),
      );
    lock("1.0.0");
    const standIn = join(scratch, `${name}-npm.js`);
    writeFileSync(
      standIn,
      `const fs = require("fs");
       const [word, ...flags] = process.argv.slice(2);
       fs.appendFileSync("calls", [word, ...flags.filter((flag) => !/audit|fund|loglevel/.test(flag))].join(" ") + "\\n");
       if (word === ${JSON.stringify(refuses)}) process.exit(1);
       const { packages } = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
       const wanted = flags.includes("--workspaces=false") ? ${JSON.stringify(OWN)} : Object.keys(packages);
       fs.rmSync("node_modules", { recursive: true, force: true });
       fs.mkdirSync("node_modules/bun/bin", { recursive: true });
       fs.symlinkSync(${JSON.stringify(process.execPath)}, "node_modules/bun/bin/bun.exe");
       const there = Object.fromEntries(wanted.map((path) => [path, packages[path]]));
       fs.writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages: there }));`,
    );
    writeFileSync(join(folder, "build.ts"), "console.log('built')");
    return {
      lock,
      run: (word: string) =>
        runProcess([node!, "bootstrap.mjs", word], {
          cwd: folder,
          env: { ...process.env, npm_execpath: standIn },
        }),
      calls: () => readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n"),
    };
  }

  testNode("a first start leaves out what is there for workspaces alone, and installs once", async () => {
    const { run, calls } = project("first");
    expect((await run("gen")).stdout).toBe("built\n");
    expect((await run("gen")).stdout).toBe("built\n");
    expect(calls()).toEqual(["ci --workspaces=false"]);
  });

  testNode("`optional` installs it, and it stays when the lock file changes", async () => {
    const { run, calls, lock } = project("optional");
    await run("gen");
    expect(await run("optional")).toMatchObject({ exitCode: 0, stdout: "" });
    await run("optional");
    await run("gen");
    expect(calls()).toEqual(["ci --workspaces=false", "ci"]);
    lock("1.0.1");
    await run("gen");
    expect(calls()).toEqual(["ci --workspaces=false", "ci", "ci"]);
  });

  testNode("where `npm ci` refuses the lock file, `npm install` leaves out the same", async () => {
    const { run, calls } = project("refused", "ci");
    expect((await run("gen")).exitCode).toBe(0);
    expect(calls()).toEqual(["ci --workspaces=false", "install --no-save --workspaces=false"]);
  });

  testNode(
    "a package of its own that is missing or another is installed, one for another system is not missed",
    async () => {
      const { run, calls, lock } = project("changed");
      await run("gen");
      lock("1.0.1");
      await run("gen");
      expect(calls()).toEqual(["ci --workspaces=false", "ci --workspaces=false"]);
    },
  );
});

test("npm's lock file names an integrity for each package of the optional part, or has it inside another", async () => {
  const { ownPackages } = await import("#kit/make/lock-folders.mjs");
  const { lockEntries } = await import("#kit/make/package-lock.ts");
  const entries = lockEntries();
  const own = ownPackages(entries);
  const optional = Object.entries(entries).filter(
    ([path]) => path.includes("node_modules/") && !own.has(path),
  );
  expect(own.has("node_modules/node-red")).toBe(false);
  expect(optional.map(([path]) => path)).toContain("node_modules/node-red");
  const bare = optional.filter(([, each]) => !each.integrity && !("inBundle" in each) && !("link" in each));
  expect(bare.map(([path]) => path)).toEqual([]);
});
