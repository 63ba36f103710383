/** The rules of the gateway: which sets there are, how they follow their files, and what can be asked of them. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { openMemoryStore, type Store } from "../../src/cryptex-store/store.ts";
import { openRoots } from "../../src/gateway/roots.ts";
import type { RuleSets } from "../../src/gateway/rule-sets.ts";
import { openRuleSets } from "../../src/gateway/rules/open-rule-sets.ts";
import { ServiceError } from "../../src/gateway/service-error.ts";
import { type RuleCollection, ruleCollection } from "../../src/rules/which-rules.ts";
import { RuleFolder } from "../support/rule-folder.ts";

let folder: RuleFolder;
let store: Store;
let closing: AbortController;
/** Far behind the times of the files, so that they are settled. */
let nowMs: number;
beforeEach(() => {
  folder = new RuleFolder({
    "set/good.yar": 'rule good : mark { meta: level = 3 strings: $a = "good" condition: $a }\n',
    "set/deep/more.yar":
      'import "pe"\nrule more { condition: pe.is_pe and good }\nrule broken { condition: nothing }\n',
  });
  mkdirSync(folder.at("files"));
  writeFileSync(folder.at("files/note.txt"), "a good note");
  store = openMemoryStore();
  closing = new AbortController();
  nowMs = Date.now() + 3_600_000;
});
afterEach(() => {
  closing.abort();
  store.close();
  folder[Symbol.dispose]();
});

const changes: string[] = [];

function open(
  rules: RuleCollection = { sets: new Map([["house", [folder.at("set")]]]), byDefault: "house" },
): RuleSets {
  changes.length = 0;
  return openRuleSets({
    rules,
    includeFolders: [],
    externals: {},
    store,
    roots: openRoots([{ name: "files", folder: folder.at("files") }]),
    warn: () => {},
    changed: (name, { digest }) => changes.push(`${name} ${digest}`),
    now: () => nowMs,
    signal: closing.signal,
  });
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  const error = await rejectionOf(work);
  if (!(error instanceof ServiceError)) throw error;
  return `${error.kind}: ${error.message}`;
}

describe("the list", () => {
  test("says what is evaluated and what is not, without a path of the machine", async () => {
    const list = await open().list();
    expect(list).toEqual([
      {
        name: "house",
        default: true,
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        rules: 2,
        files: 2,
        modules: ["pe"],
        quarantined: [
          expect.objectContaining({ rule: "broken", file: "set/deep/more.yar", line: 3, harmless: false }),
        ],
      },
    ]);
    expect(JSON.stringify(list)).not.toContain(folder.path);
  });

  test("has the sets of cryptex.toml, the default first", async () => {
    folder.write(
      "cryptex.toml",
      '[rules]\ndefault = ["b"]\n[rulesets.a]\npaths = ["set/good.yar"]\n[rulesets.b]\npaths = ["set"]\n',
    );
    const sets = open(ruleCollection([], { env: {}, folder: folder.path }));
    expect((await sets.list()).map((info) => [info.name, info.default])).toEqual([
      ["b", true],
      ["a", false],
    ]);
    const { digest } = await sets.open("a");
    expect((await sets.open(digest)).alias).toBe("a");
    expect((await sets.open("default")).alias).toBe("b");
  });

  test("calls rules that have no name the default", async () => {
    const rules = ruleCollection(["set/good.yar"], { env: {}, folder: folder.path });
    expect((await open(rules).list()).map(({ name }) => name)).toEqual(["default"]);
  });

  test("two defaults are refused", () => {
    folder.write(
      "cryptex.toml",
      '[rules]\ndefault = ["set"]\n[rulesets.default]\npaths = ["set/good.yar"]\n',
    );
    expect(() => ruleCollection([], { env: {}, folder: folder.path })).toThrow(
      "names other rules as the default",
    );
  });

  test("sets that are not there", async () => {
    const none = open({ sets: new Map(), byDefault: undefined });
    expect(await none.list()).toEqual([]);
    expect(await faultOf(none.open())).toBe(
      "not-found: there are no rules: the gateway was started without any",
    );
    expect(await faultOf(open().open("other"))).toBe("not-found: there is no such rule set");
    expect(await faultOf(open().open(`sha256:${"0".repeat(64)}`))).toBe(
      "not-found: there is no such rule set",
    );
  });
});

