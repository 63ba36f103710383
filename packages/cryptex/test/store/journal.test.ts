import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { runProcess } from "../../../../test/support/run-process.ts";
import { storedDictionary } from "../../src/cryptex-store/dictionary.ts";
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openMemoryStore, openStore, type Store } from "../../src/cryptex-store/store.ts";
import { StoreError } from "../../src/cryptex-store/store-error.ts";
import { newEntry } from "../../src/dictionary/entry.ts";
import { type Journal, JournalError, type JournalLine, type NewScan } from "../../src/results/journal.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const CHILD = join(import.meta.dir, "journal-child.ts");
const child = (...words: string[]) => [process.execPath, CHILD, ...words];

let folder: string;
let path: string;
let store: Store;
let journal: Journal;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-journal-"));
  path = join(folder, "store.db");
  store = openStore(path);
  now = START;
  journal = storedJournal(store, () => now);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const RUNNING: NewScan = { origin: "gateway", state: "running" };
const startLine: ScanEvent = {
  type: "start",
  schema: 1,
  ruleset: { digest: "sha256:aa" },
  rules: 2,
  engines: [{ name: "libyara", version: "4.5.5", digest: "bb" }],
};
const endLine: ScanEvent = {
  type: "end",
  complete: true,
  scanned: 2,
  clean: 1,
  matched: 1,
  matches: 1,
  skipped: 0,
  errors: 0,
};
const note = (reason: string): ScanEvent => ({ type: "note", path: "a.zip", reason });
const rulesRead = { type: "rules", ruleset: "default", digest: "sha256:aa", quarantined: 0 } as const;

function all(query: { scan?: string; types?: string[] } = {}): JournalLine[] {
  return journal.read({ ...query, limit: 1_000_000 });
}

function faultOf(work: () => unknown): JournalError {
  try {
    work();
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Any JSON whose keys do not look like numbers, which JavaScript would put in order. */
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value).replaceAll(/"\d+":/g, '"key":')));
const line = fc
  .record({ path: fc.string({ unit: "binary" }), reason: fc.string({ unit: "binary" }), more: json })
  .map((fields) => ({ type: "note", ...fields }) as unknown as ScanEvent);

