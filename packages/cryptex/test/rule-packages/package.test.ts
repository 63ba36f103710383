/** Packed rule sets: their content, and when they may be used. */
import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { MANIFEST, manifestText, parseManifest } from "../../src/rule-packages/manifest.ts";
import { pack } from "../../src/rule-packages/pack.ts";
import { digestOf, parsePackage, verifyPackage, writePackage } from "../../src/rule-packages/rule-package.ts";
import { SeenVersions } from "../../src/rule-packages/seen-versions.ts";
import { usePackage } from "../../src/rule-packages/use-package.ts";
import { openRuleSet } from "../../src/rules/open-rule-set.ts";
import type { RuleSetRequest } from "../../src/rules/rule-set.ts";
import { WorkFolder } from "../support/program.ts";
import { house, keyOf, NEVER, packed, trusting } from "./packages.ts";

const RULES = {
  "rules/a.yar": "rule a { condition: filesize > 1 }",
  "rules/b.yar": "rule b { condition: a }",
};

function faultsOf(path: string, keys: string, trust = trusting(house), now?: Date): readonly string[] {
  return verifyPackage(path, trust, new SeenVersions(keys), now).verification.faults;
}

const open = (rules: RuleSetRequest) => openRuleSet({ ...rules, warn: () => {}, signal: NEVER });

function using_(folder: WorkFolder, trust = trusting(house)) {
  const warnings: string[] = [];
  const use = {
    trust: () => trust,
    keys: folder.at("keys"),
    cacheFolder: folder.at("cache"),
    warn: (text: string) => warnings.push(text),
    signal: NEVER,
  };
  return { use, warnings };
}

