/** Gap reports in the store, and entries of the dictionary that follow them. */
import { beforeEach, describe, expect, test } from "bun:test";
import { storedDictionary } from "../../src/cryptex-store/dictionary.ts";
import { storedGap } from "../../src/cryptex-store/gap.ts";
import { openMemoryStore, type Store } from "../../src/cryptex-store/store.ts";
import type { Dictionary } from "../../src/dictionary/dictionary.ts";
import { newEntry } from "../../src/dictionary/entry.ts";
import { countsOf, type GapComponent, type GapReport, type PortStatus } from "../../src/gap/gap-report.ts";
import type { GapStore } from "../../src/gap/gap-store.ts";
import { keepReport } from "../../src/gap/keep-report.ts";

let store: Store;
let dictionary: Dictionary;
let gap: GapStore;
let now: number;
beforeEach(() => {
  store = openMemoryStore();
  now = Date.UTC(2026, 0, 1);
  dictionary = storedDictionary(store);
  gap = storedGap(store, () => now);
});

function component(
  name: string,
  port_status: PortStatus,
  linked_cryptex: string | null = null,
): GapComponent {
  return {
    component: name,
    language: "C",
    port_status,
    rust_status: port_status === "stale" ? "in_progress" : port_status,
    responsible: null,
    linked_cryptex,
    evidence: [],
    suggestions: [],
    sha256: null,
  };
}

function report(...components: GapComponent[]): GapReport {
  const parts = { schema: 1, root: "r", components, excluded: [], problems: [] } as const;
  return { ...parts, counts: countsOf(parts) };
}

const keep = (...components: GapComponent[]) =>
  keepReport("/r", report(...components), { store: gap, dictionary });
const statusOf = (codename: string) => dictionary.get(codename)?.status;
const editsOf = (codename: string) =>
  dictionary.history({ codename }).filter(({ action }) => action === "edit");

describe("reports", () => {
  test("the last is kept, for each root", () => {
    expect(gap.last("/r")).toBeUndefined();
    keep(component("a", "pending"));
    now += 1_000;
    keep(component("a", "done"));
    expect(gap.last("/r")).toEqual({
      at: "2026-01-01T00:00:01.000Z",
      report: report(component("a", "done")),
    });
    expect(gap.last("/other")).toBeUndefined();
    expect(gap.history("/other")).toEqual([]);
  });

  test("the history has a point where counts have changed, and none else", () => {
    keep(component("a", "pending"));
    now += 1_000;
    keep(component("b", "pending"));
    now += 1_000;
    keep(component("b", "done"));
    now += 1_000;
    keep(component("b", "pending"));
    expect(
      gap.history("/r").map(({ at, counts }) => [at.slice(17, 19), counts.pending, counts.done]),
    ).toEqual([
      ["00", 1, 0],
      ["02", 0, 1],
      ["03", 1, 0],
    ]);
  });

  test("the history is bounded, and the newest points stay", () => {
    for (let i = 0; i < 10_050; i++) {
      gap.keep("/r", report(...Array.from({ length: (i % 3) + 1 }, (_, j) => component(String(j), "done"))));
      now += 1;
    }
    const points = gap.history("/r");
    expect([points.length, points.at(-1)!.at, points[0]!.at]).toEqual([
      10_000,
      new Date(Date.UTC(2026, 0, 1) + 10_049).toISOString(),
      new Date(Date.UTC(2026, 0, 1) + 50).toISOString(),
    ]);
  });

  test("says whether it differs from the one before", () => {
    const changes = [
      keep(component("a", "done")),
      keep(component("a", "done")),
      keep(component("a", "stale")),
    ];
    expect(changes.map(({ isChanged }) => isChanged)).toEqual([true, false, true]);
  });
});

