import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { UsageError } from "#kit/errors.ts";
import { indexRules, type RuleScope } from "../../src/cryptex-store/rule-index.ts";
import { relationsOf, statisticsOf } from "../../src/cryptex-store/rule-relations.ts";
import { findRules, type RuleQuery, rulesWhere } from "../../src/cryptex-store/rule-search.ts";
import { openMemoryStore, type Store } from "../../src/cryptex-store/store.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-search-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads one file of rules into a store of its own. */
async function read(text: string | Uint8Array): Promise<{ store: Store; scope: RuleScope; file: string }> {
  const file = join(folder, `${crypto.randomUUID()}.yar`);
  writeFileSync(file, text);
  const store = openMemoryStore();
  return { store, scope: await indexRules(store, [file]), file };
}

async function finder(text: string | Uint8Array) {
  const { store, scope } = await read(text);
  return (query: Partial<RuleQuery>) =>
    findRules(store, scope, { words: [], ...query }).map(({ name }) => name);
}

const SOME = `
import "pe"
import "math"
rule Ransom_Locky : PE ransom {
  meta:
    author = "Ada Lovelace"
    score = 75
    active = true
    family = "Locky"
    text = "naïve Größe 中国"
  strings:
    $a = "vssadmin delete shadows" nocase
    $b = /100%_[a-z]+ "quoted" \\\\d/
    $c = { 41 42 43 44 }
  condition:
    pe.is_pe and any of them
}
private rule c2_beacon : net {
  meta:
    author = "Grace"
    score = -5
    family = "Locky2"
  condition:
    math.entropy(0, filesize) > 7 and Ransom_Locky
}
global rule tiny { condition: filesize < 10 }
`;