describe("a scan", () => {
  test("goes from waiting to done; its record says what its lines said", () => {
    const request = { root: "data", paths: ["a"] };
    const { id, ...made } = journal.create({
      origin: "gateway",
      state: "waiting",
      request,
      hidden: { base: "/x" },
    });
    expect(made).toEqual({
      state: "waiting",
      origin: "gateway",
      createdAt: "2026-01-01T00:00:00.000Z",
      startedAt: null,
      endedAt: null,
      request,
      start: null,
      end: null,
      lines: {},
      reason: null,
    });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(journal.hidden(id)).toEqual({ hidden: { base: "/x" }, checkpoint: null });
    now += 1_000;
    journal.append(id, [startLine, note("one")], { checkpoint: { at: 1 } });
    expect(journal.scan(id)).toMatchObject({
      state: "running",
      startedAt: "2026-01-01T00:00:01.000Z",
      endedAt: null,
      lines: { start: 1, note: 1 },
    });
    now += 1_000;
    const last = journal.append(id, [note("two"), endLine]);
    const { type: _, ...start } = startLine;
    const { type: __, ...end } = endLine;
    expect(journal.scan(id)).toEqual({
      ...made,
      id,
      state: "done",
      startedAt: "2026-01-01T00:00:01.000Z",
      endedAt: "2026-01-01T00:00:02.000Z",
      start: start as never,
      end: end as never,
      lines: { start: 1, note: 2, end: 1 },
    });
    expect(journal.hidden(id)).toEqual({ hidden: { base: "/x" }, checkpoint: { at: 1 } });
    expect(
      all().map(({ seq, type, scan, data }) => [seq, type, scan === id, data["state"] ?? data["reason"]]),
    ).toEqual([
      [1, "scan", true, "waiting"],
      [2, "scan", true, "running"],
      [3, "start", true, undefined],
      [4, "note", true, "one"],
      [5, "note", true, "two"],
      [6, "end", true, undefined],
      [7, "scan", true, "done"],
    ]);
    expect(last).toBe(7);
  });

  test("that is cancelled or fails says why, and has no end", () => {
    for (const state of ["cancelled", "failed"] as const) {
      const { id } = journal.create(RUNNING);
      journal.append(id, [endLine], { state, reason: "because" });
      expect(journal.scan(id)).toMatchObject({
        state,
        reason: "because",
        end: null,
        endedAt: expect.any(String),
      });
      expect(all({ scan: id }).at(-1)).toMatchObject({ type: "scan", data: { state, reason: "because" } });
    }
  });

  test("that has ended takes no more lines, and one that is nowhere takes none", () => {
    const { id } = journal.create(RUNNING);
    journal.append(id, [], { state: "cancelled" });
    const before = all();
    expect(faultOf(() => journal.append(id, [note("late")]))).toMatchObject({ kind: "ended", scan: id });
    expect(faultOf(() => journal.append("nowhere", [note("lost")])).kind).toBe("not-found");
    expect(all()).toEqual(before);
    expect([journal.scan("nowhere"), journal.hidden("nowhere")]).toEqual([undefined, undefined]);
  });

  test("with the key of another of its origin is refused, and changes nothing", () => {
    const { id } = journal.create({ ...RUNNING, key: "k" });
    const before = [all(), journal.scans({ limit: 10 })];
    expect(faultOf(() => journal.create({ ...RUNNING, key: "k" }))).toMatchObject({
      kind: "duplicate",
      scan: id,
    });
    expect([all(), journal.scans({ limit: 10 })]).toEqual(before);
    journal.create({ ...RUNNING, origin: "other", key: "k" });
    journal.create(RUNNING);
    journal.create(RUNNING);
  });

  test("is listed, newest first, by state and origin, page by page", () => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) {
      // Several within a millisecond, too.
      now += i % 3;
      ids.unshift(journal.create({ origin: i % 2 ? "a" : "b", state: i % 4 ? "running" : "waiting" }).id);
    }
    const listed = (query: object) => journal.scans({ limit: 100, ...query }).map(({ id }) => id);
    expect(listed({})).toEqual(ids);
    expect(listed({ origin: "a" })).toEqual(ids.filter((_, i) => i % 2 === 0));
    expect(listed({ states: ["waiting"] })).toHaveLength(5);
    expect(listed({ states: ["waiting", "running"] })).toEqual(ids);
    expect(listed({ states: [] })).toEqual([]);
    const pages: string[] = [];
    for (let before: string | undefined; ; ) {
      const page = listed({ limit: 7, ...(before && { before }) });
      if (page.length === 0) break;
      pages.push(...page);
      before = page.at(-1);
    }
    expect(pages).toEqual(ids);
  });
});

describe("lists of scans", () => {
  const made = (digest: string, alias: string | undefined, complete: boolean | undefined) => {
    now += DAY;
    const { id } = journal.create({ ...RUNNING, origin: "a" });
    const ruleset = { digest: `sha256:${digest}`, ...(alias && { alias }) };
    journal.append(id, [{ ...startLine, ruleset } as ScanEvent]);
    if (complete !== undefined) journal.append(id, [{ ...endLine, complete } as ScanEvent]);
    return id;
  };
  const listed = (query: object) => journal.scans({ limit: 100, ...query }).map(({ id }) => id);

  test("are chosen by rules, time and completeness", () => {
    const one = made("aabb", "own", true);
    const two = made("aacc", undefined, false);
    const three = made("ddee", "sha256:aabb", undefined);
    expect(listed({ ruleset: "aa" })).toEqual([two, one]);
    expect(listed({ ruleset: "sha256:aabb" })).toEqual([three, one]);
    expect(listed({ ruleset: "own" })).toEqual([one]);
    expect(listed({ ruleset: "%" })).toEqual([]);
    expect(listed({ complete: true })).toEqual([one]);
    expect(listed({ complete: false })).toEqual([three, two]);
    expect(listed({ since: new Date(START + 2 * DAY).toISOString() })).toEqual([three, two]);
    expect(listed({ ruleset: "aa", complete: false, origin: "a" })).toEqual([two]);
  });
});

