/** Compiled sets are kept from run to run, and never used when anything has changed. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { buildRuleSet } from "../../src/rules/build-rule-set.ts";
import { openRuleSet } from "../../src/rules/open-rule-set.ts";
import type { RuleSetRequest } from "../../src/rules/rule-set.ts";
import { RuleSetCache } from "../../src/rules/rule-set-cache.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const compiler = { facts: ENGINE, newInstance: makeLibyara };
let folder: RuleFolder;
let cache: RuleSetCache;

beforeEach(() => {
  folder = new RuleFolder({
    "rules/a.yar": 'include "../lib/b.yar"\nrule a { condition: b }',
    "lib/b.yar": "rule b { condition: true }",
  });
  cache = new RuleSetCache(folder.at("cache"), compiler.facts);
});
afterEach(() => folder[Symbol.dispose]());

function keep(request: RuleSetRequest = folder.request(["rules"])) {
  cache.keep(request, buildRuleSet(request, compiler));
  return request;
}

describe("a kept set", () => {
  test("is found again as it was built", () => {
    const request = keep();
    const built = buildRuleSet(request, compiler);
    const found = cache.find(request)!;
    expect({
      ...found,
      table: Buffer.from(found.table).toString(),
      compiled: Buffer.from(found.compiled).toString("hex"),
    }).toEqual({
      ...built,
      table: Buffer.from(built.table).toString(),
      compiled: Buffer.from(built.compiled).toString("hex"),
    });
    expect(found.compiled.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  const changes: Record<string, () => void> = {
    "a file is changed": () => folder.write("rules/a.yar", "rule a { condition: false }"),
    "an included file is changed": () => folder.write("lib/b.yar", "rule b { condition: false }"),
    "a file is added": () => folder.write("rules/c.yar", "rule c { condition: true }"),
    "a file is taken away": () => rmSync(folder.at("rules/a.yar")),
    "an included file is taken away": () => rmSync(folder.at("lib/b.yar")),
  };
  test.each(Object.entries(changes))("is not used when %s", (_, change) => {
    const request = keep();
    change();
    expect(cache.find(request)).toBeUndefined();
  });

  test("is not used for another question: paths, externals, include folders, engine", () => {
    const request = keep();
    expect(cache.find({ ...request, paths: [folder.at("rules/a.yar")] })).toBeUndefined();
    expect(cache.find({ ...request, externals: { x: 1n } })).toBeUndefined();
    expect(cache.find({ ...request, includeFolders: [folder.at("lib")] })).toBeUndefined();
    const other = new RuleSetCache(folder.at("cache"), { ...compiler.facts, digest: "0" });
    expect(other.find(request)).toBeUndefined();
    expect(cache.find({ ...request, externals: {} })).toBeDefined();
  });

  test("is not used when a file appears where an include was looked for in vain", () => {
    folder.write("rules/a.yar", 'include "late.yar"\nrule a { condition: true }');
    folder.write("inc/late.yar", "rule late { condition: true }");
    const request = keep(folder.request(["rules"], { includeFolders: [folder.at("inc")] }));
    expect(cache.find(request)).toBeDefined();
    folder.write("rules/late.yar", "rule late { condition: false }");
    rmSync(folder.at("rules/late.yar"));
    expect(cache.find(request)).toBeDefined();
    folder.write("rules/late.yar", "rule late { condition: false }");
    expect(cache.find(request)).toBeUndefined();
  });

  test("is not used when a link leads elsewhere", () => {
    symlinkSync("a.yar", folder.at("rules/z.yar"));
    const request = keep();
    expect(cache.find(request)).toBeDefined();
    rmSync(folder.at("rules/z.yar"));
    folder.write("elsewhere.txt", "rule elsewhere { condition: true }");
    symlinkSync("../elsewhere.txt", folder.at("rules/z.yar"));
    expect(cache.find(request)).toBeUndefined();
  });

  test("is as if it were not there when its file is damaged anywhere, or cut", () => {
    const request = keep();
    const [name] = readdirSync(folder.at("cache"));
    const path = folder.at("cache", name!);
    const whole = readFileSync(path);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(whole);
        damaged[at]! ^= flip;
        writeFileSync(path, damaged);
        expect(cache.find(request)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
    for (const length of [0, 3, 4, 100, whole.length - 1]) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      expect(cache.find(request)).toBeUndefined();
    }
  });

  test("is not made of a set with a file that cannot be read", () => {
    const request = keep(folder.request(["rules", "absent.yar"]));
    expect(cache.find(request)).toBeUndefined();
  });

  test("makes room for others: the least used ones go", () => {
    const first = keep();
    for (let i = 0; i < 20; i++) {
      folder.write(`more/${i}.yar`, "rule r { condition: true }");
      cache.find(first);
      keep(folder.request([`more/${i}.yar`]));
    }
    expect(readdirSync(folder.at("cache"))).toHaveLength(20);
  });
});

describe("openRuleSet", () => {
  const open = (paths = ["rules"]) =>
    openRuleSet({
      ...folder.request(paths),
      cacheFolder: folder.at("cache"),
      warn: (text) => warnings.push(text),
      signal: new AbortController().signal,
    });
  let warnings: string[];
  beforeEach(() => {
    warnings = [];
  });

  test("builds in a thread, then takes the kept set; both are the same", async () => {
    const built = await open();
    const kept = await open();
    expect(kept.digest).toBe(built.digest);
    expect(kept.rules.count).toBe(2);
    expect([0, 1].map((rule) => kept.rules.get(rule).name)).toEqual(["b", "a"]);
    expect(kept.rules.dependants(0)).toEqual([1]);
    expect(warnings).toEqual([]);
  });

  test("goes on without a cache that cannot be written, and says so", async () => {
    folder.write("cache", "no folder");
    expect((await open()).rules.count).toBe(2);
    expect(warnings.join()).toContain("could not be kept");
  });

  test("ends with the signal's reason", async () => {
    const stop = new AbortController();
    const opening = openRuleSet({ ...folder.request(["rules"]), warn() {}, signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");
  });

  test("the digest is that of what is evaluated: names of files do not count, rules, namespaces and externals do", async () => {
    const digestOf = async (text: string, name: string) => {
      folder.write(name, text);
      return (await open([name])).digest;
    };
    const one = await digestOf("rule r { condition: true }", "x.yar");
    expect(await digestOf("// a note\nrule r { condition: true }\n", "y.yar")).toBe(one);
    expect(await digestOf("rule r { condition: false }", "x.yar")).not.toBe(one);
  });
});
