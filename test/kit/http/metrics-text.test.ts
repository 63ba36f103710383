import { expect, test } from "bun:test";
import { metricsText } from "#kit/http/metrics-text.ts";

test("families have help, type and samples, with everything escaped that the format wants escaped", () => {
  const text = metricsText("p_", [
    { name: "a_total", type: "counter", help: "One\\two\nthree", samples: [[{}, 3]] },
    {
      name: "b",
      type: "gauge",
      help: 'A "gauge"',
      samples: [
        [{ x: 'quo"te', y: "back\\slash\nline" }, 0.5],
        [{ x: "inf" }, Number.POSITIVE_INFINITY],
        [{ x: "-inf" }, Number.NEGATIVE_INFINITY],
        [{ x: "nan" }, Number.NaN],
      ],
    },
    { name: "none", type: "gauge", help: "No samples", samples: [] },
  ]);
  expect(text).toBe(
    [
      "# HELP p_a_total One\\\\two\\nthree",
      "# TYPE p_a_total counter",
      "p_a_total 3",
      '# HELP p_b A "gauge"',
      "# TYPE p_b gauge",
      'p_b{x="quo\\"te",y="back\\\\slash\\nline"} 0.5',
      'p_b{x="inf"} +Inf',
      'p_b{x="-inf"} -Inf',
      'p_b{x="nan"} NaN',
      "# HELP p_none No samples",
      "# TYPE p_none gauge",
      "",
    ].join("\n"),
  );
});