test("a key may be given with the last lines, and is refused where it is there", () => {
  const one = journal.create({ ...RUNNING, key: "k" }).id;
  const two = journal.create(RUNNING).id;
  const end = () => journal.append(two, [endLine], { key: "k" });
  expect(faultOf(end)).toMatchObject({ kind: "duplicate", scan: one });
  expect(journal.scan(two)).toMatchObject({ state: "running", end: null, lines: {} });
  journal.remove(one);
  end();
  expect(faultOf(() => journal.create({ ...RUNNING, key: "k" }))).toMatchObject({ scan: two });
});

describe("lines", () => {
  test("come back as they were, with any text, in order, from any place on", () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.nat(12),
        fc.integer({ min: 1, max: 5 }),
        (lines, from, limit) => {
          const { id } = journal.create(RUNNING);
          const first = journal.bounds().last;
          journal.append(id, lines);
          const read = all({ scan: id }).slice(1);
          expect(read.map(({ type, data }) => JSON.stringify({ type, ...data }))).toEqual(
            lines.map((line) => JSON.stringify(line)),
          );
          expect(read.map(({ seq }) => seq)).toEqual(lines.map((_, i) => first + 1 + i));
          const after = first + from;
          expect(journal.read({ after, limit })).toEqual(
            read.filter(({ seq }) => seq > after).slice(0, limit),
          );
          expect(journal.scan(id)!.lines).toEqual(lines.length ? { note: lines.length } : {});
        },
      ),
      { numRuns: 60 },
    );
  });

  test("have frames that say the same", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const { id } = journal.create(RUNNING);
        journal.append(id, [...lines, startLine, endLine]);
        journal.note(rulesRead);
        const frames = journal.frames({ limit: 1_000_000 });
        expect(frames.map(({ text }) => JSON.parse(text))).toEqual(
          all().map(({ data, ...head }) => ({ ...head, ...data })),
        );
        expect(frames.map(({ text: _, ...head }) => head)).toEqual(
          all().map(({ seq, type, scan }) => ({ seq, type, scan })),
        );
      }),
      { numRuns: 30 },
    );
  });

  test("without data are frames, too", () => {
    const { id } = journal.create(RUNNING);
    journal.append(id, [{ type: "log" } as ScanEvent]);
    expect(journal.frames({ after: 1, limit: 1 })[0]!.text).toBe(
      `{"seq":2,"time":"2026-01-01T00:00:00.000Z","type":"log","scan":"${id}"}`,
    );
  });

  test("are chosen by scan and type", () => {
    const [one, two] = [journal.create(RUNNING).id, journal.create(RUNNING).id];
    for (let i = 0; i < 10; i++) {
      journal.append(i % 2 ? one : two, [note(`${i}`), { type: "log", path: "a", message: `${i}` }]);
    }
    journal.note(rulesRead);
    const texts = (query: { scan?: string; types?: string[] }) =>
      all(query).map(({ data }) => data["reason"] ?? data["message"] ?? data["state"] ?? data["digest"]);
    expect(texts({ scan: one })).toEqual(["running", "1", "1", "3", "3", "5", "5", "7", "7", "9", "9"]);
    expect(texts({ scan: one, types: ["log"] })).toEqual(["1", "3", "5", "7", "9"]);
    expect(texts({ types: ["rules", "note"] })).toEqual(
      [...Array(10).keys()].map(String).concat("sha256:aa"),
    );
    expect(texts({ types: [] })).toEqual([]);
    expect(texts({ scan: "nowhere" })).toEqual([]);
  });

  test("that are long come a few at a time", () => {
    const { id } = journal.create(RUNNING);
    const long = Array.from({ length: 10 }, (_, i) => note(`${i}${"x".repeat(1_000)}`));
    journal.append(id, long);
    expect(journal.read({ after: 1, limit: 10, most: 2_500 })).toHaveLength(3);
    expect(journal.frames({ after: 1, limit: 10, most: 1 })).toHaveLength(1);
    expect(journal.read({ after: 1, limit: 10, most: 1_000_000 })).toHaveLength(10);
    // The statement that was left half-way holds nothing up.
    journal.append(id, [note("after")]);
  });

  test("of one scan, and those behind a number, are found by an index", () => {
    const { id } = journal.create(RUNNING);
    const asked: string[] = [];
    const { prepare } = store.db;
    store.db.prepare = ((sql: string) => {
      asked.push(sql);
      return prepare.call(store.db, sql);
    }) as typeof prepare;
    journal.read({ after: 5, scan: id, types: ["match"], limit: 10 });
    journal.read({ after: 5, limit: 10 });
    const plans = asked
      .filter((sql) => sql.includes("FROM journal"))
      .map((sql) => store.db.query(`EXPLAIN QUERY PLAN ${sql}`).values().join("\n"));
    expect(plans).toHaveLength(2);
    expect(plans[0]).toContain("SEARCH journal USING INDEX journal_by_scan (scan=? AND rowid>?)");
    expect(plans[1]).toContain("SEARCH journal USING INTEGER PRIMARY KEY (rowid>?)");
    expect(plans.join()).not.toMatch(/SCAN (journal|scans)|TEMP B-TREE/);
  });
});

