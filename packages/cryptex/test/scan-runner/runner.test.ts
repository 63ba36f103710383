import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import type { EndEvent, ScanEvent } from "../../src/scan-runner/events.ts";
import { ScanProgress } from "../../src/scan-runner/progress.ts";
import { runScan } from "../../src/scan-runner/runner.ts";
import type { StartThread } from "../../src/scan-runner/thread.ts";
import { type FakeRule, fakeRuleSet } from "./support/fake-engine.ts";
import { type Asked, realThread, sameThread, scanAll, walkOf } from "./support/scan.ts";
import { SeenInMemory } from "./support/seen.ts";
import { Tree } from "./support/tree.ts";

const RULES: readonly FakeRule[] = [
  { name: "abc", find: "abc" },
  { name: "b", find: "b" },
  { name: "needs_b", find: "b", dependsOn: ["b"] },
];

async function scan(tree: Tree, more: Partial<Asked> = {}, rules = RULES): Promise<ScanEvent[]> {
  return scanAll({ ruleSet: fakeRuleSet(rules), walk: walkOf([tree.root]), ...more });
}

/** Events of files in short: `match a/b: RULE`, `error a/b: REASON`. */
function short(tree: Tree, events: readonly ScanEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === "start" || event.type === "end") return [];
    const path = "path" in event && event.path !== undefined ? tree.below(event.path) : "";
    const rest = "rule" in event ? event.rule : "message" in event ? event.message : "";
    const reason = "reason" in event ? event.reason : "";
    return [`${event.type} ${path}: ${[rest, reason].filter(Boolean).join(" ")}`.trimEnd()];
  });
}

function endOf(events: readonly ScanEvent[]): EndEvent {
  const end = events.at(-1);
  if (end?.type !== "end") throw new Error("the scan has no end");
  return end;
}

describe("lines", () => {
  test("a match, in full", async () => {
    using tree = new Tree();
    const path = tree.file("a.bin", "xx\\abc\n");
    const [start, match, end] = await scan(tree, {}, [RULES[0]!]);
    const ruleSet = fakeRuleSet([RULES[0]!]);
    expect(start).toEqual({
      type: "start",
      schema: 1,
      ruleset: { digest: ruleSet.digest },
      rules: 1,
      engines: [{ name: "libyara", version: "0", digest: "f".repeat(64) }],
    });
    expect(JSON.stringify(match)).toBe(
      JSON.stringify({
        type: "match",
        path,
        sha256: new Bun.CryptoHasher("sha256").update("xx\\abc\n").digest("hex"),
        size: 7,
        rule: "abc",
        namespace: "default",
        tags: ["t"],
        meta: [{ key: "author", value: "n" }],
        strings: [{ id: "$a", offset: 3, length: 3, data: "abc" }],
        engine: "libyara",
      }),
    );
    expect(end).toEqual({
      type: "end",
      complete: true,
      scanned: 1,
      clean: 0,
      matched: 1,
      matches: 1,
      skipped: 0,
      errors: 0,
    });
  });

  test("what the rule set lost stands before the files; a harmless loss leaves the scan complete", async () => {
    using tree = new Tree();
    const lost = { rule: "x", file: "r.yar", line: 3, reason: "undefined identifier" };
    const scanWith = (harmless: boolean) =>
      scanAll({
        ruleSet: fakeRuleSet(RULES, { quarantined: [{ ...lost, harmless }] }),
        walk: walkOf([tree.root]),
      });
    const events = await scanWith(false);
    expect(events[1]).toEqual({ type: "quarantine", ...lost });
    expect(endOf(events).complete).toBe(false);
    expect(endOf(await scanWith(true)).complete).toBe(true);
  });

  test("names that are not UTF-8 have their bytes", async () => {
    using tree = new Tree();
    tree.file("\xff\n\x80", "abc");
    const [, match] = await scan(tree, {}, [RULES[0]!]);
    expect(match).toMatchObject({
      path: `${tree.root}/\ufffd\n\ufffd`,
      path_bytes: Buffer.from(`${tree.root}/\xff\n\x80`, "latin1").toString("base64"),
    });
  });

  test("matches beyond the limit are counted", async () => {
    using tree = new Tree();
    tree.file("a", "b".repeat(1000));
    const [, match] = await scan(tree, { maxStrings: 3 }, [RULES[1]!]);
    expect(match).toMatchObject({ strings_total: { $a: 1000 } });
    expect(match?.type === "match" && match.strings).toHaveLength(3);
  });

  test("logs stand before the matches of their file, and make no match", async () => {
    using tree = new Tree();
    tree.file("a", "@log one\n@log two\nabc");
    tree.file("c", "@log only");
    const events = await scan(tree, {}, [RULES[0]!]);
    expect(short(tree, events)).toEqual(["log a: one", "log a: two", "match a: abc", "log c: only"]);
    expect(endOf(events)).toMatchObject({ complete: true, clean: 1, matched: 1 });
  });

  test("externals are set for each file", async () => {
    using tree = new Tree();
    tree.file("sub/Report.RAR");
    tree.file("sub/notes");
    tree.file("sub/.hidden");
    const rules = [
      { name: "name", find: "?filename=Report.RAR" },
      { name: "ext", find: "?extension=.RAR" },
      { name: "no_ext", find: "?extension=" },
      { name: "path", find: `?filepath=${tree.root}/sub` },
      { name: "type", find: "?filetype=" },
    ];
    expect(short(tree, await scan(tree, {}, rules))).toEqual([
      "match sub/.hidden: no_ext",
      "match sub/.hidden: path",
      "match sub/.hidden: type",
      "match sub/Report.RAR: name",
      "match sub/Report.RAR: ext",
      "match sub/Report.RAR: path",
      "match sub/Report.RAR: type",
      "match sub/notes: no_ext",
      "match sub/notes: path",
      "match sub/notes: type",
    ]);
  });
});

