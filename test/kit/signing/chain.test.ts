import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import fc from "fast-check";
import { ChainedLog, headPath, lockPath, MAX_LINE, signHead } from "#kit/signing/chain.ts";
import { checkChain, readHead } from "#kit/signing/chain-check.ts";
import { parseBlocks } from "#kit/signing/statement.ts";
import { judge } from "#kit/signing/trust.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { keyOf, lineageFrom, NEVER, ownKey, TestFolder } from "./keys.ts";

const NOTHING = new Set<string>();

/** A log of some records. */
async function logOf(folder: TestFolder, records: number): Promise<string> {
  const log = await ChainedLog.open(folder.at("log"), NEVER);
  for (let i = 1; i <= records; i++) await log.append({ number: i }, NEVER);
  return folder.at("log");
}

async function faultsOf(path: string): Promise<readonly string[]> {
  return (await checkChain(path, NOTHING, NEVER)).faults;
}

function linesIn(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

function writeLines(path: string, lines: readonly string[]): void {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
}

describe("a log", () => {
  test("begins with a line of its own, and each record follows from the one before", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 3);
    const lines = linesIn(path).map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({ created: expect.any(String), id: expect.any(String), type: "chained-log/1" });
    expect(lines.slice(1).map(({ seq, number }) => [seq, number])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const { records, faults, log } = await checkChain(path, NOTHING, NEVER);
    expect([records, faults, log]).toEqual([3, [], lines[0].id]);
  });

  test("that is new is valid, and says where it ends", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 0);
    const { records, faults } = await checkChain(path, NOTHING, NEVER);
    expect([records, faults]).toEqual([0, []]);
  });

  test("hostile texts stay in their line, and command no terminal", async () => {
    using folder = new TestFolder();
    const log = await ChainedLog.open(folder.at("log"), NEVER);
    await log.append({ who: "a\n{\x1b[31m\u202e\u2028" }, NEVER);
    const text = readFileSync(folder.at("log"), "utf8");
    expect([..."\x1b\u202e\u2028"].filter((sign) => text.includes(sign))).toEqual([]);
    expect(await faultsOf(folder.at("log"))).toEqual([]);
  });

  test("another file is never written to", async () => {
    using folder = new TestFolder({
      token: "secret",
      text: "one\ntwo\n",
      empty: "",
      json: '{"type":"other"}\n',
    });
    for (const name of ["token", "text", "empty", "json"]) {
      const before = readFileSync(folder.at(name));
      const error = await rejectionOf(ChainedLog.open(folder.at(name), NEVER));
      expect(error.message).toContain("is no log of this program");
      expect(readFileSync(folder.at(name)).equals(before)).toBe(true);
      expect((await rejectionOf(checkChain(folder.at(name), NOTHING, NEVER))).message).toContain("is no log");
    }
    expect((await rejectionOf(ChainedLog.open(folder.path, NEVER))).message).toContain("is no regular file");
    expect((await rejectionOf(ChainedLog.open(folder.at("no/log"), NEVER))).message).toContain("cannot lock");
  });

  test("a record that is too long is refused, and nothing of it written", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 1);
    const before = readFileSync(path);
    const log = await ChainedLog.open(path, NEVER);
    expect((await rejectionOf(log.append({ text: "x".repeat(MAX_LINE) }, NEVER))).message).toContain(
      "is larger than",
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("a link to a log is that log", async () => {
    using folder = new TestFolder();
    await logOf(folder, 1);
    symlinkSync("log", folder.at("link"));
    await (await ChainedLog.open(folder.at("link"), NEVER)).append({}, NEVER);
    expect((await checkChain(folder.at("log"), NOTHING, NEVER)).records).toBe(2);
  });
});

