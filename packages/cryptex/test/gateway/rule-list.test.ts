/** The rules of a set as a list in memory: it finds what the store's own search finds, in its order, page by page. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { indexRules } from "../../src/cryptex-store/rule-index.ts";
import { findRules, type RuleQuery } from "../../src/cryptex-store/rule-search.ts";
import { openMemoryStore, type Store } from "../../src/cryptex-store/store.ts";
import { RuleList, type RulePlace } from "../../src/gateway/rules/rule-list.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const FILES = {
  "b.yar":
    'import "pe"\nrule b2 : net { condition: pe.is_pe }\nrule b1 : net { meta: family = "Lamp" condition: true }\n',
  "a/z.yar": 'rule z1 : net disk { strings: $a = "lamp oil" condition: $a }\nrule z2 { condition: false }\n',
  "a/copy.yar":
    'rule z1 : net disk { strings: $a = "lamp oil" condition: $a }\nrule z2 { condition: false }\n',
  "a/none.yar": "// no rule\n",
  "c.yar": "rule c1 { condition: b1 }\nrule c2 : disk { condition: c1 }\n",
};

interface Opened extends Disposable {
  readonly store: Store;
  readonly list: RuleList;
  /** `file name` of all that a query finds. */
  readonly all: (query: Partial<RuleQuery>) => string[];
  readonly pages: (query: Partial<RuleQuery>, limit: number) => string[];
}

async function open(
  shown: (file: string) => string = (file) => file,
  files: Readonly<Record<string, string>> = FILES,
): Promise<Opened> {
  const folder = new RuleFolder(files);
  const store = openMemoryStore();
  const scope = await indexRules(store, [folder.path], { nowMs: Date.now() + 3_600_000 });
  const list = await RuleList.of({
    store,
    scope,
    shown: (file) => shown(folder.short(file)),
    summary: ({ file, name }) => `${file} ${name}`,
  });
  return {
    store,
    list,
    all: (query) =>
      findRules(store, scope, { words: [], ...query }).map(
        ({ file, name }) => `${shown(folder.short(file))} ${name}`,
      ),
    pages(query, limit) {
      const found: string[] = [];
      let after: RulePlace | undefined;
      do {
        const page = list.page(query, limit, after);
        found.push(...page.rules);
        after = page.last;
      } while (after !== undefined && found.length < 1_000);
      return found;
    },
    [Symbol.dispose]() {
      store.close();
      folder[Symbol.dispose]();
    },
  };
}

test("pages of any size are the whole search, in its order, with copies of a file twice", async () => {
  using opened = await open();
  expect(opened.all({})).toHaveLength(8);
  const words = fc.subarray(["lamp", "z1", "b", "family:lamp", "none", "1"]);
  const query = fc.record({
    words,
    tags: fc.subarray(["net", "disk"]),
    modules: fc.subarray(["pe"]),
    meta: fc.subarray([{ key: "family", value: "lamp" }]),
  });
  fc.assert(
    fc.property(query, fc.integer({ min: 1, max: 9 }), (asked, limit) => {
      expect(opened.pages(asked, limit)).toEqual(opened.all(asked));
      const { total, rules } = opened.list.page(asked, limit);
      expect([total, rules.length]).toEqual([opened.all(asked).length, Math.min(total, limit)]);
    }),
  );
});