describe("files that change", () => {
  test("are read again when a set is opened, and somebody is told", async () => {
    const sets = open();
    const first = await sets.open();
    expect(await sets.open()).toBe(first);
    folder.write("set/good.yar", "rule other { condition: true }\n");
    const second = await sets.open();
    expect(second.digest).not.toBe(first.digest);
    expect(changes).toEqual([`house ${second.digest}`]);
  });

  test("a look-up trusts a look of a moment ago, and sees the change a second later", async () => {
    const sets = open();
    expect((await sets.find({ text: "", limit: 10 })).total).toBe(3);
    folder.write("set/new.yar", "rule new { condition: true }\n");
    expect((await sets.find({ text: "", limit: 10 })).total).toBe(3);
    nowMs += 60_000;
    expect((await sets.find({ text: "", limit: 10 })).total).toBe(4);
  });

  test("so are files that were changed a moment ago and may have kept their times", async () => {
    const sets = open();
    nowMs = Date.now(); // the files of the test are fresh
    const first = await sets.open();
    folder.write("set/good.yar", 'rule good : mark { meta: level = 4 strings: $a = "good" condition: $a }\n');
    expect((await sets.open()).digest).not.toBe(first.digest);
  });

  test("a link to nowhere is named, and does not have the set built again", async () => {
    symlinkSync("gone.yar", folder.at("set/dangling.yar"));
    const sets = open();
    const first = await sets.open();
    expect(first.quarantined.map(({ reason }) => reason)).toContain("cannot be read: the link leads nowhere");
    expect(await sets.open()).toBe(first);
    rmSync(folder.at("set/dangling.yar"));
    expect(await sets.open()).not.toBe(first);
  });
});

describe("finding rules", () => {
  test("page by page, each once, in the order of files", async () => {
    const sets = open();
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await sets.find({ limit: 1, after });
      expect(page.total).toBe(3);
      names.push(...page.rules.map(({ name, file, line }) => `${file}:${line} ${name}`));
      after = page.next ?? undefined;
      expect(Buffer.from(after ?? "", "base64url").toString()).not.toContain(folder.path);
    } while (after !== undefined);
    expect(names).toEqual(["set/deep/more.yar:2 more", "set/deep/more.yar:3 broken", "set/good.yar:1 good"]);
  });

  test("by words, tags, metadata and modules", async () => {
    const sets = open();
    const found = async (query: object) =>
      (await sets.find({ limit: 10, ...query })).rules.map(({ name, namespace }) => `${name} ${namespace}`);
    expect(await found({ text: "GOO" })).toEqual(["good default"]);
    expect(await found({ tags: ["MARK"] })).toEqual(["good default"]);
    expect(await found({ meta: [{ key: "level", value: "3" }] })).toEqual(["good default"]);
    expect(await found({ modules: ["pe"] })).toEqual(["more default"]);
    expect(await found({ text: "broken" })).toEqual(["broken null"]);
  });

  test("a cursor of something else is refused", async () => {
    for (const after of [
      "",
      "x",
      "W10",
      Buffer.from('["a"]').toString("base64url"),
      Buffer.from('[1,"a"]').toString("base64url"),
    ])
      expect(await faultOf(open().find({ limit: 1, after }))).toStartWith("invalid: after: ");
  });

  test("more words than anybody types are refused", async () => {
    const text = Array.from({ length: 101 }, (_, at) => `family:f${at}`).join(" ");
    expect(await faultOf(open().find({ text, limit: 1 }))).toBe(
      "invalid: at most 100 words can be looked for",
    );
    const most = text.slice(text.indexOf(" ") + 1);
    expect((await open().find({ text: most, limit: 1 })).total).toBe(0);
  });

  test("one rule, with what hangs together with it", async () => {
    const { rules } = await open().show("good");
    expect(rules).toEqual([
      expect.objectContaining({
        file: "set/good.yar",
        used_by: [{ name: "more", file: "set/deep/more.yar", line: 2 }],
        text: expect.stringMatching(/^rule good : mark \{/),
      }),
    ]);
    expect(await faultOf(open().show("gone"))).toBe("not-found: no rule has this name");
  });
});