describe("faults cost one file, and are named", () => {
  test("traps, time, memory, changed files", async () => {
    using tree = new Tree();
    tree.file("a", "abc");
    tree.file("b", "@trap");
    tree.file("c", "@hang");
    tree.file("d", "@memory");
    tree.file("z", "abc");
    const events = await scan(tree, { timeoutMs: 20 }, [RULES[0]!]);
    expect(short(tree, events)).toEqual([
      "match a: abc",
      "error b: engine error: unreachable",
      "error c: timed out after 0.02 s",
      "error d: engine error: out of memory",
      "match z: abc",
    ]);
    expect(endOf(events)).toMatchObject({ complete: false, scanned: 2, matched: 2, errors: 3 });
  });

  test("rules that the engine gives up on are left out, and their dependants with them", async () => {
    using tree = new Tree();
    tree.file("m", "@fibers b\nabc");
    tree.file("n", "@fibers b\nno match");
    tree.file("o", "b");
    const events = await scan(tree);
    const why = "the engine gave up on a regular expression of the rule in this file: too many fibers";
    const dependant = "rests on b, on which the engine gave up in this file";
    expect(short(tree, events)).toEqual([
      "match m: abc",
      `quarantine m: b ${why}`,
      `quarantine m: needs_b ${dependant}`,
      `quarantine n: b ${why}`,
      `quarantine n: needs_b ${dependant}`,
      `error n: not wholly evaluated: b: ${why}; needs_b: ${dependant}`,
      "match o: b",
      "match o: needs_b",
    ]);
    expect(events.find(({ type }) => type === "quarantine")).toMatchObject({ file: "rules.yar", line: 2 });
    expect(endOf(events)).toMatchObject({ complete: false, scanned: 2, matched: 2, matches: 3, errors: 1 });
  });

  test("a global rule that is left out takes all others with it, those of other namespaces too", async () => {
    using tree = new Tree();
    tree.file("m", "@fibers all\nabc");
    const rules = [
      { name: "all", find: "a", isGlobal: true },
      { ...RULES[0]!, namespace: "other.yar" },
    ];
    const events = await scan(tree, {}, rules);
    expect(events.map(({ type }) => type)).toEqual(["start", "quarantine", "quarantine", "error", "end"]);
  });

  test("strings that the engine gives up on, and facts that it could not work out", async () => {
    using tree = new Tree();
    tree.file("m", "@give-up abc\nabc");
    tree.file("n", "@damaged pe.signatures");
    expect(short(tree, await scan(tree, {}, [RULES[0]!]))).toEqual([
      "match m: abc",
      "quarantine m: abc too many matches",
      "quarantine n: not evaluated: pe.signatures",
      "error n: not wholly evaluated: not evaluated: pe.signatures",
    ]);
  });

  test("a thread that dies", async () => {
    using tree = new Tree();
    for (let i = 0; i < 50; i++) tree.file(`f${i}`, i % 20 === 7 ? "@die" : "abc");
    const events = await scan(tree, { startThread: realThread }, [RULES[0]!]);
    expect(short(tree, events).filter((each) => each.startsWith("error"))).toEqual(
      ["f27", "f47", "f7"].map(
        (each) => `error ${each}: engine error: the scanning thread died: exit code 3`,
      ),
    );
    expect(endOf(events)).toMatchObject({ scanned: 47, matched: 47, errors: 3 });
  });

  test("a thread that never comes back from a file is given up", async () => {
    using tree = new Tree();
    tree.file("a", "x");
    tree.file("b", "abc");
    let started = 0;
    const firstHangs: StartThread = (data, listener) => {
      if (started++ > 0) return sameThread(data, listener);
      return { post: () => Atomics.store(data.position, 0, 0), terminate: () => {} };
    };
    const events = await scan(tree, { startThread: firstHangs, timeoutMs: 100, threads: 1 }, [RULES[0]!]);
    expect(short(tree, events)).toEqual(["error a: timed out after 0.1 s", "match b: abc"]);
  });

  test("threads that cannot start, or cannot load the rules, end the scan", async () => {
    using tree = new Tree();
    tree.file("a");
    const dies: StartThread = (_, listener) => {
      setImmediate(() => listener.onDeath("no memory"));
      return { post: () => {}, terminate: () => {} };
    };
    await expect(scan(tree, { startThread: dies })).rejects.toThrow("the scanning thread died: no memory");
    const broken = { ...fakeRuleSet(RULES), compiled: new Uint8Array([1]) };
    await expect(scan(tree, { ruleSet: broken, startThread: realThread })).rejects.toThrow(
      "the rules cannot be loaded",
    );
  });
});

