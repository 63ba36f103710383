/** The battery for large data in the built program: killed at any time it goes on as if nothing had been. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { keystream } from "../support/keystream.ts";
import { runProcess } from "../support/run-process.ts";
import { StartedProgram } from "../support/started-program.ts";

const data = new Uint8Array(keystream(3_000_000, 7));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-deep-program-"));
  writeFileSync(at("data.bin"), data);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const STATE = "run.state";
const deep = (...args: readonly string[]) => [
  requireBuiltProgram(),
  "report",
  "--suite",
  "deep",
  "--state",
  STATE,
  ...args,
];
const run = (command: readonly string[], stdin?: Uint8Array<ArrayBuffer>) =>
  runProcess(command, { cwd: folder, env: {}, ...(stdin && { stdin }) });

describe("killed and called again", () => {
  beforeEach(() => {
    for (const name of readdirSync(folder)) if (name.startsWith(STATE)) rmSync(at(name));
  });

  test("while it shows its results: the report is the same, byte by byte", async () => {
    const command = deep("--input", "data.bin");
    const whole = await run(command);
    expect([whole.exitCode, whole.stdout]).toEqual([0, expect.stringContaining("3 evaluations")]);
    for (const moment of ["BYTES", "2^20", "2,949,120"]) {
      rmSync(at(STATE), { force: true });
      using program = new StartedProgram(command, folder);
      await program.until(moment);
      program.signal("SIGKILL");
      expect(await program.exited).toBe(137);
      expect((await run(command)).stdout).toBe(whole.stdout);
    }
  });

  test("again and again, while it writes its state or just after", async () => {
    const command = deep("--input", "data.bin", "--json");
    const whole = await run(command);
    rmSync(at(STATE));
    for (const name of [`${STATE}.part`, STATE]) {
      rmSync(at(`${STATE}.part`), { force: true });
      using program = new StartedProgram(command, folder);
      const ended = program.exited.then(() => true);
      const turn = () => new Promise<false>((resolve) => setImmediate(() => resolve(false)));
      while (!existsSync(at(name)) && !(await Promise.race([ended, turn()])));
      program.signal("SIGKILL");
      await program.exited;
    }
    expect((await run(command)).stdout).toBe(whole.stdout);
    expect(readdirSync(folder).filter((name) => name.startsWith(STATE))).toEqual([STATE]);
  });

  test("with data from a pipe that begins again", async () => {
    const command = deep("--stdin", "--json");
    const evaluationsOf = ({ stdout }: { readonly stdout: string }): { bytes: number; level: number }[] =>
      JSON.parse(stdout).evaluations;
    const first = evaluationsOf(await run(command, data.slice(0, 1_500_000)));
    const second = evaluationsOf(await run(command, data));
    rmSync(at(STATE));
    const whole = evaluationsOf(await run(command, data));
    expect(first.at(-1)!.bytes).toBe(22 * 65_536);
    // The two ends have half and a quarter of a share.
    const last = { ...whole.at(-1)!, level: whole.at(-1)!.level / 2 };
    expect(second).toEqual([...first, ...whole.slice(first.length - 1, -1), last]);
    const other = await run(command, data.slice(1));
    expect([other.exitCode, other.stderr]).toEqual([
      1,
      expect.stringContaining("are not those that the run in run.state has seen"),
    ]);
  });
});

describe("exit codes", () => {
  test("4 for data that fail, and for too few", async () => {
    writeFileSync(
      at("stuck.bin"),
      data.map((byte) => byte | 1),
    );
    writeFileSync(at("few.bin"), data.subarray(0, 65_535));
    const failing = await run([requireBuiltProgram(), "report", "--suite", "deep", "--input", "stuck.bin"]);
    expect([failing.exitCode, failing.stdout]).toEqual([
      4,
      expect.stringContaining("\nFAIL  1,048,576 = 2^20"),
    ]);
    const few = await run([requireBuiltProgram(), "report", "--suite", "deep", "--input", "few.bin"]);
    expect([few.exitCode, few.stderr]).toEqual([4, expect.stringContaining("takes 65,536 bytes at least")]);
  });
});

const canMount =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  Bun.spawnSync(["unshare", "-m", "true"], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
if (!canMount) console.log("skipped: a full disk takes Linux, root and mount namespaces");

test.skipIf(!canMount)(
  "a disk that fills up ends a run with an error, and its last state stays",
  async () => {
    mkdirSync(at("disk"));
    writeFileSync(at("few.bin"), data.subarray(0, 65_536));
    // In a mount namespace of its own, which ends with it: the disk has room for one state, not for another beside it.
    const script = `deep() { "$0" report --suite deep "$@"; }
    deep --state plain --input few.bin >first && size=$(wc -c <plain) || exit 9
    mount -t tmpfs -o size=$((size * 3 / 2)) tmpfs disk && cp plain disk/s || exit 8
    deep --state disk/s --stdin <data.bin; code=$?; cmp disk/s plain && exit $code`;
    const { exitCode, stderr } = await run(["unshare", "-m", "sh", "-c", script, requireBuiltProgram()]);
    expect(stderr).toContain("disk/s.part: no space left on the disk");
    expect(stderr).toContain("hint: make room and give the same command again");
    expect(exitCode).toBe(1);
    expect(readFileSync(at("first"), "utf8")).toContain("1 evaluation");
  },
);