test("changes of the dictionary are lines, in their transaction", () => {
  const dictionary = storedDictionary(store, () => START);
  const entry = newEntry('A "b"', { summary: "s" });
  const by = { who: 'me "too"' };
  dictionary.add(entry, by);
  dictionary.edit(entry.codename, { summary: "t" }, by);
  expect(() => dictionary.add(entry, by)).toThrow();
  dictionary.edit(entry.codename, { summary: "t" }, by);
  dictionary.remove(entry.codename, by);
  dictionary.takeIn([{ entry }, { entry: { ...entry, codename: "C" } }], "refuse", by);
  const change = (codename: string, revision: number, action: string) => ({
    codename,
    revision,
    action,
    ...by,
  });
  expect(all().map(({ time, type, scan, data }) => ({ time, type, scan, ...data }))).toEqual(
    [
      change('A "b"', 1, "add"),
      change('A "b"', 2, "edit"),
      change('A "b"', 2, "remove"),
      change('A "b"', 3, "add"),
      change("C", 1, "add"),
    ].map((data) => ({ time: "2026-01-01T00:00:00.000Z", type: "dictionary", scan: null, ...data })),
  );
});

describe("listeners", () => {
  test("hear of each write of this program, the dictionary's too, when it is there to be read", () => {
    const heard: number[] = [];
    const stop = journal.onWritten(() => heard.push(journal.bounds().last));
    const { id } = journal.create(RUNNING);
    journal.append(id, [note("a"), note("b")]);
    journal.note(rulesRead);
    storedDictionary(store).add(newEntry("A"), { who: "me" });
    expect(heard).toEqual([1, 3, 4, 5]);
    expect(() => journal.append("nowhere", [])).toThrow(JournalError);
    stop();
    stop();
    journal.note(rulesRead);
    expect(heard).toEqual([1, 3, 4, 5]);
  });

  test("hear of the writes of other programs, as long as anybody listens", async () => {
    const heard = Promise.withResolvers<void>();
    const stop = journal.onWritten(() => {
      if (all().some(({ data }) => data["ruleset"] === "theirs")) heard.resolve();
    });
    const { exitCode } = await runProcess(child(path, "note", "theirs"));
    expect(exitCode).toBe(0);
    await heard.promise;
    stop();
    const again = Promise.withResolvers<void>();
    const stopAgain = journal.onWritten(again.resolve);
    using other = openStore(path);
    storedJournal(other).note(rulesRead);
    await again.promise;
    stopAgain();
  });
});

