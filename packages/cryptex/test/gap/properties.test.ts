/** Properties of any tree. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type GapReport, reportText } from "../../src/gap/gap-report.ts";
import { CRC, CRC_MAP, componentOf, type Files, reportOf, statusesOf } from "./support.ts";

const stem = fc.constantFrom("pe", "crc", "walk", "scan", "pool", "hash");
const ending = fc.constantFrom(".c", ".py", ".ps1", ".rs", ".ts", ".go");
const folder = fc.constantFrom("", "src/", "port/", "deep/er/");
const symbol = fc.constantFrom("crc_update", "pe_parse", "walk_tree", "take_all", "give_back");

/** Code that defines a function of that name, in the language of the ending. */
function defining(name: string, path: string): string {
  if (path.endsWith(".py")) return `def ${name}(): pass\n`;
  if (path.endsWith(".rs")) return `fn ${name}() {}\n`;
  if (path.endsWith(".ts")) return `export function ${name}() {}\n`;
  if (path.endsWith(".go")) return `package p\nfunc ${name}() {}\n`;
  if (path.endsWith(".ps1")) return `function ${name} { }\n`;
  return `int ${name}(void) { return 1; }\n`;
}

const tree: fc.Arbitrary<Files> = fc
  .uniqueArray(fc.tuple(folder, stem, ending, symbol), { maxLength: 8, selector: ([a, b, c]) => a + b + c })
  .map((files) =>
    Object.fromEntries(files.map(([a, b, c, name]) => [`${a}${b}${c}`, defining(name, `${a}${b}${c}`)])),
  );

const RUNS = { numRuns: 40 };

const without = (report: GapReport, path: string) => ({
  components: report.components.filter(({ component }) => component !== path),
  excluded: report.excluded,
  problems: report.problems,
});

test("names and symbols alone never make anything but pending, and a rename changes that not", async () => {
  await fc.assert(
    fc.asyncProperty(tree, fc.nat(), folder, stem, ending, async (files, which, to, name, end) => {
      const before = await reportOf(files);
      expect(before.components.filter(({ port_status }) => port_status !== "pending")).toEqual([]);
      const paths = Object.keys(files);
      const path = paths[which % Math.max(1, paths.length)];
      if (path === undefined) return;
      const { [path]: content, ...rest } = files;
      const after = await reportOf({ ...rest, [`${to}${name}${end}`]: content! });
      expect(after.components.filter(({ port_status }) => port_status !== "pending")).toEqual([]);
    }),
    RUNS,
  );
});

test("a port that is renamed is done no more, a test neither", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("port/crc.rs", "port/crc_test.rs"),
      folder,
      stem,
      async (path, to, name) => {
        const { [path]: content, ...rest } = CRC;
        const report = await reportOf({ ...rest, [`${to}${name}_new.rs`]: content! }, CRC_MAP);
        expect(componentOf(report, "src/crc.c").port_status).not.toBe("done");
      },
    ),
    { numRuns: 10 },
  );
});

test("another file changes nothing but its own component", async () => {
  await fc.assert(
    fc.asyncProperty(tree, ending, async (files, end) => {
      const all = { ...files, ...CRC };
      const added = `other/unlike${end}`;
      const before = await reportOf(all, CRC_MAP);
      const after = await reportOf({ ...all, [added]: defining("quite_unlike_all", added) }, CRC_MAP);
      expect(without(after, added)).toEqual(without(before, added));
    }),
    RUNS,
  );
});

test("equal trees give equal bytes, in whatever order they were written", async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (files) => {
      const all = { ...files, ...CRC };
      const backwards = Object.fromEntries(Object.entries(all).reverse());
      expect(reportText(await reportOf(backwards, CRC_MAP))).toBe(reportText(await reportOf(all, CRC_MAP)));
    }),
    RUNS,
  );
});

test("done takes a target, a symbol, a test and the digest: without any one of them it is not", async () => {
  const parts = [
    (toml: string) => toml.replace("crc.rs", "none.rs"),
    (toml: string) => toml.replace('"crc_update"', '"crc_none"'),
    (toml: string) => toml.replace(/tests.*\n/, ""),
    (toml: string) => `${toml}sha256 = "${"0".repeat(64)}"\n`,
  ];
  expect(statusesOf(await reportOf(CRC, CRC_MAP))).toEqual(["src/crc.c: done"]);
  await fc.assert(
    fc.asyncProperty(fc.subarray(parts, { minLength: 1 }), async (some) => {
      const toml = some.reduce((text, spoil) => spoil(text), CRC_MAP);
      expect(componentOf(await reportOf(CRC, toml), "src/crc.c").port_status).not.toBe("done");
    }),
    RUNS,
  );
});

describe("suggestions", () => {
  test("by symbols, whatever they are spelled like; the best first; never the same language", async () => {
    const files = {
      "src/pe.c":
        "int parse_header(void) { return 1; }\nint section_count(void) { return 2; }\nint main(void) { return 3; }\n",
      "port/headers.ts": "export function parseHeader() {}\nexport function sectionCount() {}\n",
      "port/pe.rs": "fn parse_header() {}\n",
      "port/pe.go": "package p\nfunc main() {}\n",
      "port/other.rs": "fn main() {}\n",
      "port/pe.cc": "int parse_header() { return 1; }\n",
      "old/parse.c": "int parse_header(void) { return 1; }\n",
    };
    const { suggestions } = componentOf(await reportOf(files), "src/pe.c");
    expect(suggestions).toEqual([
      { candidate: "port/pe.cc", score: 0.7, why: "a like name; 1 of 2 symbols in common" },
      { candidate: "port/pe.rs", score: 0.7, why: "a like name; 1 of 2 symbols in common" },
      { candidate: "port/headers.ts", score: 0.6, why: "another name; 2 of 2 symbols in common" },
    ]);
  });

  test("are made for what is pending alone", async () => {
    const report = await reportOf({ ...CRC, "port/crc.ts": "export function crcUpdate() {}\n" }, CRC_MAP);
    expect(componentOf(report, "src/crc.c").suggestions).toEqual([]);
  });

  test("are not made of a symbol that more than a hundred files define", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 101 }, (_, i) => [`x/${i}/mod.rs`, "fn rare_name() {}\n"]),
    );
    const files = { "a.c": "int rare_name(void) { return 1; }\n", "b.rs": "fn rare_name() {}\n" };
    expect(componentOf(await reportOf(files), "a.c").suggestions.length).toBe(1);
    expect(componentOf(await reportOf({ ...files, ...many }), "a.c").suggestions).toEqual([]);
  });
});
