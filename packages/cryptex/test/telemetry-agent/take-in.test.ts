import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { InputError } from "#kit/errors.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { JournalError } from "../../src/results/journal.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { FORMATS } from "../../src/scan-runner/formats/formats.ts";
import { removeAbandoned, takeIn } from "../../src/telemetry-agent/take-in.ts";
import { HOSTILE_EVENTS } from "../formats/hostile-events.ts";
import { written } from "../formats/written.ts";
import {
  cleanOf,
  errorOf,
  matchOf,
  ndjson,
  resultOf,
  START,
  skipOf,
  streamOf,
  TestStore,
} from "./support.ts";

let agent: TestStore;
beforeEach(() => {
  agent = new TestStore();
});
afterEach(() => agent[Symbol.dispose]());

const take = (content: string | Uint8Array, more: object = {}, pieceBytes?: number) =>
  takeIn(agent.journal, streamOf(content, pieceBytes), { origin: "host", ...more });
const refused = async (content: string | Uint8Array, more: object = {}) => {
  const before = agent.journal.scans({ limit: 1_000 });
  const error = await rejectionOf(take(content, more));
  expect(agent.journal.scans({ limit: 1_000 })).toEqual(before);
  return error;
};

const LINES: readonly ScanEvent[] = [
  { type: "quarantine", rule: "bad", file: "f.yar", line: 1, reason: "syntax error", harmless: true },
  matchOf("a"),
  matchOf("a", "s"),
  matchOf("b"),
  cleanOf("c"),
  skipOf("d"),
  { type: "log", path: "d", message: "said" },
];

