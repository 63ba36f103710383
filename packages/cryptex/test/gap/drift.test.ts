/** Each reason for which a pipeline fails, alone. */
import { describe, expect, test } from "bun:test";
import { driftIn } from "../../src/gap/drift.ts";
import { parseGapToml } from "../../src/gap/gap-toml.ts";
import { CRC, CRC_MAP, type Files, reportOf } from "./support.ts";

async function drift(files: Files, toml: string, before?: readonly [Files, string]): Promise<string[]> {
  const baseline = before && (await reportOf(...before));
  return driftIn(await reportOf(files, toml), parseGapToml(toml, "gap.toml"), baseline);
}

const EXPECT = (names: string, status = "done") => `[expect]\n${status} = [${names}]\n`;

test("none where everything is as declared, expected and reported", async () => {
  expect(await drift(CRC, `${CRC_MAP}${EXPECT('"src/crc.c"')}`, [CRC, CRC_MAP])).toEqual([]);
  expect(await drift(CRC, "")).toEqual([]);
});

test("stale", async () => {
  expect(await drift(CRC, `${CRC_MAP}sha256 = "${"0".repeat(64)}"\n`)).toEqual([
    "stale: src/crc.c has changed since its port was declared (gap.toml)",
  ]);
});

test("a declaration that does not hold", async () => {
  expect(await drift(CRC, CRC_MAP.replace("crc.rs", "gone.rs"))).toEqual([
    "declaration: src/crc.c: port/gone.rs: is not there (gap.toml)",
  ]);
  expect(await drift({ ...CRC, "p.ts": "// @ports x y\n" }, "")).toEqual([
    "declaration: @ports is not followed by path[#symbol], with commas between several (p.ts:1)",
  ]);
});

test("what gap.toml expects and is not so", async () => {
  const files = { ...CRC, "src/pe.c": "int pe(void) { return 1; }\n", "tests/t.c": "" };
  const toml = `${CRC_MAP}${EXPECT('"src/crc.c", "src/pe.c", "gone.c", "tests/t.c"')}`;
  expect(await drift(files, toml)).toEqual([
    "expected: src/pe.c is pending, and gap.toml expects done: no port of it is declared",
    "expected: gone.c is no component, and gap.toml expects done",
    "expected: tests/t.c is excluded, and gap.toml expects done",
  ]);
  expect(await drift(files, `${CRC_MAP}${EXPECT('"tests/t.c"', "excluded")}`)).toEqual([]);
  expect(await drift(files, `${CRC_MAP}${EXPECT('"src/crc.c"', "pending")}`)).toEqual([
    "expected: src/crc.c is done, and gap.toml expects pending",
  ]);
});

describe("the baseline differs", () => {
  const cases: readonly (readonly [
    name: string,
    before: readonly [Files, string],
    after: readonly [Files, string],
    words: readonly string[],
  ])[] = [
    [
      "in a status",
      [CRC, CRC_MAP],
      [CRC, CRC_MAP.replace(/tests.*\n/, "")],
      ["src/crc.c was done, and is in_progress: no test is named for port/crc.rs"],
    ],
    ["in a new component", [CRC, CRC_MAP], [{ ...CRC, "b.c": "int b;\n" }, CRC_MAP], ["b.c is new"]],
    ["in one that is gone", [{ ...CRC, "b.c": "int b;\n" }, CRC_MAP], [CRC, CRC_MAP], ["b.c is gone"]],
    [
      "in a source, and in evidence",
      [CRC, CRC_MAP],
      [
        { ...CRC, "src/crc.c": `${CRC["src/crc.c"]}\n` },
        CRC_MAP.replace("crc_test.rs", "crc_test.rs#crc_zero"),
      ],
      ["src/crc.c differs in evidence, sha256"],
    ],
    ["in what is excluded", [CRC, CRC_MAP], [{ ...CRC, "tests/b.c": "" }, CRC_MAP], ["tests/b.c is new"]],
    [
      "in a problem",
      [CRC, CRC_MAP],
      [{ ...CRC, CODEOWNERS: "!x @y\n" }, CRC_MAP],
      ["a new problem: CODEOWNERS:1: a pattern that begins with ! means nothing in CODEOWNERS"],
    ],
  ];
  for (const [name, before, after, words] of cases) {
    test(name, async () => {
      const reasons = words.map((each) => `baseline: ${each}`);
      expect(await drift(...after, before)).toEqual(reasons);
    });
  }

  test("not in what people set, nor in the name", async () => {
    const facts = `${CRC_MAP}responsible = "me"\nlinked = "Crc"\n`;
    expect(await drift(CRC, `name = "other"\n${CRC_MAP}`, [CRC, facts])).toEqual([]);
  });

  test("a tree without a component is not all right", async () => {
    expect(await drift({ "readme.txt": "x" }, "", undefined)).toEqual([
      "nothing was checked: no file here is a component",
    ]);
  });

  test("hostile names are escaped", async () => {
    const [words] = await drift({ "a\x1b[2J.c": "" }, "", [{}, ""]);
    expect(words).toBe("baseline: a\\x1B[2J.c is new");
  });
});