describe("counts and order", () => {
  const content = fc.constantFrom(
    "abc",
    "b",
    "x",
    "",
    "@trap",
    "@memory",
    "@fibers b",
    "@fibers abc\nb",
    "@log t",
    "@give-up b",
  );
  const kind = fc.oneof(
    { weight: 6, arbitrary: content.map((text) => ({ text })) },
    { weight: 1, arbitrary: fc.constant({ link: "nowhere" }) },
    { weight: 1, arbitrary: fc.constant({ text: "y".repeat(5000) }) },
  );
  const files = fc.dictionary(fc.stringMatching(/^[a-d]{1,2}(\/[a-d-]{1,2}){0,2}$/), kind, { maxKeys: 40 });

  test("each path is in exactly one of match, skip, error and clean; equal scans give equal bytes", async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 4 }), async (all, threads) => {
        using tree = new Tree();
        const made: string[] = [];
        for (const [name, what] of Object.entries(all)) {
          if (made.some((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`))) continue;
          made.push(name);
          if ("text" in what) tree.file(name, what.text);
          else {
            if (name.includes("/")) tree.folder(name.slice(0, name.lastIndexOf("/")));
            symlinkSync(what.link, tree.path(name));
          }
        }
        const options = { walk: walkOf([tree.root], { maxSize: 4000 }), listClean: true };
        const events = await scan(tree, { ...options, threads });
        const end = endOf(events);
        const paths = new Map<string, Set<string>>();
        for (const event of events) {
          if (
            event.type !== "match" &&
            event.type !== "skip" &&
            event.type !== "error" &&
            event.type !== "clean"
          )
            continue;
          const path = tree.below(event.path);
          paths.set(path, (paths.get(path) ?? new Set()).add(event.type));
        }
        expect([...paths.keys()]).toEqual(made.toSorted());
        expect([...paths.values()].every(({ size }) => size === 1)).toBe(true);
        const count = (type: string) => [...paths.values()].filter((types) => types.has(type)).length;
        expect(end).toMatchObject({
          clean: count("clean"),
          matched: count("match"),
          scanned: count("clean") + count("match"),
          skipped: count("skip"),
          errors: count("error"),
          matches: events.filter(({ type }) => type === "match").length,
        });
        const isWhole = !events.some(
          (event) =>
            event.type === "error" ||
            event.type === "quarantine" ||
            (event.type === "skip" && event.reason.startsWith("size")),
        );
        expect(end.complete).toBe(isWhole);
        expect(await scan(tree, { ...options, threads: (threads % 4) + 1 })).toEqual(events);
        const unordered = await scan(tree, { ...options, unordered: true });
        expect(unordered.map((event) => JSON.stringify(event)).sort()).toEqual(
          events.map((event) => JSON.stringify(event)).sort(),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("threads of the system give the same bytes as well, though some are slow", async () => {
    using tree = new Tree();
    for (let i = 0; i < 400; i++)
      tree.file(`d${i % 7}/f${i}`, i % 90 === 0 ? "@slow\nabc" : i % 3 === 0 ? "abc" : "x");
    const reference = await scan(tree, { listClean: true });
    for (const threads of [1, 3]) {
      expect(await scan(tree, { listClean: true, startThread: realThread, threads })).toEqual(reference);
    }
  });
});

describe("cancelling", () => {
  test("ends a scan inside a file, with the signal's reason and without an end", async () => {
    using tree = new Tree();
    tree.file("a", "abc");
    tree.file("b", "@hang");
    const controller = new AbortController();
    const reason = new Error("interrupted");
    const events: ScanEvent[] = [];
    const request = {
      ruleSet: fakeRuleSet(RULES),
      walk: walkOf([tree.root]),
      timeoutMs: 0,
      maxStrings: 1,
      threads: 1,
    };
    const run = async () => {
      for await (const event of runScan({ ...request, signal: controller.signal, startThread: realThread })) {
        events.push(event);
        if (event.type === "start") setTimeout(() => controller.abort(reason), 50);
      }
    };
    await expect(run()).rejects.toBe(reason);
    expect(events.some(({ type }) => type === "end")).toBe(false);
  });

  test("before the first file", async () => {
    using tree = new Tree();
    const reason = new Error("interrupted");
    await expect(scan(tree, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test("a reader that stops reading ends the threads", async () => {
    using tree = new Tree();
    tree.file("a", "abc");
    let ended = 0;
    const counted: StartThread = (data, listener) => {
      const thread = sameThread(data, listener);
      return { ...thread, terminate: () => void ended++ };
    };
    const request = { ruleSet: fakeRuleSet(RULES), walk: walkOf([tree.root]), timeoutMs: 0, maxStrings: 1 };
    for await (const _ of runScan({ ...request, signal: new AbortController().signal, startThread: counted }))
      break;
    expect(ended).toBe(1);
  });
});

test("what was found does not wait for a large file behind it", async () => {
  using tree = new Tree();
  for (const name of ["a", "b", "d"]) tree.file(name, "abc");
  truncateSync(tree.file("c", ""), 2 ** 21);
  const { promise: wasFound, resolve } = Promise.withResolvers<void>();
  const startThread: StartThread = (data, listener) => {
    const waiting = new Set<number>();
    const thread = sameThread(data, {
      ...listener,
      onReply(reply) {
        const isHeld = reply.kind === "done" && waiting.has(reply.id);
        void (isHeld ? wasFound : Promise.resolve()).then(() => listener.onReply(reply));
      },
    });
    return {
      ...thread,
      post(batch) {
        if (batch.files.some(({ path }) => path.endsWith("/c"))) waiting.add(batch.id);
        thread.post(batch);
      },
    };
  };
  const found: string[] = [];
  const { signal } = new AbortController();
  const request = {
    ruleSet: fakeRuleSet([RULES[0]!]),
    walk: walkOf([tree.root]),
    timeoutMs: 0,
    maxStrings: 1,
    threads: 1,
  };
  for await (const event of runScan({ ...request, signal, startThread })) {
    found.push(...short(tree, [event]));
    if (found.at(-1) === "match b: abc") resolve();
  }
  expect(found).toEqual(["match a: abc", "match b: abc", "match d: abc"]);
});

test("a file that takes longer than all that may be walked ahead of it holds nothing up for good", async () => {
  using tree = new Tree();
  const slow: StartThread = (data, listener) =>
    sameThread(data, {
      ...listener,
      // By then the walk has stopped for want of room: it takes 64 steps or more in each turn of the event loop.
      onReply: (reply) => afterTurns(1000, () => listener.onReply(reply)),
    });
  const missing = Array.from({ length: 40_000 }, (_, i) => tree.path(`b${i}`));
  const events = await scan(tree, { walk: walkOf([tree.file("a", "abc"), ...missing]), startThread: slow });
  expect(endOf(events)).toMatchObject({ scanned: 1, errors: missing.length });
});

function afterTurns(turns: number, then: () => void): void {
  setImmediate(() => (turns > 1 ? afterTurns(turns - 1, then) : then()));
}

describe("seen files", () => {
  const never: StartThread = () => expect.unreachable("a thread was started");

  test("an unchanged tree is not read again, and gives the same bytes", async () => {
    using tree = new Tree();
    for (let i = 0; i < 100; i++) tree.file(`d${i % 5}/\xff${i}`, i % 4 === 0 ? "abc" : "x");
    tree.file("log", "@log text\nabc");
    const seen = new SeenInMemory();
    const first = await scan(tree, { seen, listClean: true });
    const again = await scan(tree, { seen, listClean: true, reuse: true, startThread: never });
    expect(JSON.stringify(again)).toBe(JSON.stringify(first));
    const unlisted = await scan(tree, { seen, reuse: true, startThread: never });
    expect(endOf(unlisted)).toEqual(endOf(first));
  });

  test("clean files are read again where their digests are asked for and are not known", async () => {
    using tree = new Tree();
    tree.file("a", "abc");
    tree.file("b", "x");
    tree.file("empty", "");
    const seen = new SeenInMemory();
    await scan(tree, { seen });
    const listed = await scan(tree, { seen, listClean: true, reuse: true });
    expect(listed.filter(({ type }) => type === "clean")).toEqual(
      ["b", "empty"].map((name) => {
        const content = readFileSync(tree.path(name));
        const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");
        return { type: "clean", path: tree.path(name), sha256, size: content.length };
      }),
    );
    expect(await scan(tree, { seen, listClean: true, reuse: true, startThread: never })).toEqual(listed);
  });

  test("files that changed are scanned, and those that were not wholly evaluated", async () => {
    using tree = new Tree();
    tree.file("a", "abc");
    tree.file("b", "x");
    tree.file("c", "@fibers b");
    tree.file("d", "@trap");
    const seen = new SeenInMemory();
    const first = await scan(tree, { seen });
    expect(seen.rows.size).toBe(2);
    writeFileSync(tree.path("b"), "abcabc");
    const second = await scan(tree, { seen, reuse: true });
    expect(short(tree, second)).toEqual([
      "match a: abc",
      "match a: b",
      "match a: needs_b",
      "match b: abc",
      "match b: b",
      "match b: needs_b",
      ...short(tree, first).filter((each) => /^\S+ [cd]:/.test(each)),
    ]);
  });

  test("paranoid compares contents: a change that left every number as it was is seen", async () => {
    using tree = new Tree();
    const path = tree.file("a", "abc");
    tree.file("b", "x");
    const seen = new SeenInMemory();
    const first = await scan(tree, { seen, reuse: "paranoid" });
    const row = seen.rows.keys().next().value!;
    const before = JSON.parse(seen.rows.get(row)!);
    expect(await scan(tree, { seen, reuse: "paranoid" })).toEqual(first);
    writeFileSync(path, "xyz");
    // What the change of the clock would be: the record is given the identity of the changed file.
    const { dev, ino, size, mtimeMs, ctimeMs } = await Bun.file(path).stat();
    seen.rows.set(row, JSON.stringify({ ...before, dev, ino, size, mtimeMs, ctimeMs }));
    expect(endOf(await scan(tree, { seen, reuse: true }))).toMatchObject({ matched: 1 });
    expect(endOf(await scan(tree, { seen, reuse: "paranoid" }))).toMatchObject({ matched: 0, clean: 2 });
  });

  test("a scan that was stopped goes on where it was, and tells everything", async () => {
    using tree = new Tree();
    for (let i = 0; i < 300; i++) tree.file(`f${String(i).padStart(3, "0")}`, i % 2 === 0 ? "abc" : "x");
    const whole = await scan(tree);
    const seen = new SeenInMemory();
    const controller = new AbortController();
    const request = {
      ruleSet: fakeRuleSet(RULES),
      walk: walkOf([tree.root]),
      timeoutMs: 0,
      maxStrings: 100,
      threads: 1,
    };
    const stopped = async () => {
      let lines = 0;
      for await (const _ of runScan({
        ...request,
        seen,
        signal: controller.signal,
        startThread: sameThread,
      })) {
        if (++lines === 50) controller.abort(new Error("interrupted"));
      }
    };
    await stopped().catch(() => {});
    expect(seen.rows.size).toBeGreaterThan(15);
    expect(seen.rows.size).toBeLessThan(300);
    const scanned: string[] = [];
    const watched: StartThread = (data, listener) => {
      const thread = sameThread(data, listener);
      return {
        ...thread,
        post: (batch) => {
          scanned.push(...batch.files.map(({ path }) => path));
          thread.post(batch);
        },
      };
    };
    const before = seen.rows.size;
    expect(await scan(tree, { seen, reuse: true, startThread: watched })).toEqual(whole);
    expect(scanned).toHaveLength(300 - before);
  });

  test("records that cannot be written end the scan", async () => {
    using tree = new Tree();
    for (let i = 0; i < 5000; i++) tree.file(`f${i}`, "");
    const seen = new SeenInMemory();
    seen.record = () => {
      throw new Error("disk full");
    };
    await expect(scan(tree, { seen })).rejects.toThrow("disk full");
  });
});

describe("what happens to files between the walk and the scan", () => {
  test("a file that is gone is an error; one that grew is read as it is", async () => {
    using tree = new Tree();
    tree.file("a", "x");
    tree.file("b", "x");
    tree.file("c", "x");
    const late: StartThread = (data, listener) => {
      const thread = sameThread(data, listener);
      return {
        ...thread,
        post: (batch) => {
          rmSync(tree.path("a"), { force: true });
          writeFileSync(tree.path("b"), "xxabc");
          utimesSync(tree.path("c"), 1, 1);
          thread.post(batch);
        },
      };
    };
    const events = await scan(tree, { startThread: late }, [RULES[0]!]);
    expect(short(tree, events)).toEqual([
      "error a: changed during scan: it does not exist any more",
      "match b: abc",
    ]);
    expect(endOf(events)).toMatchObject({ clean: 1, matched: 1, errors: 1 });
  });
});

test("progress counts files, bytes and matches, and knows the time left when it knows the total", async () => {
  using tree = new Tree();
  for (let i = 0; i < 10; i++) tree.file(`f${i}`, "abc");
  const progress = new ScanProgress();
  expect(progress.text()).toBe("0 files  0 B  0 matches");
  await scan(tree, { progress }, [RULES[0]!]);
  expect(progress.text()).toBe("10/10 files  30 B  10 matches  100 %  0 s left");
});
