/** The rules of a set as a list: pages are what the whole search gives, in its order, and cost no more than what stands on them. */
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

async function open(shown: (file: string) => string = (file) => file): Promise<Opened> {
  const folder = new RuleFolder(FILES);
  const store = openMemoryStore();
  const scope = await indexRules(store, [folder.path], { nowMs: Date.now() + 3_600_000 });
  const list = new RuleList(store, scope, (file) => shown(folder.short(file)));
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
        found.push(...page.rules.map(({ file, name }) => `${file} ${name}`));
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
  const behind = (after: RulePlace) =>
    opened.list.page({ words: [] }, 1, after).rules.map(({ file, name }) => `${file} ${name}`)[0];
  expect(behind({ file: "", number: 7 })).toBe("a/copy.yar z1");
  expect(behind({ file: "a/copy.yar", number: 0 })).toBe("a/copy.yar z2");
  expect(behind({ file: "a/copy.yar", number: 99 })).toBe("a/z.yar z1");
  expect(behind({ file: "a/gone.yar", number: 0 })).toBe("a/z.yar z1");
  expect(behind({ file: "c.yar", number: 1 })).toBeUndefined();
  expect(behind({ file: "d.yar", number: 0 })).toBeUndefined();
});

test("no more is read of rules than stands on the page", async () => {
  using opened = await open();
  opened.store.write((db) =>
    db.run("UPDATE rules SET facts = 'cannot be read' WHERE name NOT IN ('z1', 'b1')"),
  );
  const first = opened.list.page({ words: [] }, 1);
  expect([first.total, first.rules.map(({ name }) => name)]).toEqual([8, ["z1"]]);
  expect(() => opened.list.page({ words: [] }, 2)).toThrow();
});

test("a word that was asked for before is not asked for again, whatever stands beside it; the oldest are forgotten", async () => {
  using opened = await open();
  const total = (...words: string[]) => opened.list.page({ words }, 1).total;
  expect([total("lamp", "oil"), total("disk")]).toEqual([2, 3]);
  opened.store.write((db) => db.run("DELETE FROM rule_text"));
  expect([total("oil"), total("lamp", "disk"), total("pe")]).toEqual([2, 2, 0]);
  for (let other = 0; other < 998; other++) total(`other ${other}`);
  expect([total("disk"), total("oil")]).toEqual([3, 0]);
});