describe("removal", () => {
  const done = (key: string, lines = 1) => {
    now += DAY;
    const { id } = journal.create({ ...RUNNING, key });
    journal.append(
      id,
      Array.from({ length: lines }, (_, i) => note(`${i}`)),
    );
    journal.append(id, [endLine]);
    return id;
  };
  const ids = () => journal.scans({ limit: 100 }).map(({ id }) => id);

  test("by age, by number, and by both: what either keeps stays", async () => {
    const scans = ["1", "2", "3", "4", "5"].map((key) => done(key)).reverse();
    const before = new Date(START + 4 * DAY).toISOString();
    expect(await journal.prune({})).toBe(0);
    expect(await journal.prune({ before, scans: 4 })).toBe(1);
    expect(ids()).toEqual(scans.slice(0, 4));
    expect(await journal.prune({ before })).toBe(2);
    expect(ids()).toEqual(scans.slice(0, 2));
    expect(await journal.prune({ scans: 1 })).toBe(1);
    expect(ids()).toEqual(scans.slice(0, 1));
    expect(all().every(({ scan }) => scan === scans[0])).toBe(true);
  });

  test("never takes a scan that has not ended, nor what happened later", async () => {
    journal.note(rulesRead);
    const waiting = journal.create({ ...RUNNING, state: "waiting" }).id;
    const running = journal.create(RUNNING).id;
    done("old");
    now += DAY;
    const late = journal.note(rulesRead);
    expect(await journal.prune({ before: new Date(now).toISOString(), scans: 0 })).toBe(1);
    expect(ids()).toEqual([running, waiting]);
    expect(all({ types: ["rules"] }).map(({ seq }) => seq)).toEqual([late]);
    expect(await journal.prune({ scans: 0 })).toBe(0);
    expect(all({ types: ["rules"] })).toHaveLength(1);
  });

  test("takes many lines, frees the key, and gives no number again", async () => {
    const id = done("key", 12_000);
    const { last } = journal.bounds();
    expect(await journal.prune({ scans: 0 })).toBe(1);
    expect(journal.bounds()).toEqual({ first: 0, last });
    expect([journal.scan(id), journal.hidden(id)]).toEqual([undefined, undefined]);
    for (const table of ["scans", "scan_states", "journal"]) {
      expect(store.db.query(`SELECT count(*) FROM ${table}`).values(), table).toEqual([[0]]);
    }
    const again = journal.create({ ...RUNNING, key: "key" });
    expect(journal.read({ limit: 1 })).toMatchObject([{ seq: last + 1, scan: again.id }]);
    expect(journal.bounds()).toEqual({ first: last + 1, last: last + 1 });
  });

  test("of one scan, in whatever state, is seen at once; its lines go with the next sweep, or the one after", async () => {
    const id = done("half", 6_000);
    const kept = done("kept");
    const rows = () => Number(store.db.query("SELECT count(*) FROM journal").values()[0]![0]);
    expect([journal.remove(id), journal.remove("nowhere"), journal.remove(id)]).toEqual([true, false, false]);
    expect(ids()).toEqual([kept]);
    expect([all({ scan: id }), all().filter(({ scan }) => scan !== kept)]).toEqual([[], []]);
    expect(() => journal.append(id, [])).toThrow("no such scan");
    expect(rows()).toBeGreaterThan(6_000);
    const abort = new AbortController();
    const stop = journal.onWritten(() => rows() < 6_000 && abort.abort(new Error("stop")));
    expect((await rejectionOf(journal.prune({}, abort.signal))).message).toBe("stop");
    stop();
    expect(rows()).toBeGreaterThan(10);
    expect(await journal.prune({})).toBe(0);
    expect(rows()).toBe(all().length);
    expect(ids()).toEqual([kept]);
  });

  test("lets others write meanwhile", async () => {
    done("many", 10_000);
    let written = 0;
    const timer = setInterval(() => {
      journal.note(rulesRead);
      written++;
    }, 0);
    const others: number[] = [];
    const stop = journal.onWritten(() => others.push(written));
    await journal.prune({ scans: 0 });
    stop();
    clearInterval(timer);
    expect(new Set(others).size).toBeGreaterThan(1);
  });
});