describe("the same set comes out, wherever it is used", () => {
  const sets: Readonly<
    Record<
      string,
      { files: Record<string, string>; request: (at: (name: string) => string) => Partial<RuleSetRequest> }
    >
  > = {
    "a folder": { files: RULES, request: (at) => ({ paths: [at("rules")] }) },
    "files of other endings, and includes beside, above and in folders for them": {
      files: {
        "x/index.txt":
          'include "sub/in.inc"\ninclude "../y/up.yar"\ninclude "far.yar"\nrule i { condition: in_ and up and far }',
        "x/sub/in.inc": "rule in_ { condition: true }",
        "y/up.yar": "rule up { condition: true }",
        "z/inc/far.yar": "rule far { condition: true }",
      },
      request: (at) => ({ paths: [at("x/index.txt")], includeFolders: [at("empty"), at("z/inc")] }),
    },
    "rules of one name in several files, and two in one file": {
      files: {
        "rules/a.yar": "rule r { condition: true } rule r { condition: false }",
        "rules/sub/a.yar": "rule r { condition: filesize == 3 }",
      },
      request: (at) => ({ paths: [at("rules")] }),
    },
    "externals of every type": {
      files: {
        "rules/a.yar":
          'rule a { condition: i == 9007199254740993 and f > 2.5 and t == "=x y" and b and w > 1.0 }',
      },
      request: (at) => ({
        paths: [at("rules")],
        externals: { i: 9007199254740993n, f: 3.25, t: "=x y", b: true, w: 3 },
      }),
    },
    "faults, which stay faults": {
      files: {
        ...RULES,
        "rules/c.yar":
          'rule c { condition: and }\nrule d { condition: c }\ninclude "none.yar"\nrule e { condition: true }',
      },
      request: (at) => ({ paths: [at("rules")] }),
    },
    "several folders": {
      files: { "one/a.yar": "rule a { condition: true }", "two/b.yar": "rule b { condition: a }" },
      request: (at) => ({ paths: [at("two"), at("one")] }),
    },
  };

  for (const [name, { files, request }] of Object.entries(sets)) {
    test(name, async () => {
      using folder = new WorkFolder(files);
      const rules = { paths: [], includeFolders: [], externals: {}, ...request((each) => folder.at(each)) };
      const path = await packed(folder, "set.cxr", { rules });
      const before = await open(rules);
      using elsewhere = new WorkFolder({ "set.cxr": readFileSync(path) });
      const used = await usePackage([elsewhere.at("set.cxr")], using_(elsewhere).use);
      const after = await open(used!);
      expect(after.digest).toBe(before.digest);
      expect(used!.digest).toBe(before.digest);
      const lost = (set: typeof before) =>
        set.quarantined.map(({ rule, line, reason }) => [rule, line, reason.replaceAll(/\S*\//g, "")]);
      expect(lost(after)).toEqual(lost(before));
      expect(after.rules.count).toBe(before.rules.count);
    });
  }
});

describe("what cannot be packed is said", () => {
  const refusal = async (files: Record<string, string>, paths: readonly string[], folder: WorkFolder) => {
    for (const [name, content] of Object.entries(files)) folder.write(name, content);
    const rules = { paths: paths.map((path) => folder.at(path)), includeFolders: [], externals: {} };
    return await rejectionOf(packed(folder, "set.cxr", { rules }));
  };

  test("an include with an absolute path", async () => {
    using folder = new WorkFolder();
    const text = `include ${JSON.stringify(folder.at("other/x.yar"))}\nrule a { condition: x }`;
    const error = await refusal(
      { "rules/a.yar": text, "other/x.yar": "rule x { condition: true }" },
      ["rules"],
      folder,
    );
    expect(error.message).toContain("unpacked elsewhere it would be another set");
  });

  test("rules that are told apart by where they lie", async () => {
    using folder = new WorkFolder();
    const files = { "one/a.yar": "rule r { condition: true }", "two/a.yar": "rule r { condition: false }" };
    expect((await refusal(files, ["one", "two"], folder)).message).toContain("it would be another set");
    const rules = { paths: [folder.at("one/..")], includeFolders: [], externals: {} };
    await packed(folder, "set.cxr", { rules }); // the folder above
  });

  test("no rule, and a path that is not there", async () => {
    using folder = new WorkFolder({ "rules/x.txt": "" });
    expect((await refusal({}, ["rules"], folder)).message).toContain("no rule of it can be evaluated");
    expect((await refusal(RULES, ["rules", "none"], folder)).message).toContain("not all of it can be read");
  });
});

test("equal rules give equal bytes, but for the signature", async () => {
  using folder = new WorkFolder(RULES);
  const order = {
    rules: { paths: [folder.at("rules")], includeFolders: [], externals: {} },
    name: "house",
    version: 7,
    created: "2026-01-01T00:00:00Z",
    expires: null,
  };
  const [one, two] = [await pack(order, NEVER), await pack(order, NEVER)];
  expect(one.archive.equals(two.archive)).toBe(true);
  using copy = new WorkFolder(RULES);
  const other = await pack({ ...order, rules: { ...order.rules, paths: [copy.at("rules")] } }, NEVER);
  expect(other.archive.equals(one.archive)).toBe(true);
});

describe("a package", () => {
  test("counts with each of its bytes", async () => {
    using folder = new WorkFolder(RULES);
    const path = await packed(folder, "set.cxr");
    expect(faultsOf(path, folder.at("keys"))).toEqual([]);
    const good = readFileSync(path);
    for (let at = 0; at < good.length; at += 3) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1 << (at % 8);
      writeFileSync(path, bad);
      if (faultsOf(path, folder.at("keys")).length === 0) throw new Error(`byte ${at} can be changed`);
    }
  });

  test("is not taken apart where it is something else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        expect(() => parsePackage(bytes)).toThrow();
      }),
    );
  });

  test("holds what its manifest names, and nothing else", async () => {
    using folder = new WorkFolder(RULES);
    const { entries, manifest } = parsePackage(
      readFileSync(await packed(folder, "set.cxr", { signer: null })),
    );
    const [text, ...files] = entries;
    const parse = (list: typeof files) => () =>
      parsePackage(writePackage(text!, undefined, list, manifest.created));
    expect(parse(files)).not.toThrow();
    expect(parse(files.slice(1))).toThrow("it lacks the file rules/a.yar, or holds another in its place");
    expect(parse(files.slice(0, 1))).toThrow("it lacks the file rules/b.yar");
    expect(parse([...files, { path: "rules/c.yar", bytes: new Uint8Array() }])).toThrow(
      "which its manifest does not name",
    );
    expect(parse(files.toReversed())).toThrow("holds another in its place");
    expect(parse(files.map((file) => ({ ...file, bytes: Buffer.from("x") })))).toThrow(
      "rules/a.yar: was changed",
    );
    expect(() => parsePackage(writePackage(text!, undefined, files, "2026-01-02T00:00:00Z"))).toThrow(
      "its times are not those",
    );
  });

  test("is refused with a manifest that leads out of it, or says what is not known", async () => {
    using folder = new WorkFolder(RULES);
    const { manifest } = parsePackage(readFileSync(await packed(folder, "set.cxr")));
    const read = (change: Record<string, unknown>) => () =>
      parseManifest(manifestText({ ...manifest, ...change } as never));
    expect(read({})).not.toThrow();
    expect(read({ paths: ["../etc"] })).toThrow("is no path below rules/");
    expect(read({ paths: ["/etc"] })).toThrow("is no path below rules/");
    expect(read({ paths: ["manifest.json"] })).toThrow("is no path below rules/");
    expect(read({ includeFolders: ["rules/../.."] })).toThrow("is no path below rules/");
    expect(read({ files: [{ ...manifest.files[0]!, path: "x" }] })).toThrow("is no path below rules/");
    expect(read({ files: [{ ...manifest.files[0]!, path: "rules/../x" }] })).toThrow(
      "leads out of the artifact",
    );
    expect(read({ name: "../x" })).toThrow("is no name of a rule set");
    expect(read({ digest: "sha256:x" })).toThrow('"digest" is none');
    expect(read({ more: 1 })).toThrow('a member "more", which is not known');
    expect(read({ expires: "soon" })).toThrow('"expires" is no time');
    expect(() => parseManifest(manifestText(manifest).trimEnd())).toThrow("has no end");
    const text = manifestText({ ...manifest, externals: { a: "x" } }).replace("a=x", "9=x");
    expect(() => parseManifest(text)).toThrow("defines no variable");
  });

  test("is not signed by a signature of another manifest, use or key", async () => {
    using folder = new WorkFolder(RULES);
    const one = parsePackage(readFileSync(await packed(folder, "one.cxr", { version: 1 })));
    const two = parsePackage(readFileSync(await packed(folder, "two.cxr", { version: 2 })));
    const [text, , ...files] = two.entries;
    const mixed = writePackage(text!, Buffer.from(one.signature!).toString(), files, two.manifest.created);
    folder.write("mixed.cxr", mixed);
    expect(faultsOf(folder.at("mixed.cxr"), folder.at("keys"))).toEqual([
      `${MANIFEST} is not the one that was signed`,
    ]);
    const { signFiles } = await import("#kit/signing/artifact.ts");
    const artifact = signFiles({ purpose: "artifact", files: [digestOf(text!)] }, house);
    folder.write("use.cxr", writePackage(text!, artifact, files, two.manifest.created));
    expect(faultsOf(folder.at("use.cxr"), folder.at("keys"))[0]).toContain('it was signed as "artifact"');
    expect(faultsOf(folder.at("one.cxr"), folder.at("keys"), trusting(keyOf("other")))[0]).toContain(
      "which is not trusted",
    );
  });

  test("that is not signed, or has expired, is refused unless that is taken", async () => {
    using folder = new WorkFolder(RULES);
    const keys = folder.at("keys");
    const plain = await packed(folder, "plain.cxr", { signer: null });
    expect(faultsOf(plain, keys)).toEqual(["it is not signed"]);
    expect(faultsOf(plain, keys, { ...trusting(house), unsigned: true })).toEqual([]);
    const old = await packed(folder, "old.cxr", { expires: "2026-06-01T00:00:00Z" });
    const at = (text: string) => new Date(text);
    expect(faultsOf(old, keys, trusting(house), at("2026-05-31T23:59:59Z"))).toEqual([]);
    expect(faultsOf(old, keys, trusting(house), at("2026-06-01T00:00:00Z"))).toEqual([
      "it has expired at 2026-06-01T00:00:00Z",
    ]);
    expect(faultsOf(old, keys, { ...trusting(house), expired: true }, at("2027-01-01T00:00:00Z"))).toEqual(
      [],
    );
  });
});

