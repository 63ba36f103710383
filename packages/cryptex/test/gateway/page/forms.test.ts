/** Forms: what is typed, and what is made of it. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Entry, FIELDS, isSame, newEntry, STATUSES } from "../../../src/dictionary/entry.ts";
import { draftOf, entryFrom, faultsIn } from "../../../src/gateway/page/app/dictionary/draft.ts";
import { mergedEntry, mergesOf } from "../../../src/gateway/page/app/dictionary/merge.ts";
import { EMPTY_FORM, formOf, orderFrom } from "../../../src/gateway/page/app/scans/scan-form.ts";

describe("the form of a scan", () => {
  test("leaves to the gateway what was left empty", () => {
    expect(orderFrom({ ...EMPTY_FORM, root: "files" })).toEqual({ order: { root: "files", paths: ["."] } });
  });

  test("makes an order, and is filled from one", () => {
    const form = {
      ...EMPTY_FORM,
      root: "files",
      ruleset: "house",
      paths: "a b\n\n  c\r\n",
      exclude: "*.iso\n",
      archives: 2,
      maxSizeMib: 1.5,
      timeoutS: 0,
      since: "2026-11-05T14:03",
      explain: true,
    };
    const { order } = orderFrom(form);
    expect(order).toEqual({
      root: "files",
      ruleset: "house",
      paths: ["a b", "  c"],
      options: {
        exclude: ["*.iso"],
        archives: 2,
        maxSize: 1_572_864,
        timeoutMs: 0,
        since: new Date("2026-11-05T14:03").toISOString(),
        explain: true,
      },
    });
    expect(orderFrom(formOf({ ...order })).order).toEqual(order);
  });

  test("says what is missing", () => {
    expect(orderFrom(EMPTY_FORM).problem).toContain("root");
    expect(orderFrom({ ...EMPTY_FORM, root: "r", paths: "\n" }).problem).toContain("path");
  });
});

describe("the form of an entry", () => {
  test("gives back the entry that it was filled from", () => {
    const entry = newEntry("Lamp", {
      symbol: "lib_lamp",
      deps: ["A", "B"],
      tags: ["x"],
      notes: ["one\ntwo", "three"],
      pseudocode: "a\n\tb\n",
    });
    expect(entryFrom(draftOf(entry))).toEqual(entry);
  });

  test("names what cannot be kept", () => {
    const draft = { ...draftOf(newEntry("Lamp")), summary: "x".repeat(161) };
    expect(faultsIn(draft)).toEqual(["summary: has 161 characters; 160 are allowed"]);
  });
});

describe("two changes of one entry", () => {
  const text = fc.constantFrom("", "a", "b", "c");
  const entry: fc.Arbitrary<Entry> = fc
    .record({
      symbol: text,
      summary: text,
      status: fc.constantFrom(...STATUSES),
      tags: fc.subarray(["p", "q"]),
    })
    .map((fields) => newEntry("Lamp", fields));

  test("are brought together field by field, and nothing that one alone has changed is lost", () => {
    fc.assert(
      fc.property(entry, entry, entry, fc.subarray([...FIELDS]), (before, mine, theirs, taken) => {
        const merges = mergesOf(before, mine, theirs);
        const merged = mergedEntry(theirs, merges, new Set(taken));
        for (const field of FIELDS) {
          const byMe = !isSame(before[field], mine[field]);
          const byThem = !isSame(before[field], theirs[field]);
          const isMine = byMe && (!byThem || !taken.includes(field) || isSame(mine[field], theirs[field]));
          expect(merged[field]).toEqual(isMine ? mine[field] : theirs[field]);
        }
      }),
    );
  });

  test("that say the same need no choice", () => {
    const same = newEntry("Lamp", { summary: "x" });
    expect(mergesOf(newEntry("Lamp"), same, same)).toEqual([]);
  });
});
