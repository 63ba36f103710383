/** A compiled binary loads its library, and runs the program that goes with it, wherever it is. The folders that forbid execution are real mounts. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileBinary } from "#kit/make/binary.ts";
import { esotericEntropy } from "../../../make/esoteric-entropy.ts";
import { COMPILE_TIMEOUT_MS, host } from "../../support/native-builds.ts";

const base = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
const folder = (name: string) => join(base, name);
const program = folder("program");
/** Where the library may be put, best first. */
const FOLDERS = ["runtime", "tmp", "cache", "home"];
for (const name of FOLDERS) mkdirSync(folder(name));

beforeAll(async () => {
  const recipe = {
    ...esotericEntropy,
    program: {
      main: "test/support/embedded-program.ts",
      threads: ["test/support/embedded-thread.ts"],
    },
  };
  await compileBinary(recipe, host(), program, process.execPath);
}, COMPILE_TIMEOUT_MS);
afterAll(() => rmSync(base, { recursive: true }));
afterEach(() => expect(FOLDERS.flatMap((name) => readdirSync(folder(name)))).toEqual([]));

interface Outcome {
  /** By the main thread, and by another. */
  readonly sampled?: readonly boolean[];
  /** Files whose code is in the process. */
  readonly images?: readonly string[];
  /** The file of the program that went with the library, and how many bytes of samples it gave. */
  readonly restarted?: { readonly program: string; readonly bytes: number };
  readonly error?: string;
}

/** Gives a command its own mounts. Other users than root need a user namespace, which not every system allows. */
const unshare = ["unshare", "--mount"];
if (process.getuid?.() !== 0) unshare.push("--map-root-user");

const env = {
  PATH: process.env["PATH"] ?? "",
  TMPDIR: folder("tmp"),
  XDG_RUNTIME_DIR: folder("runtime"),
  XDG_CACHE_HOME: folder("cache"),
  HOME: folder("home"),
};

/** Runs the program in its own mounts after `preparation`. */
function run(
  preparation: string[],
  word = "",
  namespaces: readonly string[] = preparation.length > 0 ? unshare : [],
): Outcome {
  const shell = [...preparation, `exec ${program} ${word}`].join(" && ");
  const result = Bun.spawnSync([...namespaces, "sh", "-c", shell], { cwd: "/", env });
  if (result.exitCode !== 0) throw new Error(result.stderr.toString());
  return JSON.parse(result.stdout.toString());
}

const noexec = (...names: string[]) =>
  names.map((name) => `mount -t tmpfs -o noexec,mode=700 tmpfs ${folder(name)}`);

/** Takes away what names the files in memory; the folder is that of the process which becomes the program. */
const noMemoryFiles = "mount -t tmpfs tmpfs /proc/$$/fd";

/** Forbids writing to files, those in memory included, at the cost of a signal that ends whoever does not expect it. */
const noWriting = "ulimit -f 0";

/** Returns why these mounts cannot be made here, or undefined. */
function reasonAgainstMounts(): string | undefined {
  if (process.platform !== "linux") return "private mounts exist on Linux only";
  const probe = Bun.spawnSync([...unshare, "sh", "-c", noexec("tmp").join(" && ")], { stderr: "pipe" });
  return probe.exitCode === 0 ? undefined : `this user may not mount: ${probe.stderr.toString().trim()}`;
}

const reason = reasonAgainstMounts();
const testMounted = (name: string, body: () => void | Promise<void>) =>
  reason === undefined ? test(name, body) : test.skip(`${name} (skipped: ${reason})`, body);

const bothSampled = [true, true];

test("alone in an empty folder, without variables", () => {
  const alone = folder("alone");
  mkdirSync(alone);
  copyFileSync(program, join(alone, "program"));
  const result = Bun.spawnSync([join(alone, "program")], { cwd: alone, env: {} });
  expect(JSON.parse(result.stdout.toString()).sampled).toEqual(bothSampled);
  expect(readdirSync(alone)).toEqual(["program"]);
});

test.if(process.platform === "linux")("from memory, one copy for all threads and functions", () => {
  expect(run([])).toEqual({ sampled: bothSampled, images: ["/memfd:libee.so (deleted)"] });
});

testMounted("from memory, where nothing may be executed from any folder", () => {
  const { sampled } = run(noexec(...FOLDERS));
  expect(sampled).toEqual(bothSampled);
});

