/**
 * Holds gap.toml against this repository, by cryptex's own `gap scan`: each part that the two orders name is where it says. The texts of
 * the orders are not here; what they name is counted below.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { driftIn } from "../packages/cryptex/src/gap/drift.ts";
import type { GapSettings } from "../packages/cryptex/src/gap/gap-toml.ts";
import { makeReport, openRoot } from "../packages/cryptex/src/gap/open-gap.ts";
import { product } from "../src/product.ts";
import { sources } from "../src/sources/index.ts";
import { BATTERY } from "../src/stats/suites.ts";

const ROOT = openRoot(join(import.meta.dir, ".."));
const reportBy = (settings: GapSettings) => makeReport({ ...ROOT, settings }, new AbortController().signal);
const REPORT = await reportBy(ROOT.settings);

/** Names behind the mark of a kind: `source:clock_jitter`. */
function namesOf(kind: string): string[] {
  return REPORT.components.flatMap(({ component }) =>
    component.startsWith(`${kind}:`) ? [component.slice(kind.length + 1)] : [],
  );
}

test("no declaration is broken, and none stale", () => {
  expect(driftIn(REPORT, ROOT.settings)).toEqual([]);
  expect(REPORT.problems).toEqual([]);
});

test("what is not done says what is missing", () => {
  const open = REPORT.components.filter(({ port_status }) => port_status !== "done");
  expect(open.filter(({ reason }) => !reason?.startsWith("missing: "))).toEqual([]);
});

test("everything that the orders count is there", () => {
  const counts = [
    "source",
    "command",
    "flag",
    "endpoint",
    "test",
    "key",
    "panel",
    "python",
    "script",
    "store",
    "gap",
  ];
  expect(Object.fromEntries(counts.map((kind) => [kind, namesOf(kind).length]))).toEqual({
    source: 30,
    command: 9,
    flag: 14,
    endpoint: 4,
    test: 31,
    key: 4,
    panel: 5,
    // Ten names of its §4, a class among them that is here as a list, and that pip installs it.
    python: 12,
    script: 2,
    // Six columns, what commands and agents call, and the way from the former files.
    store: 9,
    // Five fields, the command, its report, the entries that follow it, the tool.
    gap: 9,
  });
  expect(namesOf("crate").filter((name) => !name.startsWith("esoteric-"))).toEqual([
    "cryptex-store",
    "mcp-gateway",
    "node-red-client",
    "safe-index",
    "scan-runner",
    "telemetry-agent",
  ]);
});

test("sources, commands and tests are those of the program", () => {
  const ids = sources.map(({ info }) => info.id);
  expect(namesOf("source").filter((id) => !ids.includes(id))).toEqual([]);
  expect(namesOf("command").filter((name) => !Object.hasOwn(product.commands, name))).toEqual([]);
  expect(BATTERY.length).toBe(namesOf("test").length);
});

test("a target, a symbol or a test that goes away is found", async () => {
  const spoilt = ROOT.settings.maps.map((map) => {
    if (map.from === "source:clock_jitter") return { ...map, to: "src/sources/clock-gone.ts" };
    if (map.from === "command:scan") return { ...map, symbols: ["scanned"] };
    if (map.from === "key:q") return { ...map, tests: ["test/faces/terminal/update.test.ts#q is gone"] };
    return map;
  });
  const report = await reportBy({ ...ROOT.settings, maps: spoilt });
  expect(driftIn(report, ROOT.settings)).toEqual([
    "declaration: command:scan: src/commands/scan.ts defines no scanned (gap.toml)",
    'declaration: key:q: the test test/faces/terminal/update.test.ts says nothing of "q is gone" (gap.toml)',
    "declaration: source:clock_jitter: src/sources/clock-gone.ts: is not there (gap.toml)",
  ]);
});
