/** Results of many machines: the same tests on SQLite and on PostgreSQL. */
import { describe, expect, test } from "bun:test";
import { SQL } from "bun";
import { type HostAnswer, UnreadableAnswer } from "../../src/fleet-results/answer.ts";
import { FleetResults } from "../../src/fleet-results/fleet-results.ts";
import { STEPS } from "../../src/fleet-results/tables.ts";
import { linesOfScan } from "../../src/results/scan-lines.ts";
import { summaryOf } from "../../src/results/summary.ts";
import { answerOf, end, LINES, match, OTHER_RULES, PLACES, RULES, start } from "./support.ts";

const { signal } = new AbortController();

/** Counts the rows of all tables. */
async function rowsIn(place: string): Promise<number[]> {
  const file = /^sqlite:(.*)/.exec(place)?.[1];
  await using sql = file === undefined ? new SQL(place) : new SQL({ adapter: "sqlite", filename: file });
  const counts: number[] = [];
  for (const table of ["scan", "line", "file", "hit"]) {
    const [{ n }] = await sql.unsafe(`select count(*) as n from results_${table}`);
    counts.push(Number(n));
  }
  return counts;
}

for (const [name, open, why] of PLACES) {
  if (why) console.warn(`${why}: results of a fleet on ${name}`);
  describe.skipIf(why !== undefined)(`results of a fleet on ${name}`, () => {
    test("gives the lines back as they were, and what they come to", async () => {
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      expect(await results.write(answerOf())).toBe(true);
      const [record] = await results.scans({ limit: 10 });
      expect(record).toMatchObject({
        origin: "web-1",
        state: "done",
        start: { ruleset: { digest: RULES } },
        end: { complete: false, errors: 1 },
        lines: { start: 1, match: 2, clean: 1, error: 1, end: 1 },
        fleet: { job: "1".repeat(64), sequence: 7, clockOffS: null },
      });
      expect(await Array.fromAsync(linesOfScan(results, record!.id, signal))).toEqual([...LINES]);
      const { summary } = await summaryOf(results, record!.id, signal);
      expect(summary.rules.map(({ rule, matches }) => [rule, matches])).toEqual([
        ["r1", 1],
        ["r2", 1],
      ]);
      expect(summary.errors).toEqual([{ reason: "permission denied", count: 1 }]);
      expect(await rowsIn(at.place)).toEqual([1, 6, 3, 2]);
    });

    test("writes once what comes twice, also where the writer died between any two pieces", async () => {
      for (const pieces of [0, 1, 2, 3]) {
        await using at = await open();
        {
          await using results = await FleetResults.open(at.place);
          const dying = answerOf(LINES, {
            async *lines() {
              for (let n = 0; n < pieces; n++) yield LINES.slice(2 * n, 2 * n + 2);
              throw new Error("killed");
            },
          });
          await expect(results.write(dying)).rejects.toThrow("killed");
          await results.write(dying).catch(() => {});
          expect((await results.scans({ limit: 1 }))[0]!.state).toBe("running");
        }
        await using results = await FleetResults.open(at.place);
        expect(await results.write(answerOf())).toBe(true);
        expect(await results.write(answerOf([start(), end()]))).toBe(false);
        expect(await rowsIn(at.place)).toEqual([1, 6, 3, 2]);
        const [record] = await results.scans({ limit: 1 });
        expect(await Array.fromAsync(linesOfScan(results, record!.id, signal))).toEqual([...LINES]);
      }
    });

    test("two who write the same at once write it once", async () => {
      await using at = await open();
      await using one = await FleetResults.open(at.place);
      await using other = await FleetResults.open(at.place);
      const news = await Promise.all([one, other].map((each) => each.write(answerOf())));
      expect(news.filter(Boolean)).toHaveLength(1);
      expect(await rowsIn(at.place)).toEqual([1, 6, 3, 2]);
    });

    test("orders by the server's numbers, and names clocks that are more than a minute off", async () => {
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      const serverMs = 1_900_000_000_000;
      const given: readonly (readonly [host: string, sequence: number, aheadMs: number])[] = [
        ["c", 3, -90_000],
        ["a", 1, 60_000],
        ["d", 70_000, 0],
        ["b", 2, 60_501],
      ];
      for (const [host, sequence, aheadMs] of given) {
        await results.write(answerOf(LINES, { host, sequence, serverMs, nodeMs: serverMs + aheadMs }));
      }
      const records = await results.scans({ limit: 10 });
      expect(records.map(({ origin, fleet }) => [origin, fleet!.clockOffS])).toEqual([
        ["d", null],
        ["c", -90],
        ["b", 61],
        ["a", null],
      ]);
      const [newest] = records;
      expect((await results.scans({ limit: 1, before: newest!.id }))[0]!.origin).toBe("c");
    });

    test("finds by host, rules, time, state and completeness", async () => {
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      await results.write(answerOf(LINES, { host: "old", serverMs: 1_000_000 }));
      await results.write(answerOf([start(OTHER_RULES), end()], { host: "new" }));
      await results.write(answerOf([], { host: "none", refusal: "its rules are too old" }));
      const found = async (query: object) =>
        (await results.scans({ limit: 9, ...query })).map(({ origin }) => origin).sort();
      expect(await found({ origin: "old" })).toEqual(["old"]);
      expect(await found({ ruleset: "b".repeat(9) })).toEqual(["new"]);
      expect(await found({ ruleset: RULES })).toEqual(["old"]);
      expect(await found({ since: "2020-01-01T00:00:00Z" })).toEqual(["new", "none"]);
      expect(await found({ states: ["failed"] })).toEqual(["none"]);
      expect(await found({ complete: true })).toEqual(["new"]);
      expect(await found({ complete: false })).toEqual(["none", "old"]);
      const [refused] = await results.scans({ states: ["failed"], limit: 1 });
      expect(refused).toMatchObject({ reason: "its rules are too old", end: null });
    });

    test("keeps what a hostile host writes, and names what cannot be read", async () => {
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      const path = `/\0${"é".repeat(4_000)}'; drop table results_scan; --`;
      const lines = [start(`sha256:${"x".repeat(9_000)}\0`), match(path, "r".repeat(9_000)), end()];
      expect(await results.write(answerOf(lines, { host: "h\ud800".repeat(999) }))).toBe(true);
      const [record] = await results.scans({ limit: 1 });
      expect(await Array.fromAsync(linesOfScan(results, record!.id, signal))).toEqual(lines);
      const torn: HostAnswer = answerOf([], {
        host: "torn",
        // biome-ignore lint/correctness/useYield: it fails before
        async *lines() {
          throw new UnreadableAnswer("parts are missing\0");
        },
      });
      expect(await results.write(torn)).toBe(true);
      expect(await results.write(answerOf([start()], { host: "cut" }))).toBe(true);
      const failed = await results.scans({ states: ["failed"], limit: 9 });
      expect(failed.map(({ origin, reason }) => [origin, reason]).sort()).toEqual([
        ["cut", "it has no end line"],
        ["torn", "parts are missing\uFFFD"],
      ]);
    });

    test("removes whole answers that nothing keeps", async () => {
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      for (const [n, host] of ["a", "b", "c"].entries()) {
        await results.write(answerOf(LINES, { host, serverMs: 1_000 + n, sequence: n }));
      }
      expect(await results.prune({})).toBe(0);
      expect(await results.prune({ before: new Date(1_002).toISOString(), scans: 2 })).toBe(1);
      expect((await results.scans({ limit: 9 })).map(({ origin }) => origin)).toEqual(["c", "b"]);
      expect(await rowsIn(at.place)).toEqual([2, 12, 6, 4]);
    });

    test("refuses a database of a later program, and leaves it as it is", async () => {
      await using at = await open();
      {
        await using _ = await FleetResults.open(at.place);
      }
      const file = /^sqlite:(.*)/.exec(at.place)?.[1];
      await using sql =
        file === undefined ? new SQL(at.place) : new SQL({ adapter: "sqlite", filename: file });
      await sql`update results_store set version = ${STEPS.length + 1}`;
      await expect(FleetResults.open(at.place)).rejects.toThrow(
        "a later version of this program has written",
      );
    });

    test("two who open a new database make its tables once", async () => {
      await using at = await open();
      const opened = await Promise.all([1, 2, 3].map(() => FleetResults.open(at.place)));
      expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
      for (const each of opened) await each[Symbol.asyncDispose]();
    });
  });
}

test("says what is no place, without its password", async () => {
  await expect(FleetResults.open("mysql://u:secret@h/d")).rejects.toThrow(
    "'mysql://u@h/d' is no place of a results database",
  );
});
