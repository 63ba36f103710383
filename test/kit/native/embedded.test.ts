/** A compiled binary extracts its library wherever it runs. The folders that forbid execution are real mounts. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileBinary } from "#kit/make/binary.ts";
import { privateFile } from "#kit/native/private-file.ts";
import { libraryFile } from "#kit/native/target.ts";
import { esotericEntropy } from "../../../make/esoteric-entropy.ts";
import { COMPILE_TIMEOUT_MS, host, hostLibrary } from "../../support/native-builds.ts";

const base = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
const folder = (name: string) => join(base, name);
const program = folder("program");
for (const name of ["tmp", "home", "cache"]) mkdirSync(folder(name));

beforeAll(async () => {
  const recipe = {
    ...esotericEntropy,
    program: { main: "test/support/embedded-program.ts", loadedLater: [], threads: [] },
  };
  await compileBinary(recipe, host(), program, process.execPath);
}, COMPILE_TIMEOUT_MS);
afterAll(() => rmSync(base, { recursive: true }));

interface Outcome {
  readonly path?: string;
  readonly sampled?: boolean;
  readonly error?: string;
}

/** Gives a command its own mounts. Other users than root need a user namespace, which not every system allows. */
const unshare = ["unshare", "--mount"];
if (process.getuid?.() !== 0) unshare.push("--map-root-user");

/** Runs the program in its own mounts after `preparation`, with these variables only. */
function run(preparation: string[], env: Record<string, string> = {}): Outcome {
  const shell = [...preparation, `exec ${program}`].join(" && ");
  const namespaces = preparation.length > 0 ? unshare : [];
  const result = Bun.spawnSync([...namespaces, "sh", "-c", shell], {
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", TMPDIR: folder("tmp"), HOME: folder("home"), ...env },
  });
  if (result.exitCode !== 0) throw new Error(result.stderr.toString());
  return JSON.parse(result.stdout.toString());
}

const noexec = (...names: string[]) =>
  names.map((name) => `mount -t tmpfs -o noexec,mode=700 tmpfs ${folder(name)}`);

/** Forbids writing to files, those in memory included: EFBIG, and no signal. */
const noWriting = ["trap '' XFSZ", "ulimit -f 0"];

/** Returns why these mounts cannot be made here, or undefined. */
function reasonAgainstMounts(): string | undefined {
  if (process.platform !== "linux") return "private mounts exist on Linux only";
  const probe = Bun.spawnSync([...unshare, "sh", "-c", noexec("tmp").join(" && ")], { stderr: "pipe" });
  return probe.exitCode === 0 ? undefined : `this user may not mount: ${probe.stderr.toString().trim()}`;
}

const reason = reasonAgainstMounts();
const testMounted = (name: string, body: () => void | Promise<void>) =>
  reason === undefined ? test(name, body) : test.skip(`${name} (skipped: ${reason})`, body);

test("alone in an empty folder, without variables", () => {
  const alone = folder("alone");
  mkdirSync(alone);
  copyFileSync(program, join(alone, "program"));
  const result = Bun.spawnSync([join(alone, "program")], { cwd: alone, env: {} });
  expect(JSON.parse(result.stdout.toString()).sampled).toBe(true);
  expect(readdirSync(alone)).toEqual(["program"]);
});

test("from the temporary folder, if it may be used", () => {
  expect(run([])).toEqual({ path: expect.stringContaining("bunfs"), sampled: true });
});

describe("with a temporary folder from which nothing may be executed", () => {
  testMounted("from a file in memory", () => {
    const outcome = run(noexec("tmp"));
    expect(outcome).toEqual({ path: expect.stringMatching(/^\/proc\/self\/fd\/\d+$/), sampled: true });
  });

  testMounted("and no file in memory: from the cache folder", async () => {
    const library = readFileSync(await hostLibrary());
    const path = privateFile(folder("home/.cache/esoteric-entropy"), libraryFile("ee", host()), library);
    expect(run([...noexec("tmp"), ...noWriting])).toEqual({ path, sampled: true });
  });

  testMounted("and the cache folder named: from there", async () => {
    const library = readFileSync(await hostLibrary());
    const path = privateFile(folder("cache/esoteric-entropy"), libraryFile("ee", host()), library);
    const outcome = run([...noexec("tmp", "home"), ...noWriting], { XDG_CACHE_HOME: folder("cache") });
    expect(outcome).toEqual({ path, sampled: true });
  });

  testMounted("and nowhere else either: an error that lists all that was tried", () => {
    const { error } = run([...noexec("tmp", "home"), ...noWriting]);
    expect(error).toContain("from the temporary folder: ");
    expect(error).toContain("from a file in memory: ");
    expect(error).toContain(`from ${folder("home/.cache/esoteric-entropy")}: `);
  });
});
