/** The client with the gateway itself: real scans, and a gateway that is killed in the middle of one. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../kit/make/checkout.ts";
import { buildPackage } from "../../../kit/make/npm.ts";
import { examplesIn } from "../../../test/support/documented.ts";
import { stdoutOf } from "../../../test/support/run-process.ts";
import { cryptex } from "../../cryptex/make/cryptex.ts";
import { CryptexClient, type Entry, type EventFrame, type LostFrame } from "../src/index.ts";
import { RealGateway } from "./support/real-gateway.ts";

const HITS = 1000;

test("killed in the middle of a scan of 1,000 hits, and started anew: no match is lost, none comes twice", async () => {
  const files = Object.fromEntries(Array.from({ length: HITS }, (_, hit) => [`${hit}.txt`, "hello"]));
  // It takes so long that the kill comes in the middle, on any machine: some 20 ms a hundred files here.
  const rules = 'rule slow { strings: $a = "hello" condition: $a and for all i in (1..5000) : (i > 0) }';
  await using gateway = await RealGateway.start({ files, rules });
  const clients = {
    socket: new CryptexClient({ url: gateway.url }),
    fetch: new CryptexClient({ url: gateway.url, fetch: (url, init) => fetch(url, init) }),
  };
  const ending = new AbortController();
  const frames: Record<string, (EventFrame | LostFrame)[]> = { socket: [], fetch: [] };
  let killed: Promise<void> | undefined;
  let seenBefore = HITS;
  const killOnce = async () => {
    await gateway.end("SIGKILL");
    seenBefore = Math.max(...Object.values(frames).map((got) => got.length));
    await gateway.restart();
  };
  const reading = Object.entries(clients).map(async ([way, client]) => {
    for await (const frame of client.events({ after: 0, types: ["match", "end"], signal: ending.signal })) {
      frames[way]!.push(frame);
      if (frames[way]!.length === 100) killed ??= killOnce();
      if (frame.type === "end") return;
    }
  });
  const { id } = await clients.socket.scans.submit({ root: "inbox", paths: ["."] });
  await Promise.all(reading);
  await killed;
  const expected = Object.keys(files).sort();
  for (const [way, got] of Object.entries(frames)) {
    const matches = got.filter((frame) => frame.type === "match");
    expect(matches.map((frame) => (frame.type === "match" ? frame.path : "")).sort(), way).toEqual(expected);
    const seqs = got.map((frame) => ("seq" in frame ? frame.seq : Number.NaN));
    expect(seqs, way).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  }
  const results: string[] = [];
  for await (const line of clients.socket.scans.results(id, { types: ["match"] })) {
    if (line.type === "match") results.push(line.path);
  }
  expect(results.sort()).toEqual(expected);
  expect(seenBefore).toBeLessThan(HITS);
});

test("what each call answers is what its type says", async () => {
  await using gateway = await RealGateway.start({ files: { "a.txt": "hello" }, token: "t0k3n-of-the-test" });
  const client = new CryptexClient({ url: gateway.url, token: "t0k3n-of-the-test" });

  const result = await client.scan(new TextEncoder().encode("so: hello"), { filename: "x", explain: true });
  expect(result.matches).toMatchObject([{ rule: "greeting", strings: [{ offset: 4 }] }]);
  expect(result.end).toMatchObject({ complete: true, matched: 1 });

  expect(await client.rules.find({ tag: "hello" })).toMatchObject({
    total: 1,
    rules: [{ name: "greeting" }],
  });
  expect(await client.rules.show("greeting")).toMatchObject({ rules: [{ tags: ["hello"] }] });
  expect(await client.rules.validate("rule a { condition: }")).toMatchObject({ valid: false });
  expect((await client.rules.health()).quarantined).toEqual([]);
  const question = { rule: "greeting", root: "inbox", path: "a.txt" };
  expect(await client.rules.explain(question)).toMatchObject({ verdict: "match" });
  expect((await client.rules.safeIndex({ targets: ["clamav"] })).index).toContain("greeting");
  const { rulesets } = await client.ruleSets.list();
  expect(await client.ruleSets.get(rulesets[0]!.digest)).toEqual(rulesets[0]!);
  expect((await client.engines()).engines[0]).toMatchObject({ name: "libyara", self_test: { failed: 0 } });

  const added = await client.dictionary.add({ codename: "Lamp", symbol: "lamp" });
  const { codename: _, revision, ...fields } = added;
  const changed: Omit<Entry, "codename"> & typeof fields = { ...fields, summary: "gives light" };
  await client.dictionary.put("Lamp", changed, { revision });
  const stale = client.dictionary.put("Lamp", changed, { revision });
  await expect(stale).rejects.toMatchObject({
    kind: "other-revision",
    problem: { current: { summary: "gives light" } },
  });
  expect(await client.dictionary.get("Lamp")).toMatchObject({ summary: "gives light", used_by: [] });
  expect((await client.dictionary.history("Lamp")).changes).toHaveLength(2);
  expect((await client.dictionary.find({ q: "light" })).total).toBe(1);
  await client.dictionary.remove("Lamp");
  await expect(client.dictionary.get("Lamp")).rejects.toMatchObject({ kind: "not-found" });

  const twice = { root: "inbox", paths: ["a.txt"] };
  const first = await client.scans.submit(twice, { key: "k1" });
  expect((await client.scans.submit(twice, { key: "k1" })).id).toBe(first.id);
  await Array.fromAsync(client.scans.results(first.id));
  await expect(client.scans.cancel(first.id)).rejects.toMatchObject({ kind: "conflict" });
  expect(await client.scans.get(first.id)).toMatchObject({ state: "done", end: { matched: 1 } });
  expect((await client.scans.list({ limit: 1 })).scans).toHaveLength(1);
  await expect(client.scans.submit({ root: "inbox", paths: ["../rules"] })).rejects.toMatchObject({
    kind: "not-found",
  });

  expect(await client.health()).toMatchObject({ status: "ok" });
  expect(await client.metrics()).toContain("cryptex_");
  expect(await client.openapi()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) });
  const stranger = new CryptexClient({ url: gateway.url });
  await expect(stranger.rules.find()).rejects.toMatchObject({ kind: "unauthorized" });
});

describe("README.md", () => {
  const examples = examplesIn("packages/cryptex-client/README.md", "js");
  /** The output of each. */
  const printed = [
    /^a\.txt greeting\ncomplete\nmatches: 1\n$/,
    /^(\d+ match\n)+\d+ end\n$/,
    /^not-found 404\ngreeting \S*rules\.yar:2\n$/,
  ];

  test("its examples run as they stand", async () => {
    expect(examples).toHaveLength(printed.length);
    await using gateway = await RealGateway.start({ files: { "a.txt": "hello", "b.txt": "nothing" } });
    const scratch = mkdtempSync(join(tmpdir(), "client-readme-"));
    try {
      const installed = join(scratch, "node_modules", "@esoteric-entropy", "cryptex-client");
      mkdirSync(installed, { recursive: true });
      const recipe = cryptex.release.npm.beside!.find(({ folder }) => folder.endsWith("cryptex-client"))!;
      await buildPackage(cryptex, recipe, installed);
      for (const [index, { place, text }] of examples.entries()) {
        expect(text, place).toContain("http://127.0.0.1:8043");
        writeFileSync(join(scratch, "example.mjs"), text.replaceAll("http://127.0.0.1:8043", gateway.url));
        expect(await stdoutOf(["node", "example.mjs"], { cwd: scratch }), place).toMatch(printed[index]!);
      }
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  test("names each group of calls and each call", async () => {
    const text = await Bun.file(join(ROOT, "packages", "cryptex-client", "README.md")).text();
    const client = new CryptexClient({ url: "http://127.0.0.1" });
    const groups = ["scans", "dictionary", "gap", "rules", "ruleSets", "triggers"] as const;
    for (const group of groups) {
      expect(text).toContain(`client.${group}`);
      for (const call of Object.getOwnPropertyNames(Object.getPrototypeOf(client[group]))) {
        if (call !== "constructor") expect(text, `${group}.${call}`).toMatch(new RegExp(`\\b${call}\\b`));
      }
    }
  });
});