describe("several programs, and their ends", () => {
  /** Every line that a child has announced, in its order; numbers that grow, and no line twice. */
  function expectAll(
    scan: string,
    names: readonly string[],
    announced: readonly number[],
    isExact: boolean,
  ): void {
    const lines = all({ scan, types: ["note"] });
    const seqs = all().map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    names.forEach((name, i) => {
      const own = lines.map(({ data }) => String(data["reason"])).filter((text) => text.startsWith(name));
      expect(own).toEqual(own.map((_, i) => `${name} ${i}`));
      if (isExact) expect(own).toHaveLength(announced[i]!);
      else expect(own.length).toBeGreaterThanOrEqual(announced[i]!);
    });
    expect(journal.scan(scan)!.lines).toEqual({ note: lines.length });
  }

  test("that write at once lose nothing, write nothing twice, and their numbers grow", async () => {
    const { id } = journal.create(RUNNING);
    const names = ["one", "two"];
    const ended = await Promise.all(
      names.map((name) => runProcess(child(path, "append", id, name, "100", "7"))),
    );
    expect(ended.map(({ stderr }) => stderr)).toEqual(["", ""]);
    for (const { stdout } of ended) {
      const seqs = stdout
        .trim()
        .split("\n")
        .map((text) => Number(text.split(" ")[1]));
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(new Set(seqs).size).toBe(100);
    }
    expectAll(id, names, [700, 700], true);
  });

  test("one that is killed in the middle keeps each batch that it was told of, whole, with its checkpoint", async () => {
    const { id } = journal.create(RUNNING);
    const victim = Bun.spawn(child(path, "append", id, "row", "1000000", "13"), { stdout: "pipe" });
    let said = "";
    for await (const chunk of victim.stdout) {
      said += new TextDecoder().decode(chunk);
      if (said.split("\n").length > 40) victim.kill("SIGKILL");
    }
    await victim.exited;
    expect(victim.signalCode).toBe("SIGKILL");
    const announced = said.split("\n").length - 1;
    expectAll(id, ["row"], [announced * 13], false);
    const { note } = journal.scan(id)!.lines;
    expect(note! % 13).toBe(0);
    expect(journal.hidden(id)!.checkpoint).toEqual({ next: note });
    journal.append(id, [endLine]);
  });

  test("a full disk is a fault in words, and what was acknowledged stays", async () => {
    const limited = 'trap "" XFSZ; ulimit -f 600; exec "$@"';
    const full = join(folder, "full.db");
    const { stdout, stderr } = await runProcess(["sh", "-c", limited, "sh", ...child(full, "fill")]);
    expect(stderr).toBe("");
    const { fault, message, hints, added } = JSON.parse(stdout);
    expect(["full", "unreachable"]).toContain(fault);
    expect(message).toMatch(/disk is full|disk reports an error/);
    expect(hints).not.toEqual([]);
    expect(added).toBeGreaterThan(5);
    using opened = openStore(full);
    const theirs = storedJournal(opened);
    const { id, lines } = theirs.scans({ limit: 1 })[0]!;
    expect(lines).toEqual({ note: added });
    expect(theirs.read({ scan: id, types: ["note"], limit: 1_000 })).toHaveLength(added);
  });

  test("a store that cannot be written is a fault in words for everything that writes, and still read", async () => {
    const { id } = journal.create(RUNNING);
    const before = all();
    store.db.run("PRAGMA query_only = ON");
    const works = [
      () => journal.create(RUNNING),
      () => journal.append(id, [note("a")]),
      () => journal.note(rulesRead),
      () => journal.remove(id),
    ];
    for (const work of works) expect(work).toThrow(/cannot be written/);
    for (const work of works) expect(work).toThrow(StoreError);
    expect(await rejectionOf(journal.prune({ scans: 0 }))).toBeInstanceOf(StoreError);
    expect(all()).toEqual(before);
  });
});

test("a journal in memory works the same", () => {
  using memory = openMemoryStore();
  const theirs = storedJournal(memory);
  const { id } = theirs.create(RUNNING);
  theirs.append(id, [note("a"), endLine]);
  expect(theirs.read({ scan: id, limit: 10 }).map(({ type }) => type)).toEqual([
    "scan",
    "note",
    "end",
    "scan",
  ]);
});
