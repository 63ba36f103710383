import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { pathBytes } from "../../src/scan-runner/formats/escape.ts";
import { HOSTILE_EVENTS, hostileMatch } from "./hostile-events.ts";
import { written } from "./written.ts";

/** Reads RFC 4180 §2: records end with CR LF; a quoted field holds doubled quotes. */
function records(text: string): string[][] {
  const all: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (const [, quoted, plain, end] of text.matchAll(field)) {
    record.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === "\r\n") {
      all.push(record);
      record = [];
    }
  }
  expect(record).toEqual([]);
  return all;
}

function rows(events: readonly ScanEvent[]): Record<string, string>[] {
  const [header, ...lines] = records(written("csv", events).out);
  return lines.map((line) => {
    expect(line).toHaveLength(header!.length);
    return Object.fromEntries(line.map((cell, i) => [header![i]!, cell]));
  });
}

describe("CSV", () => {
  test("has a row for each event, whatever its type", () => {
    expect(rows(HOSTILE_EVENTS).map((row) => row["type"]!)).toEqual(HOSTILE_EVENTS.map(({ type }) => type));
  });

  test("gives the facts of a match in its cells", () => {
    const event = hostileMatch({ path: "data/h.bin" });
    expect(rows([event])[0]).toMatchObject({
      type: "match",
      path: "data/h.bin",
      path_bytes: "",
      sha256: event.sha256,
      size: "38",
      rule: "hostile",
      namespace: "default",
      tags: "apt PE",
      strings: "$bad@19:6 $esc@0:12 $nul@12:7 $quote@34:4 $sep@25:9",
      string_matches: "5",
      data: "A\\xFF\\xFE\\x80\\xC3B",
    });
  });

  test("no cell is a formula, and none breaks its line", () => {
    const start = fc.constantFrom("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", '"=', ",=", "");
    fc.assert(
      fc.property(start, fc.string({ unit: "binary" }), (sign, rest) => {
        const text = sign + rest;
        const events: ScanEvent[] = [
          { type: "error", path: text, reason: text },
          { type: "quarantine", rule: text, file: text, line: 1, reason: text },
        ];
        for (const row of rows(events)) {
          for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@＝＋－＠\t\r\n]/);
          expect(row["line"]).toBe(row["type"] === "error" ? "" : "1");
        }
      }),
    );
  });

  test("the exact name of any file can be had back", () => {
    const name = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }).map((path) => ({ path })),
      fc.constantFrom("=1", "'=1", "-", "a\nb", "a\\x0Ab", '"', ",").map((path) => ({ path })),
      fc.uint8Array({ minLength: 1 }).map((bytes) => ({
        path: Buffer.from(bytes).toString(),
        path_bytes: Buffer.from(bytes).toString("base64"),
      })),
    );
    fc.assert(
      fc.property(name, (shown) => {
        const [row] = rows([{ type: "skip", ...shown, reason: "r" }]);
        const encoded = row!["path_bytes"]!.replace(/^'/, "");
        const bytes = encoded === "" ? Buffer.from(row!["path"]!) : Buffer.from(encoded, "base64");
        expect(bytes).toEqual(Buffer.from(pathBytes(shown)));
      }),
    );
  });

  test("cells are short enough for a spreadsheet, and say what they leave out", () => {
    const one = hostileMatch({ path: "p" });
    const strings = Array.from({ length: 9_000 }, (_, offset) => ({ ...one.strings[0]!, offset }));
    const [match, log] = rows([
      { ...one, strings },
      { type: "log", path: "p", message: "x".repeat(40_000) },
    ]);
    const listed = match!["strings"]!.split(" ").filter((item) => item.startsWith("$")).length;
    expect(match!["strings"]).toEndWith(` and ${9_000 - listed} more`);
    expect(match!["string_matches"]).toBe("9000");
    expect(log!["message"]).toEndWith("x and 8000 characters more");
    for (const cell of [match!["strings"]!, log!["message"]!]) expect(cell.length).toBeLessThan(32_768);
  });

  test("has a header also without events", () => {
    expect(records(written("csv", []).out)).toHaveLength(1);
  });
});