describe("what was done to a log is named", () => {
  const changed = async (change: (lines: string[]) => string[]) => {
    using folder = new TestFolder();
    const path = await logOf(folder, 5);
    writeLines(path, change(linesIn(path)));
    return await faultsOf(path);
  };

  test("a record was changed", async () => {
    expect(await changed((lines) => lines.map((line) => line.replace('"number":2', '"number":7')))).toEqual([
      "line 4, record 3: does not follow the line before: one of the two was changed, or lines were exchanged",
    ]);
  });

  test("records were removed", async () => {
    expect(await changed((lines) => lines.toSpliced(2, 1))).toEqual([
      "line 3, record 3: record 2 is missing before it",
    ]);
    expect(await changed((lines) => lines.toSpliced(1, 3))).toEqual([
      "line 2, record 4: records 1 to 3 are missing before it",
    ]);
  });

  test("records were exchanged", async () => {
    const faults = await changed(([first, one, two, three, ...rest]) => [
      first!,
      one!,
      three!,
      two!,
      ...rest,
    ]);
    expect(faults[0]).toBe("line 3, record 3: record 2 is missing before it");
    expect(faults[1]).toBe("line 4, record 2: stands behind record 3: it was moved, or is there twice");
  });

  test("a record is there twice", async () => {
    expect(await changed((lines) => lines.toSpliced(3, 0, lines[2]!))).toContain(
      "line 4, record 2: stands behind record 2: it was moved, or is there twice",
    );
  });

  test("the first line is another log's", async () => {
    const faults = await changed(([first, ...lines]) => [first!.replace(/"id":"./, '"id":"x'), ...lines]);
    expect(faults.length).toBe(1);
  });

  test("records were made anew with other numbers", async () => {
    const faults = await changed((lines) => lines.map((line) => line.replace('"seq":3', '"seq":9')));
    expect(faults[0]).toBe("line 4, record 9: records 3 to 8 are missing before it");
  });

  test("a line is no record, at the end and before it, and an empty one", async () => {
    expect(await changed((lines) => [...lines, "{}"])).toEqual(["line 7 is no record"]);
    expect(await changed((lines) => [...lines, ""])).toEqual(["line 7 is no record"]);
    expect(await changed((lines) => lines.toSpliced(3, 0, ""))).toEqual([
      "line 4 is no record, and record 3 does not say that a write was interrupted",
    ]);
  });

  test("there are many faults: some are named", async () => {
    const faults = await changed((lines) => [lines[0]!, ...Array.from({ length: 100 }, () => lines[1]!)]);
    expect([faults.length, faults.at(-1)]).toEqual([21, "and more"]);
  });

  test("any bit but those of the last record, which nothing follows", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 3);
    const good = readFileSync(path);
    const end = good.lastIndexOf("\n", good.length - 2);
    await fc.assert(
      fc.asyncProperty(fc.nat(end), fc.nat(7), async (at, bit) => {
        const bad = Buffer.from(good);
        bad[at]! ^= 1 << bit;
        writeFileSync(path, bad);
        const faults = await faultsOf(path).catch((error: Error) => [error.message]);
        expect(faults).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a signed head", () => {
  const owner = keyOf("owner");

  test("tells where the log ended: a cut tail, a changed last record and a log made anew lack its hash", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 2);
    await (await ChainedLog.open(path, NEVER)).append({ last: true }, NEVER, ownKey(owner));
    const [block] = parseBlocks(readFileSync(headPath(path)));
    expect(judge(block!, [], [lineageFrom(owner)]).faults).toEqual([]);
    const head = readHead(block!);
    const whereIs = async () => (await checkChain(path, new Set([head.hash]), NEVER)).found.get(head.hash);
    const lines = linesIn(path);
    expect([head.records, await whereIs()]).toEqual([3, 3]);
    writeLines(path, lines.slice(0, -1));
    expect([await faultsOf(path), await whereIs()]).toEqual([[], undefined]);
    writeLines(
      path,
      lines.map((line) => line.replace('"last":true', '"last":null')),
    );
    expect([await faultsOf(path), await whereIs()]).toEqual([[], undefined]);
  });

  test("of another kind is none", () => {
    const text = signHead({ log: "x", records: 1, hash: "0".repeat(63) }, ownKey(owner));
    expect(() => readHead(parseBlocks(Buffer.from(text))[0]!)).toThrow("64 hexadecimal digits");
  });
});

describe("a write that was interrupted", () => {
  test("anywhere is seen, and the next record says so", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 2);
    const whole = readFileSync(path);
    const start = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (let cut = start + 1; cut < whole.length - 1; cut += 9) {
      writeFileSync(path, whole.subarray(0, cut));
      expect(await faultsOf(path)).toEqual([
        "line 3 has no end: a write was interrupted, or the end was cut",
      ]);
      const end = await (await ChainedLog.open(path, NEVER)).append({ number: 3 }, NEVER);
      expect(end.records).toBe(2);
      expect(await faultsOf(path)).toEqual([]);
      const lines = linesIn(path);
      expect(lines.length).toBe(4); // the piece stays
      expect(JSON.parse(lines[3]!).torn).toBe(cut - start);
    }
  });

  test("before the line's end alone costs nothing", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 2);
    truncateSync(path, readFileSync(path).length - 1);
    const { records } = await (await ChainedLog.open(path, NEVER)).append({ number: 3 }, NEVER);
    expect([records, await faultsOf(path)]).toEqual([3, []]);
    expect(linesIn(path).length).toBe(4);
  });

  test("twice in a row is got over", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 1);
    appendFileSync(path, '{"prev":"00');
    const log = await ChainedLog.open(path, NEVER);
    appendFileSync(path, '\n{"prev":"1');
    await log.append({}, NEVER);
    const lines = linesIn(path);
    expect([lines.length, JSON.parse(lines[4]!).torn, await faultsOf(path)]).toEqual([5, 21, []]);
  });

  test("cannot be made up to hide a record", async () => {
    using folder = new TestFolder();
    const path = await logOf(folder, 3);
    writeLines(
      path,
      linesIn(path).map((line) => line.replace(/^.*"seq":2.*$/, "{")),
    );
    expect(await faultsOf(path)).toEqual(["line 4, record 3: record 2 is missing before it"]);
  });
});

