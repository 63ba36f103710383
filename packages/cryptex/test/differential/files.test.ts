/** The files that the tests write are what they say: every fact holds for our engine, and for Debian's `yara` where there is one. */
import { describe, expect, test } from "bun:test";
import { type Fact, holds, type WrittenFile } from "../support/files/fact.ts";
import { FILE_KINDS, randomFile } from "../support/files/samples.ts";
import { Random } from "../support/random.ts";
import { KNOWN_DIFFERENCES } from "./known-differences.ts";
import { scanWithEngine } from "./ours.ts";
import { scanWithYara, whyNoYara } from "./yara-program.ts";

const MODULES = ["pe", "elf", "macho", "dotnet", "dex", "math", "hash"];
const IMPORTS = MODULES.map((module) => `import "${module}"\n`).join("");
const SEEDS = [1, 2, 3, 4, 5, 6];

const samples = FILE_KINDS.flatMap((kind) =>
  SEEDS.map((seed): [string, WrittenFile] => {
    const random = new Random(seed);
    return [`${kind}, seed ${seed}`, randomFile(random, kind, () => random.bytes(random.int(20, 300)))];
  }),
);

/** One rule a fact: what does not match is not true. */
function scanned({ bytes }: WrittenFile, facts: readonly Fact[]) {
  const rules = facts.map((fact, index) => `rule f${index} { condition: ${holds(fact)} }\n`);
  return { source: IMPORTS + rules.join(""), files: [{ name: "sample", bytes }], externals: [] };
}

function ours(file: WrittenFile, facts: readonly Fact[]) {
  const names = facts.map((_, index) => ({ name: `f${index}`, strings: [] }));
  return scanWithEngine(scanned(file, facts), names).get("sample");
}

function untrue(facts: readonly Fact[], matched: ReadonlyMap<string, unknown> | undefined): string[] {
  return facts.filter((_, index) => !matched?.has(`f${index}`)).map(holds);
}

describe("by our engine", () => {
  test.each(samples)("%s", (_, file) => {
    expect(untrue(file.facts, ours(file, file.facts))).toEqual([]);
  });

  test.each(samples)("%s: no fact that is wrong by one", (_, file) => {
    const wrong = file.facts.flatMap(({ expression, value }) =>
      typeof value === "number" ? [{ expression, value: value + 1 }] : [],
    );
    expect(untrue(wrong, ours(file, wrong))).toEqual(wrong.map(holds));
  });
});

const missing = whyNoYara();
if (missing !== undefined) console.warn(`skipped: files by Debian's yara: ${missing}`);
describe.skipIf(missing !== undefined)("by Debian's yara", () => {
  test.each(samples)("%s", (_, file) => {
    const facts = file.facts.filter(({ since, differs }) => since === undefined && differs === undefined);
    expect(untrue(facts, scanWithYara(scanned(file, facts)).get("sample"))).toEqual([]);
  });

  test("facts about which it differs are in the list of known differences", () => {
    const names = new Set(samples.flatMap(([, { facts }]) => facts.flatMap(({ differs }) => differs ?? [])));
    expect([...names].filter((name) => !(name in KNOWN_DIFFERENCES))).toEqual([]);
    expect(names.size).toBeGreaterThan(3);
  });
});