describe("without files in memory", () => {
  /** The file is in a folder of its own, and gone. */
  const oneOf = (place: string) => [
    expect.stringMatching(new RegExp(`^${folder(place)}/\\.native-\\w{6}/libee\\.so \\(deleted\\)$`)),
  ];

  for (const [i, place] of FOLDERS.entries()) {
    const forbidden = FOLDERS.slice(0, i);
    testMounted(
      `from a new folder in ${place}, if nothing may be executed in ${forbidden.join(", ") || "none"}`,
      () => {
        expect(run([...noexec(...forbidden), noMemoryFiles])).toEqual({
          sampled: bothSampled,
          images: oneOf(place),
        });
      },
    );
  }

  testMounted("not from a full disk", () => {
    const full = `mount -t tmpfs -o size=16k,mode=700 tmpfs ${folder("runtime")}`;
    expect(run([full, noMemoryFiles])).toEqual({ sampled: bothSampled, images: oneOf("tmp") });
  });

  testMounted("not from a folder in which others may replace it", () => {
    for (const name of ["runtime", "tmp"]) chmodSync(folder(name), 0o777);
    try {
      expect(run([noMemoryFiles])).toEqual({ sampled: bothSampled, images: oneOf("cache") });
      chmodSync(folder("tmp"), 0o1777);
      expect(run([noMemoryFiles])).toEqual({ sampled: bothSampled, images: oneOf("tmp") });
    } finally {
      for (const name of ["runtime", "tmp"]) chmodSync(folder(name), 0o700);
    }
  });

  testMounted("and with nothing to be executed anywhere: an error that lists all that was tried", () => {
    const { error } = run([...noexec(...FOLDERS), noMemoryFiles]);
    expect(error).toStartWith("the native library cannot be loaded: from a file in memory: ");
    for (const name of FOLDERS) expect(error).toContain(`from ${folder(name)}: `);
    expect(error).not.toContain("bunfs");
  });
});

describe("the program that goes with the library", () => {
  const restarted = (file: RegExp) => ({ restarted: { program: expect.stringMatching(file), bytes: 64 } });
  const inFolder = (place: string) => restarted(new RegExp(`^${folder(place)}/\\.native-\\w{6}/ee-restart$`));
  const inMemory = restarted(/^\/proc\/self\/fd\/\d+$/);

  test.if(process.platform === "linux")("runs from memory", () => {
    expect(run([], "restart")).toEqual(inMemory);
  });

  testMounted("also where nothing may be executed from any folder", () => {
    expect(run(noexec(...FOLDERS), "restart")).toEqual(inMemory);
  });

  // Linux 6.3 and later, for the processes of a namespace.
  const forbid = "echo 2 > /proc/sys/vm/memfd_noexec";
  const namespaces = [...unshare, "--pid", "--fork", "--mount-proc"];
  const forbids = () =>
    Bun.spawnSync([...namespaces, "sh", "-c", forbid], { stderr: "ignore" }).exitCode === 0;
  const why = reason ?? (forbids() ? undefined : "this system has no vm.memfd_noexec to be set");
  if (why !== undefined) console.log(`skipped: where nothing may be executed from memory: ${why}`);

  describe.skipIf(why !== undefined)("where nothing may be executed from memory", () => {
    for (const [i, place] of FOLDERS.entries()) {
      const forbidden = FOLDERS.slice(0, i);
      test(`runs from a new folder in ${place}, if not in ${forbidden.join(", ") || "none"}`, () => {
        const preparation = [forbid, ...noexec(...forbidden)];
        expect(run(preparation, "restart", namespaces)).toEqual(inFolder(place));
      });
    }

    test("and from no folder: an error that lists all that was tried, with the library loaded", () => {
      const { error } = run([forbid, ...noexec(...FOLDERS)], "restart", namespaces);
      expect(error).toStartWith("from a file in memory: memfd_create: EACCES");
      for (const name of FOLDERS) expect(error).toContain(`from ${folder(name)}: `);
      expect(error).not.toContain("bunfs");
    });
  });
});

test.if(process.platform === "linux")(
  "where no file may be written, an error that says so, and no signal",
  () => {
    expect(run([noWriting]).error).toContain("from a file in memory: EFBIG");
  },
);
