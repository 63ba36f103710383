/** Both compiled programs where little is allowed: few processes, little address space, no files, nothing to be executed. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADDRESS_SPACE_NEEDED, FILES_NEEDED, THREADS_NEEDED } from "#kit/term/allowance.ts";
import { requireBuiltProgram } from "../support/built-program.ts";
import { type Ended, runProcess } from "../support/run-process.ts";
import { noTmux, Tmux } from "../support/tmux.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-surroundings-"));
const scratch = join(folder, "tmp");
const paths: Record<string, string> = {};
chmodSync(folder, 0o755);
for (const name of ["tmp", "home"]) {
  mkdirSync(join(folder, name));
  chmodSync(join(folder, name), 0o1777);
}

beforeAll(() => {
  for (const name of ["esoteric-entropy", "cryptex"] as const) {
    paths[name] = join(folder, name);
    copyFileSync(requireBuiltProgram(name), paths[name]);
    chmodSync(paths[name], 0o755);
  }
  writeFileSync(join(folder, "rules.yar"), 'rule one { strings: $a = "some" condition: $a }');
  writeFileSync(join(folder, "file"), "some text");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** Whatever became of the programs. */
afterEach(() => expect(readdirSync(scratch)).toEqual([]));

const COMMANDS: readonly string[] = [
  "esoteric-entropy stream --bytes 32 --format hex",
  "esoteric-entropy scan",
  "esoteric-entropy report --bytes 1K",
  "cryptex scan file --rules rules.yar",
  "cryptex rules stats --rules rules.yar",
];

/** Runs a line of a shell, in which the limits are set before. */
function run(line: string, limits = "", prefix: readonly string[] = []): Promise<Ended> {
  const [name, ...args] = line.split(" ");
  const env = { PATH: "/usr/bin:/bin", TMPDIR: scratch, HOME: join(folder, "home") };
  const script = `${limits}exec ${[paths[name!], ...args].join(" ")}`;
  return runProcess(["/bin/sh", "-c", script].toSpliced(0, 0, ...prefix), { cwd: folder, env });
}

test("nothing is left in the folder for temporary files", async () => {
  const { exitCode, stdout } = await run(COMMANDS[0]!);
  expect([exitCode, stdout.trim().length]).toEqual([0, 64]);
});

/** Nobody else runs processes as this user, if root can choose one; others have some, and so nothing left of a few. */
const isRoot = process.getuid?.() === 0;
const asOther = isRoot ? ["setpriv", "--reuid=64999", "--regid=64999", "--clear-groups", "--"] : [];
const needed = ["prlimit", ...asOther.slice(0, 1)].filter((name) => !Bun.which(name));
if (needed.length > 0) console.log(`skipped: limits take ${needed.join(", ")}, of util-linux`);

describe.skipIf(needed.length > 0)("few processes", () => {
  // With fewer than 4, the runtime does not get as far as any code of ours.
  for (const allowed of [8, 9, 11, 12, THREADS_NEEDED - 1]) {
    test(`${allowed} of the ${THREADS_NEEDED} that the runtime needs: refused in a sentence`, async () => {
      for (const line of COMMANDS) {
        const ended = await run(line, "", ["prlimit", `--nproc=${allowed}`, ...asOther]);
        const [name] = line.split(" ");
        expect([ended.exitCode, ended.stdout]).toEqual([1, ""]);
        expect(ended.stderr).toStartWith(`${name}: error: too few processes are allowed here: `);
        expect(ended.stderr).toContain(
          `the runtime needs ${THREADS_NEEDED}\nhint: raise the limit: ulimit -u`,
        );
        expect(ended.stderr.split("\n")).toHaveLength(3);
      }
    });
  }

  if (!isRoot) console.log("skipped: only root can run programs as a user who has no others");
  test.skipIf(!isRoot)("as many as it says are enough", async () => {
    // `report` starts threads by the number of processors, which may be more.
    for (const line of COMMANDS.filter((each) => !each.includes("report"))) {
      const ended = await run(line, "", ["prlimit", `--nproc=${THREADS_NEEDED}`, ...asOther]);
      expect([line, ended.stderr.includes("Bun"), [0, 4].includes(ended.exitCode)]).toEqual([
        line,
        false,
        true,
      ]);
    }
  });
});