test("files that clients see as one are one, and pages go through it to the end", async () => {
  using opened = await open((file) => file.replace(/^.*\//, "…/").replace(/z|copy/, "one"));
  expect(opened.pages({}, 1).toSorted()).toEqual(opened.all({}).toSorted());
  expect(opened.pages({ words: ["z2"] }, 1)).toEqual(["…/one.yar z2", "…/one.yar z2"]);
});

test("a place of a list before this one leads behind where it was", async () => {
  using opened = await open();
  const behind = (after: RulePlace) => opened.list.page({ words: [] }, 1, after).rules[0];
  expect(behind({ file: "", number: 7 })).toBe("a/copy.yar z1");
  expect(behind({ file: "a/copy.yar", number: 0 })).toBe("a/copy.yar z2");
  expect(behind({ file: "a/copy.yar", number: 99 })).toBe("a/z.yar z1");
  expect(behind({ file: "a/gone.yar", number: 0 })).toBe("a/z.yar z1");
  expect(behind({ file: "c.yar", number: 1 })).toBeUndefined();
  expect(behind({ file: "d.yar", number: 0 })).toBeUndefined();
});

/** A letter each that one alphabet or the other has in two cases, whose other case is no letter of ours, or that is in two of our letters. */
const LETTERS = 'aBkK\u212AsS\u017F1_:"\\%*é\u00C9ßẞσΣςİıȺⱥꭰ中😀'.split("");

test("finds in memory what the store's own search finds, for words of any letters, one or many", async () => {
  const text = fc.string({ unit: fc.constantFrom(...LETTERS, " "), minLength: 0, maxLength: 9 });
  const tag = fc.constantFrom("pe", "PE", "k", "net");
  const rule = fc.record({ tags: fc.uniqueArray(tag), a: text, k: text, string: text });
  const literal = (value: string) => `"${value.replace(/[\\"]/g, "\\$&")}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { minLength: 1, maxLength: 8 }),
      fc.array(text),
      async (rules, others) => {
        const source = rules.map(
          ({ tags, a, k, string }, at) =>
            `rule r${at} ${tags.length > 0 ? `: ${tags.join(" ")}` : ""} {
            meta: a = ${literal(a)} k = ${literal(k)} a = "tag" strings: $s = ${literal(string)} condition: $s }\n`,
        );
        const half = Math.ceil(source.length / 2);
        using opened = await open(undefined, {
          "a.yar": source.slice(0, half).join(""),
          "b.yar": source.slice(half).join(""),
        });
        const parts = rules.flatMap(({ a, k, string }) =>
          [a, k, string, `a:${a.slice(1, 3)}`, `k:${k.slice(0, 2)}`].flatMap((each) => [
            each,
            each.slice(1, 3),
            each.slice(-1),
          ]),
        );
        const cased = parts.flatMap((each) => [each, each.toLowerCase(), each.toUpperCase()]);
        for (const word of [...others, ...cased])
          expect(opened.pages({ words: [word] }, 3)).toEqual(opened.all({ words: [word] }));
        for (const { tags, a, k } of rules) {
          const meta = [a, k, a.slice(1)].flatMap((value) => [
            { key: "a", value },
            { key: "k", value },
          ]);
          const queries = [
            ...meta.map((each) => ({ meta: [each] })),
            ...tags.map((each) => ({ tags: [each] })),
          ];
          for (const query of [...queries, { tags, meta: meta.slice(0, 1), words: [k] }])
            expect(opened.pages(query, 2)).toEqual(opened.all(query));
        }
      },
    ),
    { numRuns: 30 },
  );
});

test("fields are told apart, whatever their values look like", async () => {
  using opened = await open(undefined, {
    "a.yar": `
      rule one { meta: a = "" b = "meta:a" c = "x\\x00y" condition: true }
      rule two : b { meta: b = "" d = "tag" e = "b" condition: true }
      rule three { meta: tag = "b" condition: true }`,
  });
  const queries: Partial<RuleQuery>[] = [
    ...["a", "b", "d", "e", "tag", "a\0", "", "meta:a"].flatMap((key) =>
      ["", "meta:a", "tag", "b", "b\0", "\0"].map((value) => ({ meta: [{ key, value }] })),
    ),
    ...["b", "tag", "", "b\0"].flatMap((name) => [{ tags: [name] }, { modules: [name] }]),
    ...["b:meta", "b:m", "a:m", "tag:b", "c:x\0y", "c:\uFFFDy", "d:tag", "e:tag", ":b", "b:"].map((word) => ({
      words: [word],
    })),
  ];
  for (const query of queries) expect([query, opened.pages(query, 5)]).toEqual([query, opened.all(query)]);
  expect(opened.pages({ meta: [{ key: "b", value: "" }] }, 5)).toEqual(["a.yar two"]);
  expect(opened.pages({ words: ["b:meta:a"] }, 5)).toEqual(["a.yar one"]);
});

test("the store is asked for nothing once the list is there, and a list that is made again has what is new", async () => {
  using opened = await open();
  const before = opened.pages({ words: ["lamp"] }, 9);
  opened.store.write((db) => db.run("DELETE FROM rule_text"));
  expect(opened.pages({ words: ["lamp"] }, 9)).toEqual(before);
  expect(opened.pages({ words: ["oil"], tags: ["disk"] }, 9)).toEqual(["a/copy.yar z1", "a/z.yar z1"]);
});

test("marks are found as ever after many others were asked for", async () => {
  using opened = await open();
  const total = (...words: string[]) => opened.list.page({ words }, 1).total;
  for (const round of [1, 2]) {
    expect([round, total("lamp", "oil"), total("disk"), total("b")]).toEqual([round, 2, 3, 2]);
    for (let other = 0; other < 1_500; other++) expect(total(`other ${other}`)).toBe(0);
  }
});
