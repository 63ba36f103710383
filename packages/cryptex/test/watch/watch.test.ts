/** `watch`, the command itself: what happens in folders, and the lines that follow from it. No test waits for time to pass. */
import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { openRuleSet } from "../../src/rules/open-rule-set.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { ReloadWish, runWatch } from "../../src/watch/run-watch.ts";
import type { Watcher } from "../../src/watch/watcher.ts";
import { runCryptex, WorkFolder } from "../support/program.ts";
import { type WatchLine, WatchProgram } from "./watch-program.ts";

const RULES = 'rule hello { strings: $a = "hello" condition: $a }';

function work(files: Readonly<Record<string, string>> = {}): WorkFolder {
  const folder = new WorkFolder({ "r.yar": RULES, ...files });
  mkdirSync(folder.at("d"), { recursive: true });
  return folder;
}

const isLinux = process.platform === "linux";

describe.each([
  ["inotify", [] as readonly string[]],
  ["--poll", ["--poll", "0.05"]],
])("%s", (way, flags) => {
  if (way === "inotify" && !isLinux) {
    test.skip("inotify is there on Linux alone", () => {});
    return;
  }
  const start = (folder: WorkFolder, ...more: readonly string[]) =>
    WatchProgram.start(folder, "d", "--rules", "r.yar", ...flags, ...more);

  test("what is written, appended to, moved or linked in is scanned; what was there is not", async () => {
    using folder = work({ "d/old": "hello", "out/moved": "hello", "out/linked": "hello" });
    await using watch = await start(folder);
    folder.write("d/new", "hello");
    await watch.match("d/new");
    appendFileSync(folder.at("d/new"), " again");
    await watch.match("d/new");
    renameSync(folder.at("out/moved"), folder.at("d/moved"));
    await watch.match("d/moved");
    linkSync(folder.at("out/linked"), folder.at("d/linked"));
    await watch.match("d/linked");
    const { code, end } = await watch.end();
    expect(code).toBe(0);
    expect(end).toMatchObject({ type: "end", complete: true, errors: 0 });
    // A look may come between the making of a file and its content, and is followed by another one then.
    expect(new Set(watch.files())).toEqual(new Set(["match d/linked", "match d/moved", "match d/new"]));
  });

  test("--initial scans what is there first, and the rest as it comes", async () => {
    using folder = work({ "d/old": "hello", "d/sub/old": "hello", "d/clean": "x" });
    await using watch = await start(folder, "--initial", "--list-clean");
    const wanted = new Set(["clean d/clean", "match d/old", "match d/sub/old"]);
    const known = (line: WatchLine) => "path" in line && wanted.delete(`${line.type} ${line.path}`);
    await watch.until((line) => known(line) && wanted.size === 0);
    folder.write("d/sub/new", "hello");
    await watch.match("d/sub/new");
  });

  test("a file that is put in another's place, again and again", async () => {
    using folder = work({ "d/file": "old" });
    await using watch = await start(folder);
    for (let i = 0; i < 3; i++) {
      folder.write("d/.file.tmp", `hello ${i}`);
      renameSync(folder.at("d/.file.tmp"), folder.at("d/file"));
      await watch.match("d/file");
    }
  });

  test("a file that was named by itself: replaced, deleted, and there again", async () => {
    using folder = work({ "d/file": "old", "d/other": "x" });
    await using watch = await WatchProgram.start(folder, "d/file", "--rules", "r.yar", ...flags);
    folder.write("d/other", "hello");
    folder.write("d/.tmp", "hello");
    renameSync(folder.at("d/.tmp"), folder.at("d/file"));
    await watch.match("d/file");
    unlinkSync(folder.at("d/file"));
    await watch.note("gone");
    folder.write("d/file", "hello");
    await watch.match("d/file");
    await watch.end();
    expect(watch.files()).not.toContain("match d/other");
  });

  test("new folders, however deep, and whatever is put into them at once", async () => {
    using folder = work();
    await using watch = await start(folder);
    for (let i = 0; i < 20; i++) folder.write(`d/${i}/x/y/file`, "hello");
    const wanted = new Set(Array.from({ length: 20 }, (_, i) => `d/${i}/x/y/file`));
    await watch.until((line) => line.type === "match" && wanted.delete(line.path) && wanted.size === 0);
    folder.write("d/7/x/y/later", "hello");
    await watch.match("d/7/x/y/later");
  });

  test("a folder that is moved in, with all that is in it; moved within; moved out", async () => {
    using folder = work({ "out/tree/deep/file": "hello" });
    await using watch = await start(folder);
    renameSync(folder.at("out/tree"), folder.at("d/tree"));
    await watch.match("d/tree/deep/file");
    renameSync(folder.at("d/tree"), folder.at("d/other"));
    await watch.match("d/other/deep/file");
    folder.write("d/other/deep/new", "hello");
    await watch.match("d/other/deep/new");
    renameSync(folder.at("d/other"), folder.at("out/gone"));
    folder.write("out/gone/deep/unseen", "hello");
    folder.write("d/last", "hello");
    await watch.match("d/last");
    await watch.end();
    expect(watch.files().filter((line) => line.includes("unseen"))).toEqual([]);
  });

  test("the folder that goes away is waited for, and what is in it then is scanned", async () => {
    using folder = work({ "d/sub/old": "hello" });
    await using watch = await start(folder);
    rmSync(folder.at("d"), { recursive: true });
    expect(await watch.note("gone")).toMatchObject({ path: "d" });
    folder.write("d/sub/back", "hello");
    expect(await watch.note("back")).toMatchObject({ path: "d" });
    await watch.match("d/sub/back");
    folder.write("d/sub/more", "hello");
    await watch.match("d/sub/more");
    renameSync(folder.at("d"), folder.at("e"));
    await watch.note("gone");
    renameSync(folder.at("e"), folder.at("d"));
    await watch.note("back");
    folder.write("d/end", "hello");
    await watch.match("d/end");
    expect((await watch.end()).end).toMatchObject({ complete: true, errors: 0 });
  });

  test("a path that is not there yet: an error, then what comes there", async () => {
    using folder = work();
    await using watch = await WatchProgram.start(folder, "later", "--rules", "r.yar", ...flags);
    expect(watch.files()).toEqual(["error later"]);
    folder.write("later/file", "hello");
    await watch.match("later/file");
    expect((await watch.end()).end).toMatchObject({ complete: false, errors: 1 });
  });

  test("links, FIFOs and what is excluded are not read; names that are no UTF-8 are exact", async () => {
    using folder = work({ "out/file": "hello" });
    await using watch = await start(folder, "--exclude", "*.log", "--exclude", "skipped");
    symlinkSync(folder.at("out/file"), folder.at("d/link"));
    symlinkSync(folder.at("out"), folder.at("d/folder-link"));
    Bun.spawnSync(["mkfifo", folder.at("d/fifo")]);
    folder.write("d/a.log", "hello");
    folder.write("d/skipped/file", "hello");
    writeFileSync(Buffer.from(`${folder.at("d/odd")}\xff`, "latin1"), "hello");
    const odd = await watch.until((line) => line.type === "match");
    expect(odd).toMatchObject({ path_bytes: Buffer.from("d/odd\xff", "latin1").toString("base64") });
    folder.write("d/last", "hello");
    await watch.match("d/last");
    await watch.end();
    expect(
      watch
        .files()
        .filter((line) => !line.startsWith("match"))
        .filter((line) => !/excluded|skipped/.test(line)),
    ).toEqual(["skip d/fifo", "skip d/folder-link", "skip d/link"]);
  });

  test("a rule that goes on for ever does not keep it from ending: the file is named, the counts follow", async () => {
    using folder = work({
      "r.yar": "rule endless { condition: for all i in (0..1000000000000) : (i >= 0) }",
    });
    await using watch = await start(folder, "--timeout", "100000");
    const before = isLinux ? watch.processorTicks() : 0;
    folder.write("d/file", "x");
    // Nothing else says that the scan has begun.
    while (isLinux && watch.processorTicks() < before + 30) await Bun.sleep(5);
    const { code, end } = await watch.end("SIGINT");
    expect(code).toBe(0);
    expect(watch.files()).toEqual(["error d/file"]);
    expect(end).toMatchObject({ type: "end", complete: false, scanned: 0, errors: 1 });
  });
});

