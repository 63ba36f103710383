/** Claims rest on what was assessed: bench/evidence/machines.json has it by machine, and docs/EVIDENCE.md shows it. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { besideTable, lowestH, MACHINES } from "../../bench/evidence/beside.ts";
import { sources } from "../../src/sources/index.ts";

test("there are two kinds of machines or more, and each figure is of a source that exists and fits its symbol", () => {
  expect(MACHINES.length).toBeGreaterThanOrEqual(2);
  const bits = new Map(sources.map(({ info }) => [info.id, info.symbolBits]));
  for (const { name, assessedH } of MACHINES) {
    expect(Object.keys(assessedH).length, name).toBeGreaterThan(15);
    for (const [id, h] of Object.entries(assessedH)) {
      if (h === undefined) continue; // of another machine's list: the type has them all
      expect(h, `${name}: ${id}`).toBeGreaterThanOrEqual(0);
      expect(h, `${name}: ${id}`).toBeLessThanOrEqual(bits.get(id) ?? -1);
    }
  }
});

test("every claim is at most half of the lowest figure of all machines", () => {
  // Recorded on loopback only, which is no network: docs/EVIDENCE.md.
  const unrecorded = sources.filter(({ info }) => info.claim > 0 && lowestH(info.id) === undefined);
  expect(unrecorded.map(({ info }) => info.id)).toEqual(["dns_timing", "tcp_connect"]);
  for (const { info } of sources) {
    const lowest = lowestH(info.id);
    if (lowest !== undefined) expect(info.claim, info.id).toBeLessThanOrEqual(lowest / 2);
  }
});

test("docs/EVIDENCE.md has them beside each other", () => {
  expect(readFileSync(join(ROOT, "docs", "EVIDENCE.md"), "utf8")).toContain(besideTable());
});
