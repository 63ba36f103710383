/** A gateway that is killed with SIGKILL in the middle of a scan: what it has written down stays, and nothing is lost or there twice. */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../../../../test/support/run-process.ts";
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import type { ScanRecord } from "../../src/results/journal.ts";
import { bytesOf, zip } from "../archives/writers.ts";
import { Place, resultOf } from "./support/scans.ts";

const CHILD = join(import.meta.dir, "scans-child.ts");

function fill(place: Place): void {
  mkdirSync(place.path("rules"));
  writeFileSync(
    place.path("rules/house.yar"),
    'rule abc { strings: $a = "abc" condition: $a }\nrule broken { condition: nothing }\n',
  );
  // More lines than one batch has, however quick the machine is.
  for (let i = 0; i < 1_800; i++) place.file(`root/f${i}`, i % 3 === 0 ? "hay" : "xabc");
  const members = ["m", "n/o"].map((name) => ({ name, content: bytesOf("abc") }));
  for (const name of ["a.zip", "a.zip ", "f500.zip", "f501.zip"]) place.file(`root/${name}`, zip(members));
}

interface State {
  readonly record: ScanRecord | undefined;
  readonly lines: readonly unknown[];
}

function stateOf(path: string): State {
  using store = openStore(path);
  const journal = storedJournal(store);
  const [record] = journal.scans({ limit: 1 });
  return { record, lines: record ? resultOf(journal, record.id) : [] };
}

const run = (place: Place, store: string, write: number, when: string) =>
  runProcess([process.execPath, CHILD, place.root, place.path(store), String(write), when]);

test("every line that was written down stays as it was, and the end is that of a scan that was left in peace", async () => {
  using place = new Place();
  fill(place);
  expect((await run(place, "whole.db", 0, "after")).stdout).toBe("done\n");
  const whole = stateOf(place.path("whole.db"));
  expect(whole.lines).toHaveLength(1 + 1 + 1_200 + 8 + 1);
  const left = new Set<number>();
  for (const first of [1, 2, 3, 5]) {
    for (const when of ["before", "after"]) {
      const name = `${when}-${first}.db`;
      const path = place.path(name);
      // Killed early, then at the third write of each start, behind which the scan has come a little further.
      for (let write = first, kills = 0; ; write = kills < 4 ? 3 : 0) {
        const known = stateOf(path);
        const { exitCode, stdout, stderr } = await run(place, name, write, when);
        const { record, lines } = stateOf(path);
        expect(lines.slice(0, known.lines.length)).toEqual(known.lines as unknown[]);
        expect(whole.lines.slice(0, lines.length)).toEqual(lines as unknown[]);
        if (exitCode === 0) {
          expect([stdout, stderr]).toEqual(["done\n", ""]);
          const { start, end, lines: counts } = whole.record!;
          expect(record).toMatchObject({ state: "done", start, end, lines: counts });
          break;
        }
        expect(exitCode).toBe(137);
        kills += 1;
        left.add(lines.length);
      }
    }
  }
  // In the middle, too, and not always at the same place.
  const inside = [...left].filter((lines) => lines > 2 && lines < whole.lines.length);
  expect(inside.length).toBeGreaterThan(1);
});