describe.skipIf(!isLinux)("inotify, in particular", () => {
  const start = (folder: WorkFolder, ...more: readonly string[]) =>
    WatchProgram.start(folder, "d", "--rules", "r.yar", ...more);

  test("a file that is renamed while it waits is scanned under its new name alone; one that went away is named", async () => {
    using folder = work();
    await using watch = await start(folder);
    folder.write("d/part", "hello");
    renameSync(folder.at("d/part"), folder.at("d/whole"));
    folder.write("d/brief", "hello");
    unlinkSync(folder.at("d/brief"));
    const wanted = new Set(["match d/whole", "skip d/brief"]);
    const known = (line: WatchLine) => "path" in line && wanted.delete(`${line.type} ${line.path}`);
    await watch.until((line) => known(line) && wanted.size === 0);
    await watch.end();
    expect(watch.files()).toEqual(["match d/whole", "skip d/brief"]);
  });

  test("a file that is held open and written to is scanned when it is left alone", async () => {
    using folder = work();
    await using watch = await start(folder);
    const file = openSync(folder.at("d/log"), "w");
    try {
      writeSync(file, "hello");
      await watch.match("d/log");
    } finally {
      closeSync(file);
    }
  });

  test("changes that the system has dropped lead to a scan of everything, and a line says so", async () => {
    const most = Number(await Bun.file("/proc/sys/fs/inotify/max_queued_events").text());
    if (most > 50_000)
      return void console.log(`skipped: the system keeps ${most} changes, too many to drop some`);
    using folder = work({ "d/old": "hello" });
    await using watch = await start(folder, "--threads", "1");
    watch.signal("SIGSTOP");
    // Two changes in turn are not taken for one.
    const [a, b] = ["a", "b"].map((name) => openSync(folder.at(`d/${name}`), "w"));
    for (let i = 0; i < most; i++) writeSync(i % 2 ? a! : b!, "x");
    folder.write("d/sub/new", "hello");
    closeSync(a!);
    closeSync(b!);
    watch.signal("SIGCONT");
    await watch.note("rescan");
    const wanted = new Set(["d/old", "d/sub/new"]);
    await watch.until((line) => line.type === "match" && wanted.delete(line.path) && wanted.size === 0);
    folder.write("d/sub/later", "hello");
    await watch.match("d/sub/later");
    expect((await watch.end()).end).toMatchObject({ complete: true });
  });

  test("a file whose rights are given later is scanned then", async () => {
    using folder = work();
    const isRoot = process.getuid?.() === 0;
    if (isRoot) return void console.log("skipped: root may read all");
    await using watch = await start(folder);
    writeFileSync(folder.at("d/locked"), "hello", { mode: 0 });
    await watch.until((line) => line.type === "error" && line.path === "d/locked");
    chmodSync(folder.at("d/locked"), 0o600);
    await watch.match("d/locked");
  });

  test("the lines themselves are not watched", async () => {
    using folder = work();
    const out = openSync(folder.at("d/lines"), "w");
    const child = Bun.spawn(
      [
        process.execPath,
        new URL("../../src/main.ts", import.meta.url).pathname,
        "watch",
        "d",
        "--rules",
        "r.yar",
      ],
      { cwd: folder.path, env: { HOME: folder.at("home") }, stdout: out, stderr: "ignore", stdin: "ignore" },
    );
    closeSync(out);
    const lines = () => Bun.file(folder.at("d/lines")).text();
    const until = async (wanted: string) => {
      while (!(await lines()).includes(wanted)) await Bun.sleep(5);
    };
    await until('"ready"');
    folder.write("d/1", "hello");
    await until('"d/1"');
    folder.write("d/2", "hello");
    await until('"d/2"');
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(await lines()).not.toContain("d/lines");
  });

  test("SIGHUP has the rules read again: the counts of the old ones, then a start with the new ones", async () => {
    using folder = work();
    await using watch = await start(folder);
    folder.write("d/1", "hello");
    await watch.match("d/1");
    folder.write("r.yar", `${RULES}\nrule other { condition: true }`);
    watch.signal("SIGHUP");
    expect(await watch.note("rules")).toMatchObject({
      message: "the rules were read again, and have changed",
    });
    expect(await watch.until((line) => line.type === "end")).toMatchObject({ matches: 1 });
    expect(await watch.until((line) => line.type === "start")).toMatchObject({ rules: 2 });
    folder.write("d/2", "hello");
    await watch.match("d/2", "other");
    // As they are, or without any rule: the ones before stay.
    watch.signal("SIGHUP");
    expect(await watch.note("rules")).toMatchObject({ message: expect.stringContaining("are as they were") });
    folder.write("r.yar", "rule broken { condition: nobody }");
    watch.signal("SIGHUP");
    expect(await watch.note("rules")).toMatchObject({
      message: expect.stringContaining("the old ones stay"),
    });
    folder.write("d/3", "x");
    await watch.match("d/3", "other");
    expect((await watch.end()).code).toBe(0);
  });

  test("--reload: when a rule file changes, or one comes beside it", async () => {
    using folder = work({ "rules/a.yar": RULES });
    await using watch = await WatchProgram.start(
      folder,
      "d",
      "--rules",
      "rules",
      "--reload",
      "--debounce",
      "0.05",
    );
    folder.write("rules/b.yar", "rule other { condition: true }");
    await watch.until((line) => line.type === "start" && line.rules === 2);
    folder.write("rules/b.yar", "rule third { condition: true }\nrule bad { condition: nobody }");
    await watch.until((line) => line.type === "quarantine" && line.rule === "bad");
    folder.write("d/1", "x");
    await watch.match("d/1", "third");
  });

  test.each([
    ["asked", [] as readonly string[]],
    ["looking", ["--poll", "0.05"]],
  ])("--reload: when a rule file goes away; %s", async (_, flags) => {
    using folder = work({ "rules/a.yar": RULES, "rules/b.yar": "rule other { condition: true }" });
    await using watch = await WatchProgram.start(folder, "d", "--rules", "rules", "--reload", ...flags);
    unlinkSync(folder.at("rules/b.yar"));
    await watch.until((line) => line.type === "start" && line.rules === 1);
    rmSync(folder.at("rules"), { recursive: true });
    expect(await watch.note("rules")).toMatchObject({
      message: expect.stringContaining("the old ones stay"),
    });
    folder.write("rules/c.yar", `${RULES} rule third { condition: true }`);
    await watch.until((line) => line.type === "start" && line.rules === 2);
  });
});

