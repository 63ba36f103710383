/** `scan --archives` from its command line to its exit code, with the real engine. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { UsageError } from "#kit/errors.ts";
import { runApp } from "#kit/term/program.ts";
import { type FakeIo, fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { product } from "../../src/product.ts";
import { bytesOf, tar, zip } from "../archives/writers.ts";

const folder = mkdtempSync(join(tmpdir(), "cryptex-archives-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...parts: string[]) => join(folder, ...parts);

const RULES = at("rules.yar");
writeFileSync(RULES, 'rule needle { strings: $a = "needle" condition: $a }');
mkdirSync(at("good", "deep"), { recursive: true });
mkdirSync(at("bad"));
const inner = zip([
  { name: "deep/it.txt", content: bytesOf("a needle here") },
  { name: "deep/none.txt", content: bytesOf("nothing") },
]);
const outer = tar([
  { name: "one/inner.zip", content: inner },
  { name: "one/plain.txt", content: bytesOf("needle in tar") },
  { name: "../../escape.txt", content: bytesOf("needle outside") },
  { name: "one/link", type: "2", link: "/etc/passwd" },
]);
writeFileSync(at("good", "pack.tar.gz"), gzipSync(outer));
writeFileSync(at("good", "deep", "hay"), "hay");
writeFileSync(at("bad", "a.zip"), zip([{ name: "secret", flags: 1 }]));

const trial = { ...product, deps: () => ({ env: { HOME: at("home") } }) };

async function scan(...args: readonly string[]): Promise<{ code: number; io: FakeIo; text: string }> {
  const io = fakeIo();
  const code = await runApp(trial, ["scan", ...args], io);
  return { code, io, text: io.written().toString() };
}

const short = (text: string): string[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .slice(1, -1)
    .map(({ type, path }) => `${type} ${path.slice(folder.length + 1)}`);

test("members of a tar.gz and of a zip in it; names that climb out are only names", async () => {
  const { code, text } = await scan(at("good"), "--rules", RULES, "--archives", "5");
  expect(code).toBe(0);
  expect(short(text)).toEqual([
    "match good/pack.tar.gz!/../../escape.txt",
    "note good/pack.tar.gz!/../../escape.txt",
    "match good/pack.tar.gz!/one/inner.zip!/deep/it.txt",
    "skip good/pack.tar.gz!/one/link",
    "match good/pack.tar.gz!/one/plain.txt",
  ]);
  expect(readdirSync(folder).sort()).toEqual(["bad", "good", "home", "rules.yar"]);
  expect(readdirSync(at("good")).sort()).toEqual(["deep", "pack.tar.gz"]);
});

describe("exit codes", () => {
  test("4 for a match in an archive, 0 where archives are not opened", async () => {
    const asked = [at("good"), "--rules", RULES, "--fail-on", "match"];
    expect((await scan(...asked, "--archives", "1")).code).toBe(4);
    expect((await scan(...asked)).code).toBe(0);
  });

  test("3 for a member that was not evaluated, and for a limit", async () => {
    expect((await scan(at("bad"), "--rules", RULES, "--archives", "1")).code).toBe(3);
    for (const limit of [
      ["--archive-members", "2"],
      ["--archive-bytes", "100"],
      ["--max-size", "12"],
    ]) {
      const { code } = await scan(
        at("good", "deep"),
        at("good"),
        "--rules",
        RULES,
        "--archives",
        "9",
        ...limit,
      );
      expect({ limit, code }).toEqual({ limit, code: 3 });
    }
  });

  test("2 for limits without archives", async () => {
    for (const limit of ["--archive-members", "--archive-bytes", "--archive-ratio"]) {
      expect(scan(at("good"), "--rules", RULES, limit, "7")).rejects.toThrow(UsageError);
    }
  });
});

test("another depth or another limit is another scan to the cache", async () => {
  const asked = [at("good"), "--rules", RULES, "--cache", "--db", at("store.db")];
  const results = new Map<string, string>();
  for (const more of [
    [],
    ["--archives", "1"],
    ["--archives", "2"],
    ["--archives", "2", "--archive-members", "9"],
  ]) {
    const fresh = (await scan(at("good"), "--rules", RULES, ...more)).text;
    for (let times = 0; times < 2; times++) expect((await scan(...asked, ...more)).text).toBe(fresh);
    results.set(more.join(" "), fresh);
  }
  expect(new Set(results.values()).size).toBe(3);
});

test("people are told what was not opened, and what was found where", async () => {
  const closed = await scan(at("good"), "--rules", RULES, "--format", "text");
  expect(closed.text).toContain("Not looked into: 1 archive (--archives).");
  const open = await scan(at("good"), "--rules", RULES, "--format", "text", "--archives", "5");
  expect(open.text).toContain(
    "2 files and 5 members of archives scanned with 1 rule: 3 matches in 3 members of archives, 4 clean.",
  );
  expect(open.text).not.toContain("Not looked into");
});

test("an interrupt ends a scan that is inside an archive", async () => {
  const zeros = gzipSync(new Uint8Array(2 ** 26));
  mkdirSync(at("slow"));
  const members = Array.from({ length: 500 }, (_, index) => ({
    name: `${index}.gz`,
    content: zeros,
    method: 0,
  }));
  writeFileSync(at("slow", "a.zip"), zip(members));
  const io = fakeIo();
  const asked = ["scan", at("slow"), "--rules", RULES, "--archives", "2", "--archive-bytes", "100G"];
  const running = runApp(trial, asked, io);
  while (io.written().length === 0) await Bun.sleep(5); // the start line
  const reason = new Error("interrupted");
  io.interrupt.abort(reason);
  expect(await rejectionOf(running)).toBe(reason);
  expect(io.written().toString()).not.toContain('"end"');
});

test("matches of members are explained", async () => {
  const { text } = await scan(at("good"), "--rules", RULES, "--archives", "5", "--explain");
  const matches = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === "match");
  expect(matches).toHaveLength(3);
  for (const { explanation } of matches) expect(explanation).toBeDefined();
});
