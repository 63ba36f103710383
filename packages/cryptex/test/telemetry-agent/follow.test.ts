import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { storedFollowedFiles } from "../../src/cryptex-store/followed-files.ts";
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { Follower } from "../../src/telemetry-agent/follow.ts";
import type { Following } from "../../src/telemetry-agent/follow-file.ts";
import type { Remark } from "../../src/telemetry-agent/open-result.ts";
import { takeIn } from "../../src/telemetry-agent/take-in.ts";
import { cleanOf, matchOf, ndjson, resultOf, START, skipOf, streamOf, TestStore } from "./support.ts";

let agent: TestStore;
let folder: string;
let remarks: (Remark & { readonly path: string })[];
beforeEach(() => {
  agent = new TestStore();
  folder = agent.at("results");
  mkdirSync(folder);
  remarks = [];
});
afterEach(() => agent[Symbol.dispose]());

const file = (name: string) => join(folder, name);

function following(more: Partial<Following> = {}): Following {
  return {
    journal: agent.journal,
    files: storedFollowedFiles(agent.store),
    origin: "host",
    signal: new AbortController().signal,
    say: (path, remark) => remarks.push({ path, ...remark }),
    ...more,
  };
}

const follower = (...roots: readonly string[]) =>
  new Follower(roots.length > 0 ? roots : [folder], following());
/** Looks as a program does that was started just now. */
const look = (...roots: readonly string[]) => follower(...roots).look();
const scans = () => agent.journal.scans({ limit: 1_000 }).reverse();
const texts = () => scans().map(({ id }) => agent.linesOf(id));
const warnings = () => remarks.filter(({ level }) => level === "warn").map(({ text }) => text);

const ONE = ndjson(resultOf([matchOf("a"), skipOf("b"), cleanOf("c")]));
const TWO = ndjson(resultOf([matchOf("d"), matchOf("e", "s")]));

describe("a file that grows", () => {
  test("is taken in line by line, a line when its end is there", async () => {
    const follow = follower();
    const lines = ONE.split(/(?<=\n)/);
    writeFileSync(file("a.ndjson"), "");
    await follow.look();
    expect(scans()).toEqual([]);
    let written = "";
    for (const line of lines) {
      appendFileSync(file("a.ndjson"), line.slice(0, 9));
      await follow.look();
      expect(texts().join("")).toBe(written);
      appendFileSync(file("a.ndjson"), line.slice(9));
      written += line;
      await follow.look();
      expect(texts().join("")).toBe(written);
    }
    expect(scans()).toMatchObject([{ state: "done", reason: null, origin: "host", end: { complete: true } }]);
    expect(remarks).toMatchObject([{ level: "info", text: "taken in", scan: scans()[0]!.id }]);
  });

  test("in any pieces, with a new program at each of them, gives the same lines, nothing twice", async () => {
    const content = ndjson([
      ...resultOf([matchOf("ü"), cleanOf("\u2028")]),
      ...resultOf([skipOf("x")]),
      ...resultOf([]),
    ]);
    const bytes = Buffer.from(content);
    let round = 0;
    const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.boolean()), {
      minLength: 1,
      maxLength: 8,
    });
    const property = fc.asyncProperty(cuts, async (pieces) => {
      // Each round in a store of its own, for equal results are refused.
      using own = new TestStore();
      const path = own.at("r.ndjson");
      writeFileSync(path, "");
      const open = () =>
        new Follower([path], following({ journal: own.journal, files: storedFollowedFiles(own.store) }));
      let follow = open();
      let at = 0;
      for (const [length, isRestarted] of [...pieces, [bytes.length, true] as const]) {
        appendFileSync(path, bytes.subarray(at, at + length));
        at += length;
        if (isRestarted) follow = open();
        await follow.look();
      }
      const ids = own.journal.scans({ limit: 10 }).reverse();
      expect(ids.map(({ id }) => own.linesOf(id)).join("")).toBe(content);
      expect(ids.map(({ state, reason }) => [state, reason])).toEqual(Array(3).fill(["done", null]));
      round++;
    });
    await fc.assert(property, { numRuns: 30 });
    expect(round).toBeGreaterThanOrEqual(30);
  });

  test("holds several results, one after the other; one without an end is closed by the next", async () => {
    const cut = ndjson([START, matchOf("x")]);
    writeFileSync(file("a.jsonl"), ONE + cut + TWO);
    await look();
    expect(texts()).toEqual([ONE, cut, TWO]);
    expect(scans().map(({ reason }) => reason?.slice(0, 18) ?? null)).toEqual([
      null,
      "it has no end line",
      null,
    ]);
    expect(warnings()).toHaveLength(1);
  });

  test("larger than memory should hold is read in pieces, and can be interrupted", async () => {
    const many = resultOf(Array.from({ length: 20_000 }, (_, i) => cleanOf(`f${i}`)));
    writeFileSync(file("a.ndjson"), ndjson(many));
    const abort = new AbortController();
    const stop = agent.journal.onWritten(() => abort.abort(new Error("stop")));
    const stopped = new Follower([folder], following({ signal: abort.signal }));
    expect((await rejectionOf(stopped.look())).message).toBe("stop");
    stop();
    const taken = scans()[0]!.lines["clean"]!;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThan(20_000);
    await look();
    expect(texts()).toEqual([ndjson(many)]);
  });
});