describe("what people set", () => {
  test("goes before what files say, and can be taken back", () => {
    gap.setFacts("/r", "a", { responsible: "me" });
    gap.setFacts("/r", "a", { linked_cryptex: "A" });
    gap.setFacts("/other", "a", { responsible: "you" });
    expect([...gap.facts("/r")]).toEqual([["a", { responsible: "me", linked_cryptex: "A" }]]);
    const shown = keep({ ...component("a", "stale"), responsible: "@team" }).report.components[0]!;
    expect([shown.responsible, shown.linked_cryptex]).toEqual(["me", "A"]);
    gap.setFacts("/r", "a", { responsible: null });
    const after = keep({ ...component("a", "stale"), responsible: "@team" }).report.components[0]!;
    expect([after.responsible, after.linked_cryptex]).toEqual(["@team", "A"]);
  });
});

describe("linked entries", () => {
  beforeEach(() => {
    for (const codename of ["A", "B"])
      dictionary.add(newEntry(codename, { status: "in_progress" }), { who: "me" });
  });

  test("become ported and legacy, once, with history; nothing else does", () => {
    const { linked } = keep(
      component("a", "done", "A"),
      component("b", "pending", "B"),
      component("c", "done"),
    );
    expect(linked.changed).toEqual([
      { codename: "A", status: "ported", revision: 2 },
      { codename: "B", status: "legacy", revision: 2 },
    ]);
    expect(editsOf("A")).toMatchObject([{ who: "gap scan", fields: { status: ["in_progress", "ported"] } }]);
    expect(keep(component("a", "done", "A"), component("b", "pending", "B")).linked.changed).toEqual([]);
    expect(editsOf("A").length).toBe(1);
  });

  test("what people say afterwards stays, until the component changes", () => {
    keep(component("a", "done", "A"));
    dictionary.edit("A", { status: "in_progress" }, { who: "me" });
    keep(component("a", "done", "A"));
    expect(statusOf("A")).toBe("in_progress");
    keep(component("a", "stale", "A"));
    expect(statusOf("A")).toBe("in_progress");
    keep(component("a", "done", "A"));
    expect(statusOf("A")).toBe("ported");
    keep(component("a", "pending", "A"));
    expect(statusOf("A")).toBe("legacy");
  });

  test("in_progress and stale say nothing", () => {
    expect(keep(component("a", "in_progress", "A"), component("b", "stale", "B")).linked).toEqual({
      changed: [],
      left: [],
    });
    expect(statusOf("A")).toBe("in_progress");
  });

  test("a status that only people give stays, and is said each time", () => {
    for (const status of ["stable", "experimental", "deprecated"] as const) {
      dictionary.edit("A", { status }, { who: "me" });
      for (let times = 0; times < 2; times++) {
        expect(keep(component("a", "done", "A")).linked).toEqual({
          changed: [],
          left: [
            { codename: "A", reason: `people set its status, ${status}: by the report it would be ported` },
          ],
        });
      }
      expect(statusOf("A")).toBe(status);
    }
    dictionary.edit("A", { status: "legacy" }, { who: "me" });
    keep(component("a", "done", "A"));
    expect(statusOf("A")).toBe("ported");
  });

  test("one for several components: only where they agree", () => {
    keep(component("a", "done", "A"), component("b", "pending", "A"));
    expect(statusOf("A")).toBe("in_progress");
    keep(component("a", "done", "A"), component("b", "done", "A"));
    expect(statusOf("A")).toBe("ported");
  });

  test("an entry that is not there is said, and follows when it comes", () => {
    expect(keep(component("a", "done", "C")).linked.left).toEqual([
      { codename: "C", reason: "there is no such entry" },
    ]);
    dictionary.add(newEntry("C"), { who: "me" });
    keep(component("a", "done", "C"));
    expect(statusOf("C")).toBe("ported");
  });

  test("one that is linked anew follows anew", () => {
    keep(component("a", "done", "A"));
    keep(component("a", "done"));
    dictionary.edit("A", { status: "legacy" }, { who: "me" });
    keep(component("a", "done", "A"));
    expect(statusOf("A")).toBe("ported");
  });

  test("each change is one transaction with what is remembered of it", () => {
    expect(() =>
      gap.settle("/r", "A", "ported", () => {
        dictionary.edit("A", { status: "ported" }, { who: "gap scan" });
        throw new Error("in the middle");
      }),
    ).toThrow("in the middle");
    expect(statusOf("A")).toBe("in_progress");
    keep(component("a", "done", "A"));
    expect(statusOf("A")).toBe("ported");
  });
});