describe("words", () => {
  const cases: readonly [words: string[], found: string[]][] = [
    [[], ["Ransom_Locky", "c2_beacon", "tiny"]],
    [[""], ["Ransom_Locky", "c2_beacon", "tiny"]],
    [["ransom"], ["Ransom_Locky"]],
    [["LOCKY"], ["Ransom_Locky", "c2_beacon"]],
    [["ransom", "grace"], []],
    [["lovelace", "PE"], ["Ransom_Locky"]],
    [["vssadmin delete"], ["Ransom_Locky"]],
    [["delete  shadows"], []],
    [["75"], ["Ransom_Locky"]],
    [["-5"], ["c2_beacon"]],
    [["true"], ["Ransom_Locky"]],
    [["c2"], ["c2_beacon"]],
    [["y2"], ["c2_beacon"]],
    [["ny"], ["tiny"]],
    [["zz"], []],
    [["3"], []],
    [["5"], ["Ransom_Locky", "c2_beacon"]],
    [["%"], ["Ransom_Locky"]],
    [["_"], ["Ransom_Locky", "c2_beacon"]],
    [['"q'], ["Ransom_Locky"]],
    [['"quoted"'], ["Ransom_Locky"]],
    [["100%_"], ["Ransom_Locky"]],
    [["GRÖSSE"], []],
    [["grÖße"], ["Ransom_Locky"]],
    [["中国"], ["Ransom_Locky"]],
    [["国"], ["Ransom_Locky"]],
    [["condition"], []],
    [["ABCD"], []],
    [["family:locky"], ["Ransom_Locky", "c2_beacon"]],
    [["family:LOCKY2"], ["c2_beacon"]],
    [["family:"], []],
    [["author:locky"], []],
    [["score:7"], ["Ransom_Locky"]],
  ];
  for (const [words, found] of cases) {
    test(JSON.stringify(words), async () => {
      expect((await finder(SOME))({ words })).toEqual(found);
    });
  }

  test("are text, whatever they hold: no word is an error, and none finds what it does not stand in", async () => {
    const find = await finder(SOME);
    // biome-ignore format: a list of short words
    const hostile = [
      '"', "'", '""', "*", "a*", "ransom*", "^ransom", "ransom OR tiny", "NOT tiny", "NEAR(a b)", "(", ")", "{name}", "name:tiny",
      "-tiny", "++", "a\0b", "\0", "ran\0som", "%%", "_n_", "\\", "\ud800", "\udfff\ud800abc", "'; DROP TABLE rules; --", "\n", "\n\n", "\ufdd0", "\ufdd0\ufdd0", "x".repeat(100_000),
    ];
    for (const word of hostile) {
      const expected = word === '"' || word === "\\" ? ["Ransom_Locky"] : [];
      expect([word, find({ words: [word] })]).toEqual([word, expected]);
    }
    expect(find({})).toHaveLength(3);
  });

  test("are found wherever they stand: as a plain search through the texts finds them", async () => {
    const letters = fc.constantFrom(..."abAB1_-\"'%*é€中 ".split(""));
    const text = fc.string({ unit: letters, minLength: 0, maxLength: 12 });
    const rules = fc.array(fc.record({ tag: fc.constantFrom("", "ab", "B1"), meta: text, string: text }), {
      minLength: 1,
      maxLength: 6,
    });
    const literal = (value: string) => `"${value.replace(/[\\"]/g, "\\$&")}"`;
    await fc.assert(
      fc.asyncProperty(rules, fc.array(text, { minLength: 5, maxLength: 5 }), async (list, words) => {
        const source = list.map(
          ({ tag, meta, string }, i) =>
            `rule r${i} ${tag && `: ${tag}`} { meta: m = ${literal(meta)} strings: $s = ${literal(string)} condition: $s }`,
        );
        const find = await finder(source.join("\n"));
        const texts = list.map(({ tag, meta, string }, i) => [`r${i}`, tag, meta, string]);
        const parts = texts.flat().flatMap((each) => [each.slice(0, 2), each.slice(1, 4), each.slice(-1)]);
        for (const word of [...words, ...parts].filter((each) => each !== "")) {
          const holds = (each: string) => each.toLowerCase().includes(word.toLowerCase());
          const expected = texts.flatMap((each) => (each.some(holds) ? [each[0]!] : []));
          expect([word, find({ words: [word] })]).toEqual([word, expected]);
        }
        // Words of one, two and more characters, and of metadata, are looked for in different ways.
        const mixed = [...parts.slice(0, 6), ...words, "m:a", "m:ab", "r"].filter((each) => each !== "");
        for (const [at, first] of mixed.entries()) {
          const several = [first, ...mixed.slice(at + 1, at + 3)];
          const alone = several.map((word) => new Set(find({ words: [word] })));
          const expected = texts
            .map(([name]) => name!)
            .filter((name) => alone.every((each) => each.has(name)));
          expect([several, find({ words: several })]).toEqual([several, expected]);
          const tagged = list.flatMap(({ tag }, i) => (tag === "ab" ? [`r${i}`] : []));
          const both = expected.filter((name) => tagged.includes(name));
          expect([several, find({ words: several, tags: ["ab"] })]).toEqual([several, both]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("filters", () => {
  test("tags and values of metadata are whole, in whatever case; modules are those in use", async () => {
    const find = await finder(SOME);
    expect(find({ tags: ["pe"] })).toEqual(["Ransom_Locky"]);
    expect(find({ tags: ["pe", "RANSOM"] })).toEqual(["Ransom_Locky"]);
    expect(find({ tags: ["p"] })).toEqual([]);
    expect(find({ modules: ["math"] })).toEqual(["c2_beacon"]);
    expect(find({ meta: [{ key: "family", value: "locky" }] })).toEqual(["Ransom_Locky"]);
    expect(find({ meta: [{ key: "score", value: "75" }] })).toEqual(["Ransom_Locky"]);
    expect(find({ meta: [{ key: "Family", value: "locky" }] })).toEqual([]);
    expect(find({ words: ["locky"], modules: ["math"] })).toEqual(["c2_beacon"]);
    expect(find({ words: ["'"], tags: ["' OR 1=1"], modules: ["\0"] })).toEqual([]);
  });

  test("a query is one of FTS5; a wrong one is the user's error", async () => {
    const find = await finder(SOME);
    expect(find({ query: "name:locky OR meta:grace" })).toEqual(["Ransom_Locky", "c2_beacon"]);
    expect(find({ query: "locky NOT tags:ransom" })).toEqual(["c2_beacon"]);
    for (const query of ['"', "a AND", "none:locky", "("]) {
      expect(() => find({ query })).toThrow(UsageError);
    }
  });
});

describe("how rules hang together", () => {
  test("what a rule uses, what uses it, externals, copies", async () => {
    const { store, scope } = await read(`
rule base { condition: true }
rule apt_one { condition: base and outside > 1 }
rule apt_two { condition: apt_one }
rule sum { condition: any of (apt_*) }
rule loop { condition: for all base in (1..2): (base > 0) }
rule base_copy { condition: true }
rule sum  {  condition:
  any of (apt_*) // the same
}
`);
    const relations = (name: string, number = 0) => {
      const found = relationsOf(store, scope, rulesWhere(store, scope, "name = ?", [name])[number]!);
      const list = (rules: readonly { name: string; line: number }[]) =>
        rules.map((each) => `${each.name}:${each.line}`);
      return {
        uses: list(found.uses),
        externals: found.externals,
        usedBy: list(found.usedBy),
        duplicates: list(found.duplicates),
      };
    };
    expect(relations("base")).toEqual({ uses: [], externals: [], usedBy: ["apt_one:3"], duplicates: [] });
    expect(relations("apt_one")).toEqual({
      uses: ["base:2"],
      externals: ["outside"],
      usedBy: ["apt_two:4", "sum:5", "sum:8"],
      duplicates: [],
    });
    expect(relations("sum")).toMatchObject({ uses: ["apt_one:3", "apt_two:4"], duplicates: ["sum:8"] });
    expect(relations("loop")).toMatchObject({ uses: [], externals: [] });
  });

  test("a name means the rule of the same file, where there is one", async () => {
    const own = mkdtempSync(join(folder, "two-files-"));
    writeFileSync(join(own, "a.yar"), "rule base { condition: true } rule user { condition: base }");
    writeFileSync(join(own, "b.yar"), "rule base { condition: false } rule other { condition: user }");
    using store = openMemoryStore();
    const scope = await indexRules(store, [own]);
    const [inA, inB] = rulesWhere(store, scope, "name = ?", ["base"]);
    expect(relationsOf(store, scope, inA!).usedBy.map(({ name }) => name)).toEqual(["user"]);
    expect(relationsOf(store, scope, inB!).usedBy).toEqual([]);
    const [user] = rulesWhere(store, scope, "name = ?", ["user"]);
    expect(relationsOf(store, scope, user!).uses).toEqual([inA!]);
  });

  test("statistics count rules, modules, tags, files, copies and clashes", async () => {
    const { store, scope, file } = await read(`${SOME}
rule tiny { condition: filesize < 11 }
rule Tiny2 : PE { condition: true }
rule Tiny2 : PE { condition: /* */ true }
`);
    expect(statisticsOf(store, scope)).toMatchObject({
      rules: 6,
      files: 1,
      private: 1,
      global: 1,
      modules: [
        { name: "math", count: 1 },
        { name: "pe", count: 1 },
      ],
      tags: [
        { name: "PE", count: 3 },
        { name: "net", count: 1 },
        { name: "ransom", count: 1 },
      ],
      perFile: [{ name: file, count: 6 }],
      duplicates: [{ name: "Tiny2", rules: [{ name: "Tiny2" }, { name: "Tiny2" }] }],
      clashes: [{ name: "tiny" }],
    });
  });
});