describe("wrong lines", () => {
  test("are said, cost their result the name of being whole, and no other", async () => {
    const [start, ...rest] = TWO.split(/(?<=\n)/);
    writeFileSync(
      file("a.ndjson"),
      `garbage\n${ONE}${start}${rest[0]}{"type":"match"}\n\xff\n${rest.slice(1).join("")}${ndjson(resultOf([]))}`,
      "latin1",
    );
    await look();
    expect(warnings()).toEqual([
      expect.stringContaining("line 1 is refused: it is no JSON"),
      expect.stringContaining('line 9 is refused: match: "path" is missing'),
      "line 10 is refused: it is no UTF-8",
      expect.stringContaining("2 lines of it were refused: line 9: match"),
    ]);
    expect(scans().map(({ reason, end }) => [reason === null, end === null])).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ]);
    expect(texts()[1]).toBe([start, ...rest.slice(0, -1)].join(""));
  });

  test("before any start are said once, and not by the next program", async () => {
    writeFileSync(file("a.ndjson"), `${ndjson([matchOf("a")])}`);
    await look();
    await look();
    expect(warnings()).toEqual(["line 1 is refused: there is no start line before it"]);
    appendFileSync(file("a.ndjson"), ONE);
    await look();
    expect(texts()).toEqual([ONE]);
  });

  test("counts that do not fit are said, and the end is left out", async () => {
    writeFileSync(file("a.ndjson"), ndjson(resultOf([matchOf("a")], { matches: 2 })));
    await look();
    expect(scans()).toMatchObject([{ end: null, reason: expect.stringContaining("matches is 2") }]);
    expect(warnings()).toEqual([expect.stringContaining("matches is 2")]);
  });
});

