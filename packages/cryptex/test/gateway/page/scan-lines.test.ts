/** The lines of a scan as the page keeps them: counts of all, lists that are bounded. */
import { describe, expect, test } from "bun:test";
import {
  filtered,
  MOST_LINES,
  MOST_TEXT,
  type ScanFrame,
  ScanLines,
} from "../../../src/gateway/page/app/scans/scan-lines.ts";

let seq = 0;
function frame(type: string, more: object = {}): ScanFrame {
  return { seq: ++seq, time: "2026-11-05T12:00:00.000Z", type, scan: "s", ...more };
}

describe("lines", () => {
  test("go to the list of their kind, with as much of them as is shown", () => {
    const lines = new ScanLines();
    const match = { path: "a/b", rule: "r", tags: ["t"], strings: [{}, {}] };
    lines.add([
      frame("start", { rules: 3 }),
      frame("quarantine", { rule: "typo", file: "rules/w.yar", line: 9, reason: "syntax error" }),
      frame("quarantine", { rule: null, file: "rules/x.yar", line: null, reason: "is a folder" }),
      frame("quarantine", { rule: "twice", file: "rules/w.yar", line: 1, reason: "as in y", harmless: true }),
      frame("match", match),
      frame("skip", { path: "l", reason: "symbolic link" }),
      frame("error", { path: "e", reason: "permission denied" }),
      frame("log", { path: "a/b", message: "said" }),
      frame("end", { complete: false }),
    ]);
    expect(lines.of("match").held).toEqual([
      { seq: expect.any(Number), type: "match", path: "a/b", rule: "r", tags: ["t"], text: "", strings: 2 },
    ]);
    expect(lines.of("quarantine").held.map(({ rule, path, text }) => [rule, path, text])).toEqual([
      ["typo", "rules/w.yar:9", "syntax error"],
      ["", "rules/x.yar", "is a folder"],
    ]);
    // A second copy costs nothing, so it is no rule that was not evaluated.
    expect(lines.of("note").held.map(({ rule, text }) => [rule, text])).toEqual([
      ["twice", "as in y"],
      ["", "said"],
    ]);
    expect(lines.of("error").total).toBe(1);
    expect(lines.of("clean")).toEqual({ held: [], total: 0 });
    expect(lines.total).toBe(7);
    expect([lines.start?.["rules"], lines.end?.["complete"]]).toEqual([3, false]);
  });

  test("tell of the last change of the scan's state", () => {
    const lines = new ScanLines();
    expect(lines.add([frame("match")])).toBeUndefined();
    const changes = [frame("scan", { state: "running" }), frame("scan", { state: "done" })];
    expect(lines.add(changes)?.["state"]).toBe("done");
  });

  test("are counted, and no longer held, beyond a number", () => {
    const lines = new ScanLines();
    lines.add(Array.from({ length: MOST_LINES }, () => frame("match", { rule: "r", path: "p" })));
    expect(lines.isFull).toBe(false);
    lines.add([frame("match", { rule: "late", path: "p" }), frame("error", { path: "e" })]);
    expect(lines.isFull).toBe(true);
    expect(lines.of("match").held).toHaveLength(MOST_LINES);
    expect(lines.of("match").total).toBe(MOST_LINES + 1);
    // Each kind has room of its own, so errors are not crowded out; and all are in the chart.
    expect(lines.of("error").held).toHaveLength(1);
    expect(new Map(lines.times.rules()).get("late")).toBe(1);
  });

  test("and beyond so much text", () => {
    const lines = new ScanLines();
    const path = "x".repeat(MOST_TEXT / 4);
    lines.add(Array.from({ length: 8 }, () => frame("error", { path })));
    expect(lines.of("error")).toMatchObject({ total: 8 });
    expect(lines.of("error").held).toHaveLength(4);
  });

  test("may hold anything", () => {
    const lines = new ScanLines();
    lines.add([
      frame("match", { rule: 7, path: null, tags: "no", strings: {} }),
      frame("hello"),
      { type: "error" },
    ]);
    expect(lines.of("match").held[0]).toMatchObject({ rule: "", path: "", tags: [], strings: 0 });
    expect(lines.of("error").total).toBe(1);
  });
});

describe("a filter", () => {
  const lines = ["private_key keys/a", "greeting keys/b", "Greeting notes/c"].map((text, at) => {
    const [rule = "", path = ""] = text.split(" ");
    return { seq: at, type: "match", path, rule, tags: [], text: "", strings: 0 };
  });

  test("takes texts anywhere, in whatever case, and all of them", () => {
    const found = (rule: string, path: string) => filtered(lines, { rule, path }).map(({ seq }) => seq);
    expect(found("GREET", "")).toEqual([1, 2]);
    expect(found("greet", "keys")).toEqual([1]);
    expect(found(".*", "")).toEqual([]);
  });

  test("that asks for nothing gives the same list", () => {
    expect(filtered(lines, { rule: "", path: "" })).toBe(lines);
  });
});