test("health: what is lost, there twice, and slow", async () => {
  folder.write("set/twin.yar", 'rule good : mark { meta: level = 3 strings: $a = "good" condition: $a }\n');
  folder.write("set/slow.yar", "rule slow { strings: $a = /.*x/ condition: $a }\n");
  const health = await open().health();
  expect(health.quarantined.map(({ rule }) => rule)).toEqual(["broken", "good"]);
  expect(health.duplicates).toEqual([
    {
      name: expect.any(String),
      kind: "same text",
      rules: [
        { name: "good", file: "set/good.yar", line: 1 },
        { name: "good", file: "set/twin.yar", line: 1 },
      ],
    },
  ]);
  expect(health.slow.map(({ rule, file }) => `${rule} ${file}`)).toEqual(["slow set/slow.yar"]);
  expect(JSON.stringify(health)).not.toContain(folder.path);
});

describe("a text of rules", () => {
  test("that is right", async () => {
    const text = 'rule a { strings: $a = "abcdef" condition: $a }';
    expect(await open().validate(text)).toEqual({ valid: true, rules: 1, findings: [] });
  });

  test("that is not", async () => {
    const { valid, rules, findings } = await open().validate(
      "rule a { condition: }\nrule b { condition: true }",
    );
    expect([valid, rules, findings[0]]).toEqual([
      false,
      2,
      expect.objectContaining({ file: "text", line: 1, rule: "a", code: "syntax" }),
    ]);
  });

  test("includes nothing of this machine", async () => {
    const { findings } = await open().validate(
      `include "${folder.at("set/good.yar")}"\nrule b { condition: good }`,
    );
    expect(findings.map(({ code, message }) => `${code}: ${message}`)).toContain(
      `include: include ${JSON.stringify(folder.at("set/good.yar"))}: a text by itself includes nothing`,
    );
  });

  test("that is too large", async () => {
    expect(await faultOf(open().validate("/".repeat(4 * 2 ** 20 + 1)))).toStartWith("too-large: ");
  });
});

describe("explanations", () => {
  test("of a file below a root", async () => {
    const explained = await open().explain({ rule: "good", root: "files", path: "note.txt" });
    expect(explained).toEqual(
      expect.objectContaining({
        schema: 1,
        path: "note.txt",
        rule: "good",
        file: "set/good.yar",
        verdict: "match",
        size: 11,
      }),
    );
    expect(JSON.stringify(explained)).not.toContain(folder.path);
  });

  test("of bytes", async () => {
    const explained = await open().explain({ rule: "good", content: Buffer.from("bad") });
    expect(explained).toEqual(expect.objectContaining({ path: "content", verdict: "no match", size: 3 }));
  });

  test("that there cannot be", async () => {
    const sets = open();
    const of = (rule: string, path: string) => faultOf(sets.explain({ rule, root: "files", path }));
    expect(await of("good", "../set/good.yar")).toBe("not-found: no such path below the root files");
    expect(await of("gone", "note.txt")).toBe("not-found: no rule has this name");
    expect(await of("broken", "note.txt")).toBe(
      "conflict: there is no explanation: the rule is not evaluated",
    );
    expect(await of("good", ".")).toStartWith("conflict: there is no explanation: ");
  });
});

describe("safe indexes", () => {
  test("hold what every target can load, and name the rest", async () => {
    const { index, report } = await open().safeIndex({ targets: ["clamav", "libyara-4.5"] });
    expect(index).toContain("rule good");
    expect(index).not.toContain("rule more");
    expect(report.target).toBe("clamav, libyara-4.5");
    expect(report.index).toEqual(["set"]);
    expect(report.dropped_rules.map(({ rule, file }) => `${rule} ${file}`)).toEqual([
      "more set/deep/more.yar",
      "broken set/deep/more.yar",
    ]);
    expect(JSON.stringify(report)).not.toContain(folder.path);
  });

  test("for a target that there is not", async () => {
    expect(await faultOf(open().safeIndex({ targets: ["clamav", "other"] }))).toStartWith(
      "invalid: targets: ",
    );
    expect(await faultOf(open().safeIndex({ targets: [] }))).toStartWith("invalid: targets: ");
  });
});