describe("at the same time", () => {
  const MODULE = new URL("../../../kit/signing/chain.ts", import.meta.url).href;

  test("processes append, and no record is lost or stands between others", async () => {
    using folder = new TestFolder();
    const script = `const { ChainedLog } = await import(${JSON.stringify(MODULE)});
      const signal = new AbortController().signal;
      const log = await ChainedLog.open(${JSON.stringify(folder.at("log"))}, signal);
      for (let i = 0; i < 10; i++) await log.append({ by: process.pid }, signal);`;
    const children = [1, 2, 3].map(() => Bun.spawn([process.execPath, "-e", script], { stderr: "inherit" }));
    expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0]);
    const { records, faults } = await checkChain(folder.at("log"), NOTHING, NEVER);
    expect([records, faults]).toEqual([30, []]);
    const by = linesIn(folder.at("log"))
      .slice(1)
      .map((line) => JSON.parse(line).by as number);
    for (const { pid } of children) expect(by.filter((each) => each === pid).length).toBe(10);
  });

  test("a process that is killed while it appends leaves a log that goes on", async () => {
    using folder = new TestFolder();
    const script = `const { ChainedLog } = await import(${JSON.stringify(MODULE)});
      const signal = new AbortController().signal;
      const log = await ChainedLog.open(${JSON.stringify(folder.at("log"))}, signal);
      console.log("open");
      for (;;) await log.append({ text: "x".repeat(100_000) }, signal);`;
    for (let round = 0; round < 3; round++) {
      const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
      await child.stdout.getReader().read();
      child.kill("SIGKILL");
      await child.exited;
      await (await ChainedLog.open(folder.at("log"), NEVER)).append({ after: round }, NEVER);
      expect(await faultsOf(folder.at("log"))).toEqual([]);
    }
    expect(existsSync(folder.at("log"))).toBe(true);
    expect(readdirSync(folder.path).sort()).toEqual(["log", "log.lock"]);
  });
});

test("whoever takes a link to a log waits for those who do not", () => {
  using folder = new TestFolder();
  symlinkSync("scans.log", folder.at("link"));
  expect(lockPath(folder.at("link"))).toBe(lockPath(folder.at("scans.log")));
});
