/** A report in each form, with everything hostile in it; the JSON against its schema, by a validator of others. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import { InputError } from "#kit/errors.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { expectGolden } from "../../../../test/support/golden.ts";
import { gapHtml } from "../../src/gap/formats/html.ts";
import { gapMarkdown } from "../../src/gap/formats/markdown.ts";
import { gapText } from "../../src/gap/formats/text.ts";
import { type GapReport, reportDigest, reportText } from "../../src/gap/gap-report.ts";
import { readReport } from "../../src/gap/report-file.ts";
import { WorkFolder } from "../support/program.ts";
import { CRC, CRC_MAP, reportOf } from "./support.ts";

const SCHEMA = JSON.parse(
  readFileSync(new URL("../../docs/gap-report.schema.json", import.meta.url), "utf8"),
);
const isValid = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(SCHEMA);

const GOLDEN = new URL("../golden", import.meta.url).pathname;
const HOSTILE = '<script>alert(1)</script>|`x`\x1b[2J\u202e"&\n# [a](javascript:b)';
/** A report of every kind of thing. */
const FULL = await reportOf(
  {
    ...CRC,
    "src/pe.c": "int pe_parse(void) { return 1; }\n",
    "src/old.c": "int old(void) { return 1; }\n",
    "port/pe.rs": "fn pe_parse() {}\n",
    "tools/walk.py": "def walk(): pass\n",
    "port/walk.ts": "// @ports tools/walk.py#walk\nexport function walk() {}\n",
    "tests/t.c": "",
    CODEOWNERS: "!x @y\n*.c @team/c\n",
  },
  `name = "example"
${CRC_MAP}linked = "Crc"
${CRC_MAP.replace("crc.c", "old.c")}sha256 = "${"0".repeat(64)}"
[exclude]
"build/" = "made by the build"
[[component]]
name = "command:scan"
order = "plan, §5"
missing = "nobody has begun"
[[map]]
from = "gone.c"
to = "port/crc.rs"
`,
);
const BAD: GapReport = {
  ...FULL,
  root: HOSTILE,
  components: FULL.components.map((component) => ({
    ...component,
    component: component.component + HOSTILE,
    responsible: HOSTILE,
    linked_cryptex: HOSTILE,
    reason: HOSTILE,
    suggestions: [{ candidate: HOSTILE, score: 1, why: HOSTILE }],
    evidence: component.evidence.map((each) => ({
      ...each,
      to: HOSTILE,
      symbols: [HOSTILE],
      tests: [HOSTILE],
    })),
  })),
  excluded: [{ component: HOSTILE, language: HOSTILE, reason: HOSTILE }],
  problems: [{ kind: "declaration", component: HOSTILE, place: HOSTILE, reason: HOSTILE }],
};

test("JSON is as the schema says, an item a line, and comes back as it was", () => {
  using folder = new WorkFolder();
  for (const report of [FULL, BAD]) {
    const text = reportText(report);
    expect(isValid(JSON.parse(text))).toBe(true);
    expect(JSON.parse(text)).toEqual(report as never);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    const items = report.components.length + report.excluded.length + report.problems.length;
    expect(text.split("\n").length).toBe(items + 12);
    folder.write("r.json", Buffer.from(text));
    expect(readReport(folder.at("r.json"))).toEqual(report);
  }
  expect(reportDigest(FULL)).toMatch(/^[0-9a-f]{64}$/);
  expect(reportDigest(FULL)).not.toBe(reportDigest(BAD));
});

test("a file that is no report is refused with the place of the fault", () => {
  using folder = new WorkFolder();
  const wrong = (change: (report: Record<string, never>) => unknown) => {
    const report = JSON.parse(reportText(FULL));
    folder.write("r.json", JSON.stringify(change(report) ?? report));
    return () => readReport(folder.at("r.json"));
  };
  expect(wrong(() => [])).toThrow("is no gap report");
  expect(wrong((report) => void delete report["counts"])).toThrow('"counts" is missing');
  expect(wrong((report) => void Object.assign(report["components"]![0]!, { port_status: "ready" }))).toThrow(
    ".components[0].port_status",
  );
  expect(wrong((report) => void Object.assign(report, { colour: 1 }))).toThrow('"colour" is not known');
  folder.write("r.json", "{");
  expect(() => readReport(folder.at("r.json"))).toThrow(InputError);
  expect(() => readReport(folder.at("none.json"))).toThrow(InputError);
});

describe("golden files", () => {
  test("text", () => expectGolden("gap-report.txt", gapText(FULL, fakeIo()), GOLDEN));
  test("Markdown", () => expectGolden("gap-report.md", gapMarkdown(FULL), GOLDEN));
});

describe("hostile texts", () => {
  test("stay in their line on a terminal", () => {
    const lines = gapText(BAD, fakeIo()).split("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines.filter((line) => /[\x00-\x1f\x7f-\x9f\u202e]/.test(line))).toEqual([]);
    expect(lines.length).toBeLessThan(BAD.components.length + 20);
  });

  test("are no markup in Markdown", () => {
    const text = gapMarkdown(BAD);
    expect(text).not.toMatch(/(?<!\\)<script/);
    expect(text).not.toMatch(/(?<!\\)\[a/);
    const rows = text.split("\n").filter((line) => line.startsWith("| "));
    const cells = rows.map((row) => row.replaceAll("\\|", "").split("|").length);
    expect(new Set(cells)).toEqual(new Set([10, 4, 5]));
  });

  test("are no markup in HTML, which asks for nothing", () => {
    const text = gapHtml(BAD);
    expect(text).not.toContain("<script");
    expect(text).not.toContain("\x1b");
    expect(text).not.toMatch(/\b(src|href)=/);
    expect(text).toContain("default-src &#39;none&#39;".replaceAll("&#39;", "'"));
    expect(gapHtml(FULL)).toContain("There are gaps");
  });
});
