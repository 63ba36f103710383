import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { InputError } from "../../src/errors.ts";
import {
  anyBits,
  anyPlaces,
  differentBits,
  differentPlaces,
  multiplicities,
} from "../../src/everyday/pick.ts";
import { entriesAt, MOST_ENTRIES, splitEntries } from "../../src/faces/pipe/entries.ts";
import { rejectionOf } from "../support/rejection.ts";
import { countResults, spreadOf } from "../support/scripted-draws.ts";

describe("places", () => {
  test("all streams give each order equally often", async () => {
    // Of streams of 4 bytes below 4, those with at most two tries too many.
    const counts = await countResults(4, 4, (draws) => differentPlaces(3, 3, draws));
    expect(spreadOf(counts)).toEqual({ results: 6, each: [32 + 8 + 2] });
    const some = await countResults(3, 4, (draws) => differentPlaces(4, 2, draws));
    expect(spreadOf(some)).toEqual({ results: 12, each: [4 + 1] });
  });

  test("with repetition, each sequence", async () => {
    const counts = await countResults(3, 4, (draws) => anyPlaces(3, 2, draws));
    expect(spreadOf(counts)).toEqual({ results: 9, each: [4 + 2] });
  });
});

/** Counts the sequences of entries that come from all sequences of places. */
function likeliest(entries: readonly string[], count: number, repeat: boolean): number {
  const counts = new Map<string, number>();
  let all = 0;
  const visit = (sequence: string, used: ReadonlySet<number>, left: number) => {
    if (left === 0) {
      all += 1;
      counts.set(sequence, (counts.get(sequence) ?? 0) + 1);
      return;
    }
    for (const [i, entry] of entries.entries()) {
      if (repeat || !used.has(i)) visit(sequence + entry, new Set([...used, i]), left - 1);
    }
  };
  visit("", new Set(), count);
  return Math.log2(all / Math.max(...counts.values()));
}

describe("bits", () => {
  test("are the min-entropy of what comes out, also where entries are there several times", async () => {
    const lists = fc.array(fc.constantFrom(..."aaabbcde"), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 4 }), async (entries, count) => {
        const counts = await multiplicities(entries, new AbortController().signal);
        expect(anyBits(counts, count)).toBeCloseTo(likeliest(entries, count, true), 9);
        const some = Math.min(count, entries.length);
        expect(differentBits(counts, some)).toBeCloseTo(likeliest(entries, some, false), 9);
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  test("an interrupt ends the counting of many entries, and their writing", async () => {
    const entries = new Array<string>(200_000).fill("x");
    for (const work of [
      (signal: AbortSignal) => multiplicities(entries, signal),
      (signal: AbortSignal) => entriesAt(new Uint32Array(200_000), { entries, end: "\n" }, signal),
    ]) {
      const controller = new AbortController();
      setImmediate(() => controller.abort(new Error("stop")));
      expect((await rejectionOf(work(controller.signal))).message).toBe("stop");
    }
  });

  test("a shuffle of different entries holds log₂ n!", () => {
    expect(differentBits(new Array(52).fill(1), 52)).toBeCloseTo(225.581, 3);
    expect(differentBits([7], 7)).toBe(0);
    expect(differentBits([1], 1)).toBe(0);
  });
});

describe("entries", () => {
  const split = (text: string, zero = false) => splitEntries(Buffer.from(text, "latin1"), zero);

  for (const [what, text, entries, end] of [
    ["lines", "a\nb\n", ["a", "b"], "\n"],
    ["a last line without its end", "a\nb", ["a", "b"], "\n"],
    ["empty lines", "\n\na\n", ["", "", "a"], "\n"],
    ["one line of nothing", "\n", [""], "\n"],
    ["CR LF", "a\r\nb\r\n", ["a", "b"], "\r\n"],
    ["CR LF but for the end", "a\r\nb", ["a", "b"], "\r\n"],
    ["CR LF up to its half", "a\r\nb\r", ["a", "b"], "\r\n"],
    ["CR LF here and LF there", "a\r\nb\n", ["a\r", "b"], "\n"],
    ["a CR alone", "a\rb", ["a\rb"], "\n"],
    ["bytes that are no text", "\xff\xfe\n\x00\x80", ["\xff\xfe", "\x00\x80"], "\n"],
  ] as const) {
    test(what, () => {
      expect(split(text)).toEqual({ entries: [...entries], end });
    });
  }

  test("between zero bytes, line breaks are bytes as others", () => {
    expect(split("a\nb\0c\r\n\0", true)).toEqual({ entries: ["a\nb", "c\r\n"], end: "\0" });
  });

  test("a line of megabytes is one", () => {
    expect(split("x".repeat(5_000_000)).entries.map(({ length }) => length)).toEqual([5_000_000]);
  });

  test("a long one that is picked too often is refused", async () => {
    const entries = ["x".repeat(1 << 20)];
    const written = (count: number) =>
      entriesAt(new Uint32Array(count), { entries, end: "\n" }, new AbortController().signal);
    expect((await written(3)).length).toBe(3 * ((1 << 20) + 1));
    expect((await rejectionOf(written(256))).message).toBe("the result has more than 256 MiB");
    expect(await rejectionOf(written(1_000_000))).toBeInstanceOf(InputError);
  });

  test("nothing, and too many, are refused", () => {
    expect(() => split("")).toThrow("standard input is empty");
    expect(() => split("\n".repeat(MOST_ENTRIES + 1))).toThrow("more than 1,000,000 lines");
    expect(split("\n".repeat(MOST_ENTRIES)).entries.length).toBe(MOST_ENTRIES);
  });
});