test("a packed set: what is read again is verified again", async () => {
  using folder = work({ "rules/a.yar": RULES });
  const must = async (...args: readonly string[]) => {
    const { exitCode, stderr } = await runCryptex(folder, ...args, "--keys", "keys");
    expect(exitCode, stderr).toBe(0);
  };
  const pack = (version: string, file: string) =>
    must("ruleset", "pack", "--rules", "rules", "--name", "house", "--version", version, "-o", file);
  await must("keys", "new", "house");
  await pack("1", "live.cxr");
  folder.write("rules/b.yar", "rule other { condition: true }");
  await pack("2", "next.cxr");
  await using watch = await WatchProgram.start(
    folder,
    "d",
    "--rules",
    "live.cxr",
    "--keys",
    "keys",
    "--reload",
  );
  copyFileSync(folder.at("live.cxr"), folder.at("old.cxr"));
  renameSync(folder.at("next.cxr"), folder.at("live.cxr"));
  await watch.until((line) => line.type === "start" && line.rules === 2);
  renameSync(folder.at("old.cxr"), folder.at("live.cxr"));
  expect(await watch.note("rules")).toMatchObject({
    message: expect.stringMatching(/the old ones stay: .*it is version 1 of house/),
  });
  folder.write("d/1", "x");
  await watch.match("d/1", "other");
});