describe("versions", () => {
  test("only grow, for each signer and name", async () => {
    using folder = new WorkFolder(RULES);
    const other = keyOf("other");
    const both = trusting(house, other);
    const { use, warnings } = using_(folder, both);
    const useIt = async (name: string) => (await usePackage([folder.at(name)], use))!.version;
    for (const version of [1, 2, 3]) await packed(folder, `v${version}.cxr`, { version });
    await packed(folder, "other.cxr", { version: 1, signer: other });
    await packed(folder, "named.cxr", { version: 1, name: "second" });
    expect(await useIt("v2.cxr")).toBe(2);
    expect(await useIt("v2.cxr")).toBe(2);
    expect((await rejectionOf(useIt("v1.cxr"))).message).toContain(
      "it is version 1 of house, and version 2 was used here",
    );
    expect(await useIt("v3.cxr")).toBe(3);
    expect((await rejectionOf(useIt("v2.cxr"))).message).toContain("version 3 was used here");
    expect(await useIt("other.cxr")).toBe(1);
    expect(await useIt("named.cxr")).toBe(1);
    const older = { ...use, trust: () => ({ ...both, older: true }) };
    expect((await usePackage([folder.at("v1.cxr")], older))!.version).toBe(1);
    expect(warnings.at(-1)).toContain("taken as asked");
    expect((await rejectionOf(useIt("v2.cxr"))).message).toContain("version 3 was used here");
  });

  test("of one number are one", async () => {
    using folder = new WorkFolder(RULES);
    const { use } = using_(folder);
    await usePackage([await packed(folder, "one.cxr", { version: 5 })], use);
    folder.write("rules/c.yar", "rule c { condition: true }");
    const again = await packed(folder, "two.cxr", { version: 5 });
    expect((await rejectionOf(usePackage([again], use))).message).toContain(
      "another version 5 of house than the one that was used",
    );
  });

  test("are not remembered of what is not signed", async () => {
    using folder = new WorkFolder(RULES);
    const { use } = using_(folder, { ...trusting(house), unsigned: true });
    await usePackage([await packed(folder, "nine.cxr", { version: 9, signer: null })], use);
    expect((await usePackage([await packed(folder, "one.cxr", { version: 1 })], use))!.version).toBe(1);
  });

  test("are not known where the record of them is damaged: nothing is used", async () => {
    using folder = new WorkFolder({ ...RULES, "keys/ruleset-versions.json": "{}}" });
    const path = await packed(folder, "set.cxr");
    const error = await rejectionOf(usePackage([path], using_(folder).use));
    expect(error.message).toContain("is damaged: which versions of rule sets were used is not known");
  });

  test("are kept by programs that use sets at the same time", async () => {
    using folder = new WorkFolder(RULES);
    const seen = new SeenVersions(folder.at("keys"));
    const manifest = "0".repeat(64);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => seen.keep("root", `set${i % 4}`, { version: i, manifest }, NEVER)),
    );
    expect([0, 1, 2, 3].map((i) => seen.newest("root", `set${i}`)?.version)).toEqual([16, 17, 18, 19]);
  });
});

describe("what is unpacked", () => {
  test("is held against the archive each time", async () => {
    using folder = new WorkFolder(RULES);
    const { use } = using_(folder);
    const path = await packed(folder, "set.cxr");
    const first = (await usePackage([path], use))!;
    const file = join(first.paths[0]!, "a.yar");
    for (const change of [
      () => writeFileSync(file, "rule a { condition: false }"),
      () => writeFileSync(join(first.paths[0]!, "more.yar"), "rule evil { condition: true }"),
      () => rmSync(file),
      () => {
        rmSync(file);
        symlinkSync("/etc/passwd", file);
      },
    ]) {
      change();
      const again = (await usePackage([path], use))!;
      expect(again.paths).toEqual(first.paths);
      expect((await open(again)).digest).toBe(first.digest);
      expect(readFileSync(file, "utf8")).toBe(RULES["rules/a.yar"]);
    }
  });

  test("is not used beside other rules", async () => {
    using folder = new WorkFolder(RULES);
    const path = await packed(folder, "set.cxr");
    const error = await rejectionOf(usePackage([path, folder.at("rules")], using_(folder).use));
    expect(error.message).toContain("is used alone");
    expect(await usePackage([folder.at("rules")], using_(folder).use)).toBeUndefined();
  });
});
