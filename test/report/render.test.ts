import { describe, expect, test } from "bun:test";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { reportHtml } from "../../src/report/html.ts";
import { reportJson } from "../../src/report/json.ts";
import { reportMarkdown } from "../../src/report/markdown.ts";
import { renderReport } from "../../src/report/render.ts";
import type { ReportRun } from "../../src/report/report.ts";
import { judge } from "../../src/report/report.ts";
import { runReport } from "../../src/report/run.ts";
import { reportText } from "../../src/report/text.ts";
import { SUITE_IDS } from "../../src/stats/suites.ts";
import { expectGolden } from "../support/golden.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

function reportOf(
  bytes: Uint8Array,
  name: string,
  sequences?: { count: number; bytes: number },
): Promise<ReportRun> {
  const pieces = (async function* () {
    yield bytes;
  })();
  return runReport(
    { kind: "file", name, bitsPerSymbol: 8, pieces },
    {
      suites: sequences ? ["battery", "sp800-22"] : SUITE_IDS,
      constants: "nist",
      ...(sequences && { sequences }),
      threads: 0,
      signal: new AbortController().signal,
    },
  );
}

const good = await reportOf(keystream(20_000, 1), "good.bin");
const bad = await reportOf(
  new Uint8Array(3_000).map((_, i) => i),
  "counter.bin",
);
const many = await reportOf(keystream(60_001, 2), "many.bin", { count: 60, bytes: 1_000 });

describe("text", () => {
  test("one sequence, good and bad, and many", () => {
    expectGolden("report-good.txt", reportText(good.report, NO_SCREEN));
    expectGolden("report-bad.txt", reportText(bad.report, NO_SCREEN));
    expectGolden("report-sequences.txt", reportText(many.report, NO_SCREEN));
  });

  test("colour only where it is welcome", () => {
    expect(reportText(bad.report, { ...NO_SCREEN, color: true })).toContain("\x1b[1;31mFAIL\x1b[0m");
    expect(reportText(bad.report, NO_SCREEN)).not.toContain("\x1b");
  });

  test("names of files control no terminal", async () => {
    const { report } = await reportOf(keystream(100, 1), "a\x1b[2Jb\nc");
    expect(reportText(report, NO_SCREEN)).toContain("file a\u{fffd}[2Jb\u{fffd}c\n");
  });
});

describe("JSON", () => {
  test("the documented form, one result a line", () => {
    // Six digits: the last ones may differ from machine to machine.
    const rounded = reportJson(good.report).replace(/-?\d+\.\d+(e[-+]\d+)?/g, (number) =>
      String(Number(Number(number).toPrecision(6))),
    );
    expectGolden("report-good.json", rounded);
    const parsed = JSON.parse(reportJson(many.report));
    expect(parsed).toEqual(JSON.parse(JSON.stringify(many.report)));
    expect(parsed.schema).toBe(1);
  });

  test("numbers that JSON does not have are null", () => {
    const { input, suites, constants } = good.report;
    const report = judge({
      input,
      suites,
      constants,
      sequences: 1,
      notes: [],
      results: [
        {
          suite: "battery",
          test: "monobit",
          section: "1",
          params: {},
          n: 1,
          kind: "hypothesis",
          statistic: Number.POSITIVE_INFINITY,
          pValues: [0],
          testedBytes: 1,
        },
      ],
    });
    expect(JSON.parse(reportJson(report)).results[0].statistic).toBeNull();
  });
});

describe("Markdown", () => {
  test("tables, with nothing of a name taken for markup", async () => {
    expectGolden("report-bad.md", reportMarkdown(bad.report));
    const { report } = await reportOf(keystream(100, 1), "a|b_c.bin");
    expect(reportMarkdown(report)).toContain("file a\\|b\\_c.bin");
  });
});

describe("HTML", () => {
  const page = reportHtml(good.report, good.head);

  test("one file that asks for nothing and runs nothing", () => {
    expect(page).toStartWith("<!doctype html>");
    expect(page.match(/<script|<link|<img|<iframe|@import|url\(|javascript:| on\w+=/i)).toBeNull();
    const addresses = new Set(page.match(/https?:\/\/[^"' <]+/g));
    expect([...addresses]).toEqual(["http://www.w3.org/2000/svg"]); // a name, not a request
    expect(page.includes(`content="default-src 'none'; style-src 'unsafe-inline'"`)).toBe(true);
    expect(page.includes("prefers-color-scheme: dark")).toBe(true);
  });

  test("all p-values in tables that are folded", () => {
    const folded = page.match(/<details>[\s\S]*?<\/details>/g)!;
    const values = good.report.results.flatMap((result) =>
      result.kind === "hypothesis" ? result.pValues : [],
    );
    const rows = folded.flatMap((table) => table.match(/<tr><td>/g) ?? []);
    expect(rows).toHaveLength(values.length);
    const lines = reportHtml(many.report, many.head).match(/<details>[\s\S]*?<\/details>/g)!;
    expect(lines.flatMap((table) => table.match(/<tr><td>/g) ?? [])).toHaveLength(
      many.report.analysis.length,
    );
  });

  test("seven pictures, in the page's colours, without numbers that are none", () => {
    const pictures = page.match(/<svg[\s\S]*?<\/svg>/g)!;
    expect(pictures).toHaveLength(7);
    for (const picture of pictures) {
      expect(picture.includes("var(--ink-1)")).toBe(true);
      expect(picture.match(/NaN|Infinity|undefined/)).toBeNull();
      expect(picture.includes('role="img"')).toBe(true);
    }
    expect(page.match(/ecmeta|\bundefined\b|NaN/)).toBeNull();
  });

  test("drawn in a thread it is the same, and an interrupt does not wait for it", async () => {
    const drawn = renderReport(good, "html", NO_SCREEN, { threads: 1, signal: new AbortController().signal });
    expect((await drawn) === page).toBe(true);
    const interrupt = new AbortController();
    const left = renderReport(good, "html", NO_SCREEN, { threads: 1, signal: interrupt.signal });
    setImmediate(() => interrupt.abort(new Error("enough")));
    expect(await rejectionOf(left)).toEqual(new Error("enough"));
  });

  test("every tag is closed", () => {
    const open: string[] = [];
    const voids = new Set(["meta", "!doctype", "br", "path/"]);
    for (const [, close, name, selfClosed] of page.matchAll(/<(\/?)([!\w]+)[^>]*?(\/?)>/g)) {
      if (selfClosed || voids.has(name!)) continue;
      if (close) expect(open.pop()).toBe(name!);
      else open.push(name!);
    }
    expect(open).toEqual([]);
  });

  test("the same every time, and for the smallest data too", async () => {
    expect(reportHtml(good.report, good.head) === page).toBe(true);
    const tiny = await reportOf(Uint8Array.of(1), `<b>"&'`);
    const small = reportHtml(tiny.report, tiny.head);
    expect(small.includes("file &lt;b&gt;&quot;&amp;&#39;")).toBe(true);
    expect(small.match(/NaN|undefined/)).toBeNull();
    expect(reportHtml(many.report, many.head).includes("final analysis of 60 sequences")).toBe(true);
  });
});