describe("rotation", () => {
  const [first, second] = [ONE.slice(0, 400), ONE.slice(400)];

  test("a file that is renamed is read on under its new name, and the one in its place from its beginning", async () => {
    for (const isRestarted of [false, true]) {
      using own = new TestStore();
      const path = own.at("log.ndjson");
      const open = () =>
        new Follower([path], following({ journal: own.journal, files: storedFollowedFiles(own.store) }));
      let follow = open();
      writeFileSync(path, first);
      await follow.look();
      appendFileSync(path, second);
      renameSync(path, own.at("log.ndjson.1"));
      writeFileSync(path, TWO);
      if (isRestarted) follow = open();
      await follow.look();
      await follow.look();
      const ids = own.journal.scans({ limit: 10 }).reverse();
      expect(ids.map(({ id }) => own.linesOf(id)).sort()).toEqual([ONE, TWO].sort());
      expect(ids.every(({ reason }) => reason === null)).toBe(true);
    }
  });

  test("a file that is copied and then cut off is read from its beginning", async () => {
    writeFileSync(file("a.ndjson"), ONE + first);
    await look();
    copyFileSync(file("a.ndjson"), file("a.ndjson.1"));
    truncateSync(file("a.ndjson"));
    await look();
    writeFileSync(file("a.ndjson"), TWO);
    await look();
    expect(texts().map((text) => text === ONE || text === TWO)).toEqual([true, false, true]);
    expect(scans()[1]!.reason).toBe("it has no end line, and its file was written anew");
  });

  test("a file that was written anew and is longer by now is known by its bytes", async () => {
    writeFileSync(file("a.ndjson"), ONE);
    await look();
    const other = ndjson(resultOf([matchOf("q"), cleanOf("r"), cleanOf("s"), skipOf("t"), cleanOf("u")]));
    expect(other.length).toBeGreaterThan(ONE.length);
    writeFileSync(file("a.ndjson"), other);
    await look();
    expect(texts()).toEqual([ONE, other]);
    expect(warnings()).toEqual([]);
  });

  test("a file that goes away ends what it had begun", async () => {
    const follow = follower();
    writeFileSync(file("a.ndjson"), first);
    writeFileSync(file("b.ndjson"), TWO);
    await follow.look();
    rmSync(file("a.ndjson"));
    rmSync(file("b.ndjson"));
    await follow.look();
    expect(scans().map(({ state, reason }) => [state, reason])).toEqual([
      ["done", "it has no end line, and its file is no longer there"],
      ["done", null],
    ]);
    expect(storedFollowedFiles(agent.store).all()).toEqual([]);
  });

  test("a folder that cannot be read for a while is said once, and nothing is forgotten", async () => {
    const follow = follower();
    writeFileSync(file("a.ndjson"), first);
    await follow.look();
    renameSync(folder, `${folder} away`);
    await follow.look();
    await follow.look();
    expect(warnings()).toEqual(["does not exist"]);
    expect(scans()).toMatchObject([{ state: "running" }]);
    renameSync(`${folder} away`, folder);
    appendFileSync(file("a.ndjson"), second);
    await follow.look();
    expect(texts()).toEqual([ONE]);
    expect(scans()).toMatchObject([{ state: "done", reason: null }]);
  });
});

describe("equal results", () => {
  test("are taken once: a copy, and what came by another way", async () => {
    writeFileSync(file("a.ndjson"), ONE);
    await look();
    copyFileSync(file("a.ndjson"), file("b.ndjson"));
    await look();
    await takeIn(agent.journal, streamOf(TWO), { origin: "host" });
    appendFileSync(file("a.ndjson"), TWO);
    await look();
    expect(texts()).toEqual([ONE, TWO]);
    expect(remarks.map(({ text }) => text.slice(0, 16))).toEqual([
      "taken in",
      "is there already",
      "is there already",
    ]);
    expect((await rejectionOf(takeIn(agent.journal, streamOf(ONE), { origin: "host" }))).message).toContain(
      "already",
    );
  });

  test("also where a program before this one had begun them", async () => {
    writeFileSync(file("a.ndjson"), ONE);
    writeFileSync(file("b.ndjson"), ONE.slice(0, 500));
    await look();
    appendFileSync(file("b.ndjson"), ONE.slice(500));
    await look();
    expect(texts()).toEqual([ONE]);
  });
});

