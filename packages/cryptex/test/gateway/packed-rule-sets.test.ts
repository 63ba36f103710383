/** Packed rule sets in the gateway: what is evaluated is what somebody trusted has signed, as long as it runs. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { openMemoryStore, type Store } from "../../src/cryptex-store/store.ts";
import { openRoots } from "../../src/gateway/roots.ts";
import type { RuleSets } from "../../src/gateway/rule-sets.ts";
import { openRuleSets } from "../../src/gateway/rules/open-rule-sets.ts";
import { packedSource, usePackage } from "../../src/rule-packages/use-package.ts";
import { house, keyOf, NEVER, packed, trusting } from "../rule-packages/packages.ts";
import { WorkFolder } from "../support/program.ts";

let folder: WorkFolder;
let store: Store;
let closing: AbortController;
/** Far behind the times of the files, so that they are settled. */
let nowMs: number;
let warnings: string[];
beforeEach(async () => {
  folder = new WorkFolder({ "rules/a.yar": "rule first { condition: true }" });
  store = openMemoryStore();
  closing = new AbortController();
  nowMs = Date.now() + 3_600_000;
  warnings = [];
  await packed(folder, "live.cxr");
});
afterEach(() => {
  closing.abort();
  store.close();
  folder[Symbol.dispose]();
});

/** @param more is done before the archive is looked at */
function open(more: () => { readonly until?: number } = () => ({})): RuleSets {
  const archive = folder.at("live.cxr");
  const use = {
    trust: () => trusting(house),
    keys: folder.at("keys"),
    cacheFolder: folder.at("cache"),
    warn: (text: string) => void warnings.push(text),
    signal: NEVER,
  };
  const packedOne = packedSource([archive], use, { includeFolders: [], externals: {} });
  const source = { ...packedOne, open: async () => ({ ...more(), ...(await packedOne.open()) }) };
  return openRuleSets({
    rules: {
      sets: new Map([["default", [archive]]]),
      byDefault: "default",
      packed: new Map([["default", source]]),
    },
    includeFolders: [],
    externals: {},
    store,
    roots: openRoots([]),
    warn: (text) => void warnings.push(text),
    changed: () => {},
    now: () => nowMs,
    signal: closing.signal,
  });
}

/** Names of the rules as they are evaluated, and as they are looked up; and what is lost. */
async function stateOf(ruleSets: RuleSets) {
  nowMs += 10_000;
  const set = await ruleSets.open();
  const found = await ruleSets.find({ limit: 10 });
  return {
    evaluated: Array.from({ length: set.rules.count }, (_, rule) => set.rules.get(rule).name),
    found: found.rules.map(({ name, file }) => `${file}: ${name}`),
    lost: set.quarantined.map(({ file, reason }) => `${file}: ${reason}`),
  };
}

const FIRST = { evaluated: ["first"], found: ["rules/a.yar: first"], lost: [] };

test("a newer version takes the place of the one in use; one that is older, or damaged, takes it out of use", async () => {
  folder.write("rules/a.yar", "rule second { condition: true }");
  await packed(folder, "next.cxr", { version: 2 });
  const ruleSets = open();
  expect(await stateOf(ruleSets)).toEqual(FIRST);
  copyFileSync(folder.at("live.cxr"), folder.at("old.cxr"));
  copyFileSync(folder.at("next.cxr"), folder.at("live.cxr"));
  const second = { evaluated: ["second"], found: ["rules/a.yar: second"], lost: [] };
  expect(await stateOf(ruleSets)).toEqual(second);
  const refused = (why: string) => ({
    evaluated: [],
    found: [],
    lost: [expect.stringMatching(new RegExp(`^live\\.cxr: the rule set live\\.cxr is not used: .*${why}`))],
  });
  copyFileSync(folder.at("old.cxr"), folder.at("live.cxr"));
  expect(await stateOf(ruleSets)).toEqual(refused("it is version 1 of house") as never);
  writeFileSync(folder.at("live.cxr"), "no archive");
  expect(await stateOf(ruleSets)).toEqual(refused("damaged") as never);
  await packed(folder, "live.cxr", { version: 3, signer: keyOf("somebody") });
  expect(await stateOf(ruleSets)).toEqual(refused("not trusted") as never);
  await packed(folder, "live.cxr", { version: 3, signer: null });
  expect(await stateOf(ruleSets)).toEqual(refused("it is not signed") as never);
  rmSync(folder.at("live.cxr"));
  expect((await stateOf(ruleSets)).lost).toEqual(["live.cxr: live.cxr is no packed rule set any more"]);
  copyFileSync(folder.at("next.cxr"), folder.at("live.cxr"));
  expect(await stateOf(ruleSets)).toEqual(second);
  expect(warnings.filter((text) => text.includes("it is not signed"))).toHaveLength(1);
});

test("what is changed in the cache is not evaluated, and what is gone from there comes back", async () => {
  const ruleSets = open();
  expect(await stateOf(ruleSets)).toEqual(FIRST);
  const [unpacked] = new Bun.Glob("*/rules/a.yar").scanSync(folder.at("cache"));
  const rules = join(folder.at("cache"), unpacked!);
  writeFileSync(rules, "rule evil { condition: true }");
  expect(await stateOf(ruleSets)).toEqual(FIRST);
  rmSync(folder.at("cache"), { recursive: true });
  expect(await stateOf(ruleSets)).toEqual(FIRST);
  expect(warnings).toEqual([]);
});

test("a set that expires while it is in use is out of use from then on, though no file has changed", async () => {
  const expires = nowMs + 30_000;
  let asked = 0;
  const ruleSets = open(() => {
    asked += 1;
    if (nowMs >= expires) throw new InputError("it has expired");
    return { until: expires };
  });
  expect(await stateOf(ruleSets)).toEqual(FIRST);
  expect(await stateOf(ruleSets)).toEqual(FIRST);
  expect(asked).toBe(1);
  nowMs = expires;
  expect(await stateOf(ruleSets)).toEqual({ evaluated: [], found: [], lost: ["live.cxr: it has expired"] });
});

test("when a packed set expires is known, unless it is taken all the same", async () => {
  const expires = "2999-01-01T00:00:00Z";
  const use = { keys: folder.at("keys"), cacheFolder: folder.at("cache"), warn: () => {}, signal: NEVER };
  const untilOf = async (path: string, expired = false) =>
    (await usePackage([path], { ...use, trust: () => ({ ...trusting(house), expired }) }))!.until;
  expect(await untilOf(folder.at("live.cxr"))).toBeUndefined();
  expect(await untilOf(await packed(folder, "b.cxr", { version: 2, expires }))).toBe(Date.parse(expires));
  const late = await packed(folder, "c.cxr", { version: 3, expires: "2026-01-02T00:00:00Z" });
  expect(await untilOf(late, true)).toBeUndefined();
});