describe.skipIf(process.platform !== "linux")("little address space", () => {
  const kilobytes = ADDRESS_SPACE_NEEDED / 1024;

  test("less than the runtime needs: refused in a sentence", async () => {
    for (const share of [0.5, 0.75, 0.99]) {
      for (const line of COMMANDS) {
        const ended = await run(line, `ulimit -v ${Math.floor(kilobytes * share)}; `);
        expect([ended.exitCode, ended.stdout]).toEqual([1, ""]);
        expect(ended.stderr).toMatch(
          /^\S+: error: address space is limited to \d+ MiB here, and the runtime needs 1024\nhint: .*ulimit -v.*\n$/,
        );
      }
    }
  });

  test("less than native code needs: that is said first, and instead of waiting", async () => {
    for (const line of [
      "esoteric-entropy stream --bytes 32 --format hex",
      "esoteric-entropy stream --mode noise --bytes 32 --format hex",
      "esoteric-entropy pool",
      "esoteric-entropy calibrate",
      "esoteric-entropy bench",
    ]) {
      const ended = await run(line, `ulimit -v ${kilobytes + 1024}; `);
      expect([line, ended.exitCode, ended.stdout]).toEqual([line, 3, ""]);
      expect(ended.stderr).toStartWith("esoteric-entropy: error: the native library cannot be loaded: ");
      expect(ended.stderr.match(/no memory for machine code/g)).toHaveLength(1);
      expect(ended.stderr).toContain("docs/REQUIREMENTS.md");
    }
  });

  test("what needs no native code works", async () => {
    const few = `ulimit -v ${kilobytes + 1024}; `;
    const scanned = await run("esoteric-entropy scan", few);
    expect(scanned.exitCode).toBe(0);
    expect(scanned.stderr.match(/the native library cannot be loaded/g)).toHaveLength(1);
    expect(scanned.stdout).not.toContain("cannot be loaded");
    expect((await run("cryptex scan file --rules rules.yar", few)).stdout).toContain('"rule":"one"');
  });
});

test.skipIf(process.platform !== "linux")("few open files: refused in a sentence", async () => {
  for (const allowed of [FILES_NEEDED / 2, FILES_NEEDED - 1]) {
    for (const line of COMMANDS) {
      const ended = await run(line, `ulimit -n ${allowed}; `);
      expect([ended.exitCode, ended.stdout]).toEqual([1, ""]);
      expect(ended.stderr).toMatch(
        /^\S+: error: only \d+ files may be open here, and the runtime needs 16\nhint: .*\n$/,
      );
    }
  }
  expect((await run(COMMANDS[0]!, `ulimit -n ${FILES_NEEDED}; `)).exitCode).toBe(0);
});

test.skipIf(process.platform !== "linux")(
  "no file may grow: why is said first, and no signal ends it",
  async () => {
    const ended = await run("esoteric-entropy stream --bytes 32 --format hex", "ulimit -f 0; ");
    expect([ended.exitCode, ended.stdout]).toEqual([3, ""]);
    expect(ended.stderr).toStartWith(
      "esoteric-entropy: error: the native library cannot be loaded: from a file in memory: EFBIG",
    );
  },
);

/** A folder for temporary files from which nothing may be executed, as guides to hardening ask for. */
const unshare = ["unshare", "--mount", ...(isRoot ? [] : ["--map-root-user"])];
const mount = `mount -t tmpfs -o noexec,nosuid,nodev tmpfs ${scratch}`;
const mayMount =
  process.platform === "linux" && Bun.spawnSync([...unshare, "sh", "-c", mount]).exitCode === 0;
if (!mayMount) console.log("skipped: this user may not mount");

describe.skipIf(noTmux())("monitor", () => {
  for (const [where, before] of [
    ["leaves nothing behind", ""],
    ["works where nothing may be executed from the folder for temporary files", mount],
  ] as const) {
    test.skipIf(before !== "" && !mayMount)(where, async () => {
      using tmux = new Tmux(80, 24, { TMPDIR: scratch });
      const inner = `${before || ":"} && "$0" monitor --sources page_fault_timing --refresh 0.2; code=$?; ls -A ${scratch}; exit $code`;
      tmux.command(
        `${before && unshare.join(" ")} sh -c '${inner}' ${paths["esoteric-entropy"]}; echo code=$?`,
      );
      await tmux.until(/j\/k move/);
      tmux.keys("q");
      expect(await tmux.exitCode()).toBe(0);
      expect(tmux.screen()).not.toMatch(/\.so$/m);
    });
  }
});