describe("what is followed", () => {
  test("in a folder by name; no links, folders, hidden files, or folders below", async () => {
    for (const name of ["a.ndjson", "B.JSONL", "c.txt", ".d.ndjson", "e.json", "f.ndjson.1"])
      writeFileSync(file(name), ONE.replace('"a"', `"${name}"`));
    mkdirSync(file("g.ndjson"));
    writeFileSync(file("g.ndjson/h.ndjson"), TWO);
    symlinkSync(file("c.txt"), file("i.ndjson"));
    const follow = follower();
    await follow.look();
    await follow.look();
    expect(texts().map((text) => /"path":"([^"]*)"/.exec(text)![1])).toEqual(["B.JSONL", "a.ndjson"]);
    expect(warnings()).toEqual([
      "it is no regular file, and not read",
      "it is no regular file, and not read",
    ]);
  });

  test("by itself, whatever it is called, also when it comes later", async () => {
    writeFileSync(file("log"), ONE);
    writeFileSync(file("other.ndjson"), TWO);
    const follow = follower(file("log"));
    await follow.look();
    expect(texts()).toEqual([ONE]);
    const waiting = follower(file("later"));
    await waiting.look();
    await waiting.look();
    expect(warnings()).toEqual(["it is not there, and waited for"]);
    writeFileSync(file("later"), TWO);
    await waiting.look();
    expect(texts()).toEqual([ONE, TWO]);
  });

  test("no longer, once it has another name and other bytes", async () => {
    const follow = follower();
    writeFileSync(file("a.ndjson"), ONE.slice(0, 400));
    await follow.look();
    renameSync(file("a.ndjson"), file("notes.txt"));
    writeFileSync(file("notes.txt"), "some notes\n".repeat(100));
    await follow.look();
    await follow.look();
    expect(scans()).toMatchObject([{ state: "done", reason: expect.stringContaining("no longer there") }]);
    expect(warnings()).toHaveLength(1);
  });

  test("a scan that somebody has removed or ended loses what follows, and says so", async () => {
    for (const end of [
      () => agent.journal.remove(scans().at(-1)!.id),
      () => agent.journal.append(scans().at(-1)!.id, [], { state: "cancelled" }),
    ]) {
      const path = file(`${Math.random()}.ndjson`);
      writeFileSync(path, ONE.slice(0, 400));
      await look();
      end();
      appendFileSync(path, ONE.slice(400));
      await look();
      expect(warnings().at(-1)).toContain("what follows is lost");
      rmSync(path);
    }
    writeFileSync(file("a.ndjson"), TWO);
    await look();
    expect(texts().at(-1)).toBe(TWO);
  });
});

describe("several programs", () => {
  test("that follow one folder take each line once", async () => {
    using other = openStore(agent.path);
    const theirs = new Follower(
      [folder],
      following({ journal: storedJournal(other), files: storedFollowedFiles(other) }),
    );
    const ours = follower();
    const content = ndjson(
      Array.from({ length: 30 }, (_, i) => resultOf([matchOf(`${i}`), cleanOf("x")])).flat(),
    );
    for (let at = 0; at < content.length; at += 777) {
      appendFileSync(file("a.ndjson"), content.slice(at, at + 777));
      await (at % 2 ? ours : theirs).look();
      if (at % 3 === 0) await Promise.all([ours.look(), theirs.look()]);
    }
    await ours.look();
    expect(texts().join("")).toBe(content);
    expect(warnings()).toEqual([]);
  });

  test("one that is killed again and again loses no line and takes none twice", async () => {
    const results = Array.from({ length: 60 }, (_, i) =>
      resultOf(Array.from({ length: 200 }, (_, j): ScanEvent => matchOf(`${i}`, `r${j}`))),
    );
    const content = ndjson(results.flat());
    const command = [process.execPath, join(import.meta.dir, "follow-child.ts"), agent.path, folder];
    const taken = () => agent.journal.read({ types: ["match"], limit: 1_000_000 }).length;
    let written = 0;
    for (let kills = 0; kills < 6; kills++) {
      const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
      const before = taken();
      const heard = Promise.withResolvers<void>();
      const stop = agent.journal.onWritten(() => taken() > before && heard.resolve());
      const next = written + Math.floor(content.length / 7);
      appendFileSync(file("a.ndjson"), content.slice(written, next));
      written = next;
      await heard.promise;
      stop();
      child.kill("SIGKILL");
      await child.exited;
    }
    appendFileSync(file("a.ndjson"), content.slice(written));
    await look();
    expect(texts().join("") === content).toBe(true);
    expect(scans().every(({ state, reason }) => state === "done" && reason === null)).toBe(true);
    expect(readFileSync(file("a.ndjson"), "utf8") === content).toBe(true);
  });
});
