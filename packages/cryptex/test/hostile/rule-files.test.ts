/** Rule files that are none: pipes, devices, folders, links, and what includes lead to. Nothing waits, and each is named. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { runProcess } from "../../../../test/support/run-process.ts";
import { openRuleSet } from "../../src/rules/open-rule-set.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const GOOD = "rule good { condition: true }";

function fifo(path: string): void {
  const { exitCode } = Bun.spawnSync(["mkfifo", path]);
  if (exitCode !== 0) throw new Error("mkfifo failed");
}

const reasonsOf = (folder: RuleFolder, paths?: readonly string[]) => {
  const { rules, quarantined } = folder.compile(paths);
  return {
    rules: rules.map(({ syntax }) => syntax.name),
    lost: quarantined.map(({ file, reason }) => `${file.slice(folder.path.length + 1)}: ${reason}`),
  };
};

describe("what lies where a rule file should be is named and never waited for", () => {
  test("below a folder", () => {
    using folder = new RuleFolder({ "good.yar": GOOD });
    fifo(folder.at("pipe.yar"));
    symlinkSync("/dev/zero", folder.at("device.yar"));
    symlinkSync("nowhere", folder.at("dangling.yar"));
    symlinkSync("loop.yar", folder.at("loop.yar"));
    mkdirSync(folder.at("folder.yar"));
    symlinkSync("..", folder.at("folder.yar", "up"));
    expect(reasonsOf(folder)).toEqual({
      rules: ["good"],
      lost: [
        "dangling.yar: cannot be read: the link leads nowhere",
        "device.yar: cannot be read: is no file of rules",
        expect.stringMatching(/^loop\.yar: cannot be read: ELOOP/),
        "pipe.yar: cannot be read: is a pipe, which is read only where scan --rules names it",
      ],
    });
  });

  test("included", () => {
    using folder = new RuleFolder();
    fifo(folder.at("pipe"));
    symlinkSync("index.yar", folder.at("itself"));
    mkdirSync(folder.at("folder"));
    const included = [
      "pipe",
      "/dev/zero",
      "folder",
      "itself",
      "",
      "../../../../../../../etc/hostname.absent",
      "a".repeat(300),
    ];
    folder.write("index.yar", `${included.map((path) => `include "${path}"\n`).join("")}${GOOD}`);
    const { rules, lost } = reasonsOf(folder, ["index.yar"]);
    expect(rules).toEqual(["good"]);
    expect(lost).toHaveLength(included.length);
  });

  test("each file includes ten others: each is read once", () => {
    const names = Array.from({ length: 12 }, (_, i) => `f${i}.yar`);
    const all = names.map((name) => `include "${name}"\n`).join("");
    using folder = new RuleFolder(
      Object.fromEntries(names.map((name, i) => [name, `${all}rule r${i} { condition: true }`])),
    );
    const { rules, read, quarantined } = folder.compile();
    expect([rules.length, read.files.length]).toEqual([12, 12]);
    // Each names a file that is being read: a circle, said where it is closed.
    expect(quarantined.every(({ reason }) => reason.includes("in a circle"))).toBe(true);
  });
});

describe("a pipe that is named", () => {
  const open = (paths: readonly string[], signal = new AbortController().signal) =>
    openRuleSet({ paths, includeFolders: [], externals: {}, warn: () => {}, signal });

  test("is read to its end", async () => {
    using folder = new RuleFolder({ "good.yar": GOOD });
    fifo(folder.at("pipe"));
    const writer = runProcess(["sh", "-c", 'cat "$0" > "$1"', folder.at("good.yar"), folder.at("pipe")]);
    const { rules } = await open([folder.at("pipe")]);
    await writer;
    expect(rules.count).toBe(1);
  });

  test("that nobody writes to is waited for until an interrupt", async () => {
    using folder = new RuleFolder();
    fifo(folder.at("pipe"));
    const interrupt = new AbortController();
    const waiting = open([folder.at("pipe")], interrupt.signal);
    const reason = new Error("interrupted");
    setTimeout(() => interrupt.abort(reason), 50);
    await expect(waiting).rejects.toBe(reason);
    expect(readdirSync(folder.path)).toEqual(["pipe"]);
  });
});

test("a rule file whose name is no UTF-8 is named with that reason", () => {
  using folder = new RuleFolder({ "good.yar": GOOD });
  try {
    writeFileSync(Buffer.from(`${folder.at("odd")}\xff.yar`, "latin1"), GOOD);
  } catch {
    return console.log("skipped: this file system takes names of UTF-8 alone");
  }
  expect(reasonsOf(folder)).toEqual({
    rules: ["good"],
    lost: ["odd\uFFFD.yar: cannot be read: its name, or that of its folder, is no UTF-8: give it another"],
  });
});
