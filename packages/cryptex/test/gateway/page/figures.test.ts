/** Figures of the gateway, as the page reads what the gateway writes. */
import { expect, test } from "bun:test";
import { metricsText } from "#kit/http/metrics-text.ts";
import { figureOf, readFigures } from "../../../src/gateway/page/app/engine/figures.ts";

test("what is written is read, hostile labels too", () => {
  const label = 'a "quoted\\" {name="x"} \n line';
  const text = metricsText("cryptex_", [
    {
      name: "scans",
      type: "gauge",
      help: "Scans that run\nor wait",
      samples: [
        [{ state: "running" }, 2],
        [{ state: "waiting" }, 3],
      ],
    },
    { name: "matches_total", type: "counter", help: "By rule", samples: [[{ rule: label }, 4]] },
    { name: "top", type: "gauge", help: "", samples: [[{}, Number.POSITIVE_INFINITY]] },
  ]);
  const figures = readFigures(text);
  expect(figures.map(({ name, labels, value }) => [name, labels, value])).toEqual([
    ["cryptex_scans", { state: "running" }, 2],
    ["cryptex_scans", { state: "waiting" }, 3],
    ["cryptex_matches_total", { rule: label }, 4],
    ["cryptex_top", {}, Number.POSITIVE_INFINITY],
  ]);
  expect(figures[0]!.help).toBe("Scans that run\nor wait");
  expect(figureOf(figures, "cryptex_scans")).toBe(5);
  expect(figureOf(figures, "cryptex_scans", { state: "waiting" })).toBe(3);
  expect(figureOf(figures, "cryptex_gone")).toBe(0);
});

test("lines that make no sense are passed over", () => {
  expect(readFigures("# TYPE x gauge\nnonsense\nx{ 1\n\n")).toEqual([]);
});
