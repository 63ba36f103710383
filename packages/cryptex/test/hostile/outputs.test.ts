/** Results of scans: never in the place of what is read, whole or not at all, and never raw on a terminal. */
import { describe, expect, test } from "bun:test";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { UsageError } from "#kit/errors.ts";
import { messageOf } from "#kit/term/exit.ts";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { runProcess } from "../../../../test/support/run-process.ts";
import type { Deps } from "../../src/deps.ts";
import { product } from "../../src/product.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { WorkFolder } from "../support/program.ts";
import { expectCountsOf } from "./support.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const RULE = 'rule needle { strings: $a = "needle" condition: $a }';

function workFolder(): WorkFolder {
  return new WorkFolder({
    "rules.yar": RULE,
    "rules/one.yar": RULE,
    "files/one": "needle",
    "files/two": "hay",
  });
}

/** Runs a command in this process, with paths from the folder. */
async function run(folder: WorkFolder, args: readonly string[], more: Partial<Deps> = {}, io = fakeIo()) {
  const deps = (): Deps => ({ env: { HOME: folder.at("home") }, ...more });
  const code = await runApp({ ...product, deps }, args, io);
  return { code, text: io.written().toString() };
}

const eventsOf = (text: string): ScanEvent[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

const OWN = "this scan writes to it";
const skipsIn = (folder: WorkFolder, events: readonly ScanEvent[]) =>
  events.flatMap((event) =>
    event.type === "skip" ? [`${event.path.slice(folder.path.length + 1)}: ${event.reason}`] : [],
  );

describe("what a scan writes below the folder that it scans is skipped", () => {
  test("a result, and the older one that it replaces: equal runs give equal bytes", async () => {
    using folder = workFolder();
    const output = folder.at("files/out.ndjson");
    const scan = () =>
      run(folder, ["scan", folder.at("files"), "--rules", folder.at("rules.yar"), "-o", output]);
    await scan();
    const first = eventsOf(readFileSync(output, "utf8"));
    expect(skipsIn(folder, first)).toEqual([]);
    expect(expectCountsOf(first)).toMatchObject({ complete: true, scanned: 2, matched: 1 });
    await scan();
    const second = readFileSync(output, "utf8");
    expect(skipsIn(folder, eventsOf(second))).toEqual([`files/out.ndjson: ${OWN}`]);
    await scan();
    expect(readFileSync(output, "utf8")).toBe(second);
    expect(readdirSync(folder.at("files")).sort()).toEqual(["one", "out.ndjson", "two"]);
  });

  test("the store of the cache, with its other files", async () => {
    using folder = workFolder();
    const args = ["--rules", folder.at("rules.yar"), "--cache", "--db", folder.at("files/seen.db")];
    const { code, text } = await run(folder, ["scan", folder.at("files"), ...args]);
    expect(code).toBe(0);
    expect(skipsIn(folder, eventsOf(text))).toContain(`files/seen.db: ${OWN}`);
    expect(expectCountsOf(eventsOf(text))).toMatchObject({ complete: true, scanned: 2 });
  });

  test("files that stdout and stderr go to", async () => {
    using folder = workFolder();
    folder.write("files/log", "needle");
    const args = ["scan", folder.at("files"), "--rules", folder.at("rules.yar")];
    const { text } = await run(folder, args, { streams: [statSync(folder.at("files/log"))] });
    expect(skipsIn(folder, eventsOf(text))).toEqual([`files/log: ${OWN}`]);
  });
});

describe("a result never replaces what it is made of", () => {
  test.each(["rules.yar", "rules/one.yar", "files/one", "list", "seen.db", "link", "hard"])(
    "%s",
    async (name) => {
      using folder = workFolder();
      folder.write("list", folder.at("files/two"));
      folder.write("seen.db", "");
      symlinkSync("rules.yar", folder.at("link"));
      linkSync(folder.at("rules.yar"), folder.at("hard"));
      const before = readFileSync(folder.at(name), "utf8");
      const failure = run(folder, [
        ...["scan", folder.at("files/one"), "--scan-list", folder.at("list"), "-o", folder.at(name)],
        ...["--rules", folder.at("rules.yar"), "--rules", folder.at("rules")],
        ...["--cache", "--db", folder.at("seen.db")],
      ]);
      expect(await rejectionOf(failure)).toBeInstanceOf(UsageError);
      if (name !== "seen.db") expect(readFileSync(folder.at(name), "utf8")).toBe(before);
      expect(readdirSync(folder.path).filter((each) => each.endsWith(".part"))).toEqual([]);
    },
  );

  test("nor does an index, nor its report", async () => {
    using folder = workFolder();
    folder.write("index.yar", 'include "rules/one.yar"');
    folder.write("out.json", RULE);
    const build = (index: string, output: string) =>
      run(folder, ["index", "build", folder.at(index), "--target", "yara-x", "-o", folder.at(output)]);
    for (const [index, output] of [
      ["rules.yar", "rules.yar"],
      ["index.yar", "rules/one.yar"],
      ["out.json", "out"],
    ] as const) {
      expect(await rejectionOf(build(index, output))).toBeInstanceOf(UsageError);
    }
    expect(readFileSync(folder.at("out.json"), "utf8")).toBe(RULE);
    expect(readFileSync(folder.at("rules/one.yar"), "utf8")).toBe(RULE);
  });
});

test("a reader that goes away before the end leaves the scan incomplete: 3, not 0", async () => {
  using folder = workFolder();
  const args = ["scan", folder.at("files"), "--rules", folder.at("rules.yar")];
  expect((await run(folder, args, {}, fakeIo({ closesAfter: 0 }))).code).toBe(3);
});

test("a pipe without a name takes a result, and no file 'pipe:[…]' appears", async () => {
  using folder = workFolder();
  const scan = [process.execPath, MAIN, "scan", "files", "--rules", "rules.yar", "-o", "/dev/stdout"];
  // A shell's pipe: this runtime gives its children sockets, which no path leads to.
  const { stdout } = await runProcess(["sh", "-c", '"$@" | cat', "sh", ...scan], {
    cwd: folder.path,
    env: { HOME: folder.at("home") },
  });
  expectCountsOf(eventsOf(stdout));
  expect(readdirSync(folder.path).filter((name) => name.startsWith("pipe:"))).toEqual([]);
});

describe("text of files and rules on a terminal", () => {
  // ESC and BEL, an 8-bit control, a change of direction, a line that is none.
  const HOSTILE = "x\x1b]0;title\x07\u009b2J\u202e\ncryptex: error: forged";
  const OBEYED = /(?!\n)[\p{Cc}\p{Cf}]/u;

  test("names of files, rule files, includes and metadata are escaped in every form of result", async () => {
    using folder = new WorkFolder();
    mkdirSync(folder.at(HOSTILE));
    folder.write(
      `${HOSTILE}/rules.yar`,
      Buffer.from(
        `include "${HOSTILE.replace("\n", "")}"
         rule needle : tag { meta: a = "\x1b[2J\u202e" strings: $a = "needle" condition: $a }
         rule lost { condition: missing and "\x1b[2J" contains "x" }`,
      ),
    );
    folder.write(`${HOSTILE}/file`, "needle\x1b[2J");
    for (const format of ["text", "ndjson", "json", "csv", "html", "sarif", "yara"]) {
      const io = fakeIo({ terminal: true });
      const args = [
        "scan",
        folder.at(HOSTILE),
        folder.at(`${HOSTILE}/absent`),
        "--rules",
        folder.at(HOSTILE),
      ];
      const deps = (): Deps => ({ env: { HOME: folder.at("home") } });
      await runApp({ ...product, deps }, [...args, "--format", format], io);
      expect(io.written().toString().replaceAll("\r\n", "\n")).not.toMatch(OBEYED);
      expect(io.talk()).not.toMatch(OBEYED);
    }
  });

  test("messages of errors are escaped, whatever they quote", async () => {
    using folder = new WorkFolder({ "rules.yar": RULE });
    for (const args of [
      ["scan", "files", "--rules", folder.at("rules.yar"), "-o", folder.at(`${HOSTILE}/out`)],
      ["scan", "--scan-list", folder.at(HOSTILE), "--rules", folder.at("rules.yar")],
      ["scan", "files", "--format", HOSTILE],
      ["scan", "files", `--${HOSTILE}`],
      [HOSTILE],
    ]) {
      const error = await rejectionOf(run(folder, args));
      expect(messageOf(error, "cryptex")).not.toMatch(OBEYED);
    }
    expect(existsSync(folder.at("out"))).toBe(false);
  });
});