describe("rules that change while they are read again", () => {
  /** A watch in which nothing happens. */
  class Quiet implements Watcher {
    onMore = () => {};
    next = () => undefined;
    refused = () => {};
    leftovers = () => [];
    [Symbol.dispose]() {}
  }

  const open = (folder: WorkFolder) =>
    openRuleSet({
      paths: [folder.at("r.yar")],
      includeFolders: [],
      externals: {},
      warn() {},
      signal: new AbortController().signal,
    });

  /** Watches until the rules begin of which there are so many. Returns how many there were in turn. */
  async function turns(folder: WorkFolder, last: number, wish: ReloadWish, reopen: () => Promise<RuleSet>) {
    const stop = new AbortController();
    const maxSize = 2 ** 20;
    const walk = { roots: [folder.at("d")], exclude: [], maxSize, maxDepth: 1, follow: false };
    const counts: number[] = [];
    for await (const event of runWatch({
      watcher: new Quiet(),
      ruleSet: await open(folder),
      reopen,
      wish,
      limits: { walk, timeoutMs: 1000, maxStrings: 1, listClean: false },
      signal: stop.signal,
      onNote: () => {},
    })) {
      if (event.type === "start") counts.push(event.rules);
      if (event.type === "start" && event.rules === last) stop.abort();
    }
    return counts;
  }

  test("are read once more, and the last ones hold", async () => {
    using folder = work();
    const wish = new ReloadWish();
    let readings = 0;
    wish.make();
    const counts = await turns(folder, 3, wish, async () => {
      if (++readings > 1) return open(folder);
      folder.write("r.yar", `${RULES} rule b { condition: true }`);
      const opened = await open(folder);
      // A change comes in the middle of a reading that is of no use by its end.
      folder.write("r.yar", `${RULES} rule b { condition: true } rule c { condition: true }`);
      wish.make();
      return opened;
    });
    expect(counts).toEqual([1, 3]);
  });

  test("a wish that comes before the watch is kept", async () => {
    using folder = work();
    const wish = new ReloadWish();
    wish.make();
    const counts = await turns(folder, 2, wish, () => {
      folder.write("r.yar", `${RULES} rule b { condition: true }`);
      return open(folder);
    });
    expect(counts).toEqual([1, 2]);
  });
});