describe("a result that is whole", () => {
  test("is taken in, and its lines are those that came, byte for byte", async () => {
    const text = ndjson(resultOf(LINES));
    const record = await take(text);
    expect(record).toMatchObject({
      state: "done",
      origin: "host",
      request: null,
      reason: null,
      end: { complete: true, matches: 3, matched: 2 },
      lines: { start: 1, quarantine: 1, match: 3, clean: 1, skip: 1, log: 1, end: 1 },
    });
    expect(agent.linesOf(record.id)).toBe(text);
  });

  test("in whatever pieces it comes, with any line ends, empty lines, a mark, and without its last line end", async () => {
    const text = ndjson(resultOf(LINES));
    const forms = [
      text,
      `\uFEFF${text}`,
      text.replaceAll("\n", "\r\n"),
      text.replaceAll("\n", "\n\n \n"),
      text.trimEnd(),
      `${text}{"type":"watch","event":"ready","message":"m"}\n`,
    ];
    let number = 0;
    for (const form of forms)
      for (const pieceBytes of [1, 7, 1 << 20]) {
        const { id } = await take(form, { key: `${number++}` }, pieceBytes);
        expect(agent.linesOf(id)).toBe(text);
      }
  });

  test("with any texts comes back as it was", async () => {
    const text = fc.string({ unit: "binary" });
    const line = fc.oneof(
      fc.tuple(text, text).map(([path, rule]) => matchOf(path, rule, { tags: [rule] })),
      fc.tuple(text, text).map(([path, reason]): ScanEvent => ({ type: "skip", path, reason })),
    );
    let number = 0;
    const property = fc.asyncProperty(
      fc.array(line),
      fc.integer({ min: 1, max: 100 }),
      async (lines, piece) => {
        const sent = ndjson(resultOf(lines));
        const { id, reason } = await take(sent, { key: `${number++}` }, piece);
        expect(reason).toBeNull();
        expect(agent.linesOf(id)).toBe(sent);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  test("with everything hostile in it comes back as it was, members and all", async () => {
    const record = await take(ndjson(HOSTILE_EVENTS));
    expect(record).toMatchObject({ reason: null, end: { complete: false, members: { matched: 1 } } });
    expect(agent.linesOf(record.id)).toBe(ndjson(HOSTILE_EVENTS));
  });

  test("as one object says the same as line by line", async () => {
    const events = resultOf(LINES);
    for (const object of [
      written("json", events).out,
      JSON.stringify(JSON.parse(written("json", events).out)),
      JSON.stringify(JSON.parse(written("json", events).out), undefined, 2),
    ]) {
      const { id, reason, lines, end } = await take(object, { key: object });
      expect({ reason, lines }).toEqual({
        reason: null,
        lines: { start: 1, quarantine: 1, match: 3, clean: 1, skip: 1, log: 1, end: 1 },
      });
      expect(end).toMatchObject({ complete: true });
      expect(new Set(agent.linesOf(id).split("\n"))).toEqual(new Set(ndjson(events).split("\n")));
    }
  });

  test("of many lines is written in transactions of few, and is running until the last", async () => {
    const states: string[] = [];
    const sizes: number[] = [];
    let last = 0;
    const stop = agent.journal.onWritten(() => {
      const [record] = agent.journal.scans({ limit: 1 });
      states.push(record!.state);
      const { last: now } = agent.journal.bounds();
      sizes.push(now - last);
      last = now;
    });
    const text = ndjson(resultOf(Array.from({ length: 30_000 }, (_, i) => cleanOf(`f${i}`))));
    const { id } = await take(text);
    stop();
    expect(new Set(states.slice(0, -1))).toEqual(new Set(["running"]));
    expect(states.at(-1)).toBe("done");
    expect(Math.max(...sizes)).toBeLessThanOrEqual(501);
    expect(agent.linesOf(id)).toBe(text);
  });
});

describe("a result that is not whole is taken in as that", () => {
  const doubts: readonly (readonly [string, readonly ScanEvent[], RegExp])[] = [
    ["without an end", [START, ...LINES], /no end line/],
    ["matches", resultOf(LINES, { matches: 4 }), /matches is 4, and there are 3 match lines/],
    ["skips", resultOf(LINES, { skipped: 0 }), /skipped is 0/],
    ["errors", resultOf(LINES, { errors: 1, complete: false }), /errors is 1/],
    ["scanned", resultOf(LINES, { scanned: 4 }), /scanned is 4, and clean and matched are 1 and 2/],
    ["more paths than files", resultOf(LINES, { matched: 1, scanned: 2 }), /1 files and members match/],
    ["more files than lines", resultOf(LINES, { matched: 4, scanned: 5 }), /4 files and members match/],
    ["clean lines", resultOf(LINES, { clean: 2, scanned: 4 }), /2 are clean, and there are 1 clean lines/],
    ["complete with errors", resultOf([...LINES, errorOf("x")], { complete: true }), /called complete/],
    [
      "complete without a rule",
      resultOf([{ type: "quarantine", rule: "r", file: "f", line: 1, reason: "x" }], { complete: true }),
      /called complete/,
    ],
    [
      "members",
      resultOf(LINES, { members: { scanned: 2, clean: 0, matched: 1, skipped: 0, errors: 0 } }),
      /members do not add up/,
    ],
  ];
  for (const [name, events, reason] of doubts) {
    test(name, async () => {
      const record = await take(ndjson(events));
      expect(record).toMatchObject({ state: "done", end: null, reason: expect.stringMatching(reason) });
      expect(record.lines["end"]).toBeUndefined();
      expect(agent.linesOf(record.id)).toBe(ndjson(events.filter(({ type }) => type !== "end")));
    });
  }

  test("cut anywhere, it is refused or has no end", async () => {
    const text = ndjson(resultOf(LINES));
    for (let length = 0; length < text.trimEnd().length; length += 7) {
      const cut = text.slice(0, length);
      try {
        const { end, reason } = await take(cut, { key: `${length}` });
        expect([end, reason]).toEqual([null, expect.stringContaining("no end line")]);
        // Nothing but whole lines was taken.
        expect(text.startsWith(cut) && (cut.endsWith("\n") || cut.endsWith("}"))).toBe(true);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }
  });
});

describe("what is no result is refused, all of it", () => {
  const [start, ...rest] = ndjson(resultOf(LINES)).trimEnd().split("\n");
  const lines = (...all: readonly string[]) => `${all.join("\n")}\n`;
  const cases: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ["nothing", "", /it is empty/],
    ["empty lines", "\n\n", /it is empty/],
    ["a text", "hello\n", /^line 1: it is no JSON/],
    ["no UTF-8", Buffer.from([0xff, 0xfe, 0x0a]), /^line 1: it is no UTF-8/],
    ["UTF-16", Buffer.from(lines(start!, ...rest), "utf16le"), /^line 1: /],
    ["no start", lines(...rest), /^line 1: a result begins with a start line/],
    ["garbage in the middle", lines(start!, rest[0]!, "garbage", ...rest), /^line 3: it is no JSON/],
    ["an unknown type", lines(start!, '{"type":"other"}', ...rest), /^line 2: the type "other" is not known/],
    [
      "a wrong field",
      lines(start!, '{"type":"skip","path":1,"reason":"r"}'),
      /^line 2: skip.path: it is no string/,
    ],
    [
      "another schema",
      lines(start!.replace('"schema":1', '"schema":2'), ...rest),
      /start.schema: it is not 1/,
    ],
    ["a line behind the end", lines(start!, ...rest, rest[0]!), /a line behind the end/],
    ["two results", lines(start!, ...rest, start!, ...rest), /a second result begins/],
    [
      "a half object",
      written("json", resultOf(LINES)).out.slice(0, 200),
      /neither a line of a scan nor a JSON object/,
    ],
    ["an object of something else", '{\n"name": 1}\n', /"name" is no part of a scan's object/],
    ["an object with a wrong list", '{"start":null,\n"matches":[]}', /start: it is no object/],
  ];
  for (const [name, content, message] of cases) {
    test(name, async () => {
      const error = await refused(content);
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toMatch(message);
    });
  }

  test("more than is allowed", async () => {
    const text = ndjson(resultOf(LINES));
    expect((await refused(text, { mostBytes: text.length - 1 })).message).toContain(
      `${text.length - 1} bytes`,
    );
    await take(text, { mostBytes: text.length });
  });

  test("a line that is too long costs no more memory than its limit, and its result", async () => {
    const text = `{"type":"skip","path":"${"a".repeat(1_000)}`;
    async function* endless() {
      yield Buffer.from(`${start}\n`);
      for (let i = 0; i < 80; i++) yield Buffer.alloc(2 ** 20, text);
      yield Buffer.from(`\n${rest.join("\n")}\n`);
    }
    const error = await rejectionOf(takeIn(agent.journal, endless(), { origin: "host" }));
    expect(error.message).toMatch(/^line 2: it has more than 67108864 bytes; scan --max-strings/);
  });

  test("origins that mislead", async () => {
    const text = ndjson(resultOf(LINES));
    for (const origin of ["gateway", "mcp", "", " ", "a\x1b[2J", "\u202ea", "x".repeat(201)])
      expect((await refused(text, { origin })).message).toContain("the origin");
    await take(text, { origin: "größe 1" });
  });

  test("what a sender breaks off, and what is interrupted", async () => {
    async function* broken() {
      yield Buffer.from(lines(start!, ...rest));
      throw new RangeError("connection reset");
    }
    expect(await rejectionOf(takeIn(agent.journal, broken(), { origin: "host" }))).toBeInstanceOf(RangeError);
    const abort = new AbortController();
    const stop = agent.journal.onWritten(() => {
      if ((agent.journal.scans({ limit: 1 })[0]?.lines["clean"] ?? 0) > 1_000) abort.abort(new Error("stop"));
    });
    const many = ndjson(resultOf(Array.from({ length: 10_000 }, (_, i) => cleanOf(`f${i}`))));
    expect((await rejectionOf(take(many, { signal: abort.signal }))).message).toBe("stop");
    stop();
    expect(agent.journal.scans({ limit: 10 })).toEqual([]);
    await take(many);
  });
});

describe("duplicates", () => {
  const text = ndjson(resultOf(LINES));

  test("are known by their lines, or by the key that was given", async () => {
    const { id } = await take(text);
    const error = (await refused(text.replaceAll("\n", "\r\n"))) as JournalError;
    expect(error).toBeInstanceOf(JournalError);
    expect(error).toMatchObject({ kind: "duplicate", scan: id });
    await take(text, { key: "Monday" });
    await take(text, { key: "Tuesday" });
    expect(await refused(ndjson(resultOf([])), { key: "Monday" })).toMatchObject({ kind: "duplicate" });
    await take(text, { origin: "other" });
    expect(agent.journal.scans({ limit: 10 })).toHaveLength(4);
  });

  test("the digest is that of the lines", async () => {
    const { id } = await take(text);
    expect(agent.journal.hidden(id)!.hidden).toEqual({
      kind: "collected",
      digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
    });
  });

  test("of two at the same time one is taken", async () => {
    const ended = await Promise.allSettled([take(text), take(text), take(text)]);
    expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(agent.journal.scans({ limit: 10 })).toHaveLength(1);
    expect(agent.linesOf(agent.journal.scans({ limit: 1 })[0]!.id)).toBe(text);
  });

  test("what a program that was killed had begun goes, when it is surely gone", async () => {
    const now = Date.now();
    const { id } = agent.journal.create({
      origin: "host",
      key: `sha256:${createHash("sha256").update(text).digest("hex")}`,
      state: "running",
      hidden: { kind: "collected", digest: "" },
    });
    agent.journal.append(id, [START], { checkpoint: { at: now } });
    const other = agent.journal.create({ origin: "gateway", state: "running" }).id;
    expect(await refused(text, { now: () => now + 59_000 })).toMatchObject({ kind: "duplicate" });
    expect(removeAbandoned(agent.journal, now + 59_000)).toBe(0);
    const record = await take(text, { now: () => now + 61_000 });
    expect(record.state).toBe("done");
    expect(agent.journal.scans({ limit: 10 }).map(({ id }) => id)).toEqual([record.id, other]);
    expect(removeAbandoned(agent.journal, now + 1e9)).toBe(0);
  });
});

test("every format can be made of what was taken in", async () => {
  const { id } = await take(ndjson(resultOf(LINES)));
  const events = agent
    .linesOf(id)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const name of Object.keys(FORMATS) as (keyof typeof FORMATS)[])
    expect(written(name, events)).toEqual(written(name, resultOf(LINES)));
});