describe("from the command line", () => {
  test("without a rule there is nothing to watch with", async () => {
    using folder = work({ "r.yar": "// none", "bad.yar": "rule bad { condition: nobody }" });
    const none = await runCryptex(folder, "watch", "d", "--rules", "r.yar");
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("there is no rule in r.yar") });
    const lost = await runCryptex(folder, "watch", "d", "--rules", "bad.yar");
    expect(lost).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('"quarantine"') });
  });

  test("without a path, or with options that contradict each other", async () => {
    using folder = work();
    for (const args of [[], ["d", "--poll", "1", "--debounce", "1"], ["d", "--format", "sarif"]])
      expect((await runCryptex(folder, "watch", ...args, "--rules", "r.yar")).exitCode).toBe(2);
  });

  test("text: lines for people, and what is said beside them on stderr", async () => {
    using folder = work({ "d/old": "hello" });
    const child = Bun.spawn(
      [
        process.execPath,
        new URL("../../src/main.ts", import.meta.url).pathname,
        "watch",
        "d",
        "--rules",
        "r.yar",
        "--initial",
        "-f",
        "text",
      ],
      { cwd: folder.path, env: { HOME: folder.at("home") }, stdout: "pipe", stderr: "pipe", stdin: "ignore" },
    );
    let talk = "";
    for await (const piece of child.stderr) {
      talk += Buffer.from(piece).toString();
      if (talk.includes("watching 1 folder")) break;
    }
    let text = "";
    for await (const piece of child.stdout) {
      if (text === "") child.kill("SIGINT");
      text += Buffer.from(piece).toString();
    }
    expect(await child.exited).toBe(0);
    expect(text).toStartWith("d/old\n  hello\n    0x0 $a hello\n");
    expect(text).toContain("1 file scanned with 1 rule: 1 match in 1 file, 0 clean.");
  });
});

test("a reader that goes away ends it", async () => {
  using folder = work();
  const main = new URL("../../src/main.ts", import.meta.url).pathname;
  const script = `{ "$0" "$1" watch d --rules r.yar; echo "code $?" >&2; } | head -n 1`;
  const child = Bun.spawn(["bash", "-c", script, process.execPath, main], {
    cwd: folder.path,
    env: { PATH: process.env["PATH"], HOME: folder.at("home") },
    stdout: "pipe",
    stderr: "pipe",
    stdin: "ignore",
  });
  let code = "";
  const end = (async () => {
    for await (const piece of child.stderr) {
      code += Buffer.from(piece).toString();
      if (code.includes("code")) return;
    }
  })();
  for (let i = 0; code === ""; i++) {
    folder.write(`d/${i}`, "hello");
    await Bun.sleep(20);
  }
  await end;
  expect(code).toContain("code 3");
});
