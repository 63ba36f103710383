/** `collect` and `results …` from their command line to their exit code, on results of real scans. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "#kit/errors.ts";
import { EXIT, InterruptedError } from "#kit/term/exit.ts";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { runProcess } from "../../../../test/support/run-process.ts";
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import { product } from "../../src/product.ts";
import { FORMATS, type FormatName } from "../../src/scan-runner/formats/formats.ts";
import { bytesOf, zip } from "../archives/writers.ts";
import { cleanOf, matchOf, ndjson, resultOf } from "./support.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-results-"));
  write("rules.yar", 'rule needle : found { strings: $a = "needle" condition: $a }');
  write("new.yar", 'rule hay { strings: $a = "hay" condition: $a }');
  mkdirSync(at("files"));
  write("files/hay", "hay and hay");
  write("files/one", "a needle");
  write("files/sub \u2028", "a needle, a needle");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const write = (name: string, content: string | Uint8Array) => writeFileSync(at(name), content);
const app = () => ({ ...product, deps: () => ({ env: { HOME: folder, CRYPTEX_STORE: at("store.db") } }) });

async function run(...args: readonly string[]) {
  const io = fakeIo();
  const code = await runApp(app(), args, io);
  const text = io.written().toString();
  const lines = () =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { code, text, talk: io.talk(), lines };
}
const failure = (...args: readonly string[]) => rejectionOf(runApp(app(), args, fakeIo()));

async function scanTo(name: string, ...args: readonly string[]): Promise<string> {
  await run("scan", at("files"), "--rules", at("rules.yar"), "--format", "ndjson", "-o", at(name), ...args);
  return readFileSync(at(name), "utf8");
}
/** Takes a file in and returns the id of its result. */
async function taken(name: string, ...args: readonly string[]): Promise<string> {
  const { lines } = await run("collect", at(name), "--json", ...args);
  return lines()[0].record.id;
}

describe("collect", () => {
  test("takes the results of files, folders and objects, and says what became of each", async () => {
    mkdirSync(at("in"));
    const text = await scanTo("in/a.ndjson");
    await scanTo("in/b.jsonl", "--list-clean");
    await run("scan", at("files"), "--rules", at("new.yar"), "--json", "-o", at("in/c.json"));
    write("in/d.ndjson", text.split("\n").slice(0, -2).join("\n"));
    write("in/e.ndjson", "garbage\n");
    write("in/f.txt", "no result\n");
    const { code, text: said, talk } = await run("collect", at("in"));
    expect(code).toBe(1);
    expect(
      said
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/^\S+ {2}/, "").replace(folder, "")),
    ).toEqual([
      "/in/a.ndjson: taken in, 2 matches",
      "/in/b.jsonl: taken in, 2 matches",
      "/in/c.json: taken in, 1 match",
      expect.stringContaining("/in/d.ndjson: taken in, 2 matches, not whole: it has no end line"),
    ]);
    expect(talk).toContain("/in/e.ndjson: refused: line 1: it is no JSON");
    rmSync(at("in/e.ndjson"));
    const again = await run("collect", at("in"), "--json");
    expect(again.code).toBe(0);
    expect(again.lines().map(({ kind }) => kind)).toEqual(Array(4).fill("there"));
  });

  test("a result that is not whole alone exits with 3", async () => {
    const text = await scanTo("a.ndjson");
    write("b.ndjson", text.replace('"matches":2', '"matches":3'));
    expect((await run("collect", at("b.ndjson"))).code).toBe(3);
    expect((await run("collect", at("a.ndjson"))).code).toBe(0);
  });

  test("several results of one stream are taken each by itself", async () => {
    const text = await scanTo("a.ndjson");
    write(
      "all.ndjson",
      `${text}${text.replaceAll("needle", "other")}garbage\n${ndjson(resultOf([cleanOf("x")]))}`,
    );
    const { code, lines } = await run("collect", at("all.ndjson"), "--json");
    expect(code).toBe(1);
    expect(lines().map(({ kind }) => kind)).toEqual(["taken", "refused", "taken"]);
  });

  test("a key tells results apart, and another result with it is refused", async () => {
    await scanTo("a.ndjson");
    await scanTo("b.ndjson", "--list-clean");
    await taken("a.ndjson", "--key", "night 1");
    await taken("a.ndjson", "--key", "night 2");
    expect((await run("collect", at("a.ndjson"), "--key", "night 2", "--json")).lines()).toMatchObject([
      { kind: "there" },
    ]);
    const refused = await run("collect", at("b.ndjson"), "--key", "night 2");
    expect(refused.code).toBe(1);
    expect(refused.talk).toContain("another result has this key");
    write("two.ndjson", ndjson([...resultOf([]), ...resultOf([cleanOf("a")])]));
    expect((await run("collect", at("two.ndjson"), "--key", "k")).talk).toContain("one key was given");
  });

  test("wrong use is said", async () => {
    for (const args of [
      ["--watch"],
      ["-", "--watch"],
      ["a", "b", "--key", "k"],
      ["a", "--watch", "--key", "k"],
    ])
      expect(await failure("collect", ...args)).toBeInstanceOf(UsageError);
    expect((await failure("collect", at("missing"))).message).toContain("does not exist");
    expect((await failure("collect", at("rules.yar"), "--origin", "gateway")).message).toContain("gateway");
  });

  test("reads a pipe that a scan writes to", async () => {
    const main = new URL("../../src/main.ts", import.meta.url).pathname;
    const program = `"${process.execPath}" "${main}"`;
    const command = `${program} scan files --rules rules.yar | ${program} collect --store store.db --json`;
    const env = { HOME: folder, PATH: process.env["PATH"] };
    const { exitCode, stdout, stderr } = await runProcess(["sh", "-c", command], { cwd: folder, env });
    expect([exitCode, stderr]).toEqual([0, ""]);
    const { source, kind, record } = JSON.parse(stdout);
    expect([source, kind, record.origin]).toEqual(["-", "taken", hostname()]);
    expect(record.end).toMatchObject({ complete: true, matches: 2 });
  });

  test("--watch takes in what comes until it is interrupted", async () => {
    mkdirSync(at("in"));
    const text = await scanTo("a.txt");
    write("in/log.ndjson", text.slice(0, 500));
    const io = fakeIo();
    const watching = runApp(app(), ["collect", at("in"), "--watch"], io);
    using store = openStore(at("store.db"));
    const journal = storedJournal(store);
    const states = (wanted: string) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => journal.scans({ limit: 1 })[0]?.state === wanted && resolve();
      const stop = journal.onWritten(look);
      look();
      return promise.finally(stop);
    };
    await states("running");
    appendFileSync(at("in/log.ndjson"), text.slice(500));
    await states("done");
    const { id } = journal.scans({ limit: 1 })[0]!;
    io.interrupt.abort(new InterruptedError(EXIT.interrupted));
    expect(await watching).toBe(EXIT.ok);
    expect((await run("results", "export", id)).text).toBe(text);
  });
});

describe("results list and show", () => {
  test("list what is there, by state, origin, rules, time and completeness", async () => {
    await scanTo("a.ndjson");
    write("b.ndjson", ndjson(resultOf([matchOf("b", "r", { tags: ["\x1b[2J"] })], { matches: 7 })));
    const [a, b] = [
      await taken("a.ndjson", "--origin", "web-1"),
      await taken("b.ndjson", "--origin", "web-2"),
    ];
    const listed = async (...args: readonly string[]) =>
      (await run("results", "list", "--json", ...args)).lines()[0].scans.map(({ id }: { id: string }) => id);
    expect(await listed()).toEqual([b, a]);
    expect(await listed("--origin", "web-1")).toEqual([a]);
    expect(await listed("--completeness", "complete")).toEqual([a]);
    expect(await listed("--completeness", "incomplete", "--state", "done")).toEqual([b]);
    expect(await listed("--state", "failed", "--state", "running")).toEqual([]);
    expect(await listed("--ruleset", "abababab")).toEqual([b]);
    expect(await listed("--since", "2100-01-01")).toEqual([]);
    expect(await listed("--limit", "1")).toEqual([b]);
    expect(await listed("--limit", "1", "--before", b)).toEqual([a]);
    const { text } = await run("results", "list", "--limit", "2");
    expect(text).toMatch(new RegExp(`${b} .* web-2 +incomplete +1 .*\n${a} .* web-1 +complete +2 +3 `));
    expect(text).toContain(`--before ${a} shows older ones`);
    expect((await run("results", "list", "--origin", "nobody")).text).toBe("0 results\n");
  });

  test("show counts matches by rule and errors by reason, and says why it is not complete", async () => {
    write(
      "a.ndjson",
      ndjson(
        resultOf([
          matchOf("a", "many"),
          matchOf("b", "many"),
          matchOf("c", "few\x1b[2J", { namespace: "n" }),
          { type: "error", path: "d", reason: "permission denied" },
          { type: "error", path: "e", reason: "permission denied" },
          { type: "quarantine", rule: "lost", file: "f", line: 1, reason: "r" },
        ]),
      ),
    );
    const id = await taken("a.ndjson");
    const { lines } = await run("results", "show", id, "--json");
    expect(lines()[0]).toMatchObject({
      schema: 1,
      scan: { id },
      complete: false,
      why: ["Not wholly evaluated: 2 files or folders, 1 rule."],
      rules: [
        { rule: "many", namespace: "default", matches: 2 },
        { rule: "few\x1b[2J", namespace: "n", matches: 1 },
      ],
      errors: [{ reason: "permission denied", count: 2 }],
      skips: [],
      lost: 1,
    });
    const { text } = await run("results", "show", id);
    expect(text).toContain("    2  many\n    1  few\\x1B[2J in n\n");
    expect(text).toContain("    2  permission denied\n");
    expect(text).toContain("Not complete: Not wholly evaluated: 2 files or folders, 1 rule.");
    expect(text).not.toContain("\x1b");
    expect((await failure("results", "show", "nothing")).message).toContain("there is no such result");
  });
});

describe("results export", () => {
  test("gives back what the scan printed, byte for byte, in each format", async () => {
    const text = await scanTo("a.ndjson", "--list-clean");
    const id = await taken("a.ndjson");
    const exported = await run("results", "export", id);
    expect([exported.code, exported.text]).toEqual([0, text]);
    for (const format of Object.keys(FORMATS) as FormatName[]) {
      await run(
        "scan",
        at("files"),
        "--rules",
        at("rules.yar"),
        "--list-clean",
        "-f",
        format,
        "-o",
        at("scanned"),
      );
      const ended = await run("results", "export", id, "-f", format, "-o", at("exported"));
      expect(ended.text).toBe("");
      expect(readFileSync(at("exported"), "utf8"), format).toBe(readFileSync(at("scanned"), "utf8"));
    }
  });

  test("several in NDJSON, one in other formats; 3 where one is not complete", async () => {
    const text = await scanTo("a.ndjson");
    const cut = ndjson(resultOf([cleanOf("x")]).slice(0, -1));
    write("b.ndjson", cut);
    const ids = [await taken("a.ndjson"), await taken("b.ndjson")];
    const both = await run("results", "export", ...ids);
    expect([both.code, both.text]).toEqual([3, text + cut]);
    expect(await failure("results", "export", ...ids, "-f", "csv")).toBeInstanceOf(UsageError);
    expect((await failure("results", "export", ids[0]!, "nothing")).message).toContain("no such result");
    expect((await failure("results", "export", ids[0]!, "-o", at("store.db"))).message).toContain("replace");
  });
});

test("results prune removes what is old, and keeps the newest", async () => {
  for (const name of ["a", "b", "c"]) {
    write("r.ndjson", ndjson(resultOf([cleanOf(name)])));
    await taken("r.ndjson");
  }
  expect(await failure("results", "prune")).toBeInstanceOf(UsageError);
  expect((await run("results", "prune", "--older-than", "1")).text).toBe("removed 0 results\n");
  expect((await run("results", "prune", "--keep", "2")).text).toBe("removed 1 result\n");
  expect((await run("results", "prune", "--older-than", "0", "--keep", "1", "--json")).lines()).toEqual([
    { schema: 1, removed: 1 },
  ]);
  expect((await run("results", "list", "--json")).lines()[0].scans).toHaveLength(1);
});

describe("results retro", () => {
  const retro = (...args: readonly string[]) =>
    run("results", "retro", "--rules", at("new.yar"), "-f", "ndjson", ...args);
  const shown = (lines: readonly { type: string; path: string; rule: string; reason: string }[]) =>
    lines
      .filter(({ path }) => path !== undefined)
      .map(({ type, path, rule, reason }) => `${type} ${path.replace(folder, "")}: ${rule ?? reason ?? ""}`);

  test("scans what is as it was, and names the rest", async () => {
    write("files/archive.zip", zip([{ name: "m", content: bytesOf("hay") }]));
    for (const name of ["gone", "changed", "folder", "link", "secret"]) write(`files/${name}`, `hay ${name}`);
    await scanTo("a.ndjson", "--list-clean", "--archives", "1");
    const id = await taken("a.ndjson");
    rmSync(at("files/gone"));
    appendFileSync(at("files/changed"), "!");
    rmSync(at("files/folder"));
    mkdirSync(at("files/folder"));
    renameSync(at("files/link"), at("elsewhere"));
    symlinkSync(at("elsewhere"), at("files/link"));
    const { code, lines } = await retro();
    expect(code).toBe(3);
    expect(shown(lines())).toEqual([
      "error /files/archive.zip!/m: it is in an archive: scan that with --archives",
      "error /files/changed: changed: its content is no longer the one that was scanned",
      "error /files/folder: not evaluated any more: it is a folder",
      "error /files/gone: gone: it does not exist any more",
      "match /files/hay: hay",
      "match /files/link: hay",
      "match /files/secret: hay",
    ]);
    // The archive itself, and two with a needle.
    expect(lines().at(-1)).toMatchObject({
      type: "end",
      complete: false,
      scanned: 6,
      clean: 3,
      matched: 3,
      matches: 3,
      skipped: 0,
      errors: 4,
    });
    const listed = await retro(id, "--list-clean", "--fail-on", "match");
    expect(listed.code).toBe(4);
    expect(shown(listed.lines()).filter((line) => line.startsWith("clean"))).toEqual([
      "clean /files/archive.zip: ",
      "clean /files/one: ",
      "clean /files/sub \u2028: ",
    ]);
  });

  test("is complete where all is as it was; its lines are taken in as any other", async () => {
    await scanTo("a.ndjson", "--list-clean");
    await taken("a.ndjson");
    const { code, text } = await retro();
    expect(code).toBe(0);
    write("again.ndjson", text);
    expect((await run("collect", at("again.ndjson"))).text).toContain("taken in, 1 match\n");
    expect((await retro("-o", at("result.ndjson"))).code).toBe(0);
    expect(readFileSync(at("result.ndjson"), "utf8")).toBe(text);
  });

  test("the newest result of a path counts", async () => {
    await scanTo("a.ndjson", "--list-clean");
    const old = await taken("a.ndjson");
    write("files/hay", "hay again");
    await scanTo("b.ndjson", "--list-clean");
    await taken("b.ndjson");
    expect(shown((await retro()).lines())).toEqual(["match /files/hay: hay"]);
    expect(shown((await retro(old)).lines())).toEqual([expect.stringContaining("error /files/hay: changed")]);
  });

  test("relative paths start from --base, or from the folder of the gateway's root", async () => {
    const relative = (name: string) => readFileSync(at("a.ndjson"), "utf8").replaceAll(`${folder}/`, name);
    await scanTo("a.ndjson", "--list-clean");
    write("b.ndjson", relative(""));
    const id = await taken("b.ndjson");
    expect(shown((await retro()).lines())[0]).toContain(
      "error files/hay: the path is relative, and no folder is known",
    );
    expect(shown((await retro("--base", folder)).lines())).toEqual(["match /files/hay: hay"]);
    await run("results", "prune", "--keep", "0");
    expect(id).not.toBe("");
    using store = openStore(at("store.db"));
    const journal = storedJournal(store);
    const scan = journal.create({ origin: "gateway", state: "running", hidden: { base: folder } });
    journal.append(
      scan.id,
      relative("")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    );
    const { code, lines } = await retro("--origin", "gateway");
    expect([code, shown(lines())]).toEqual([0, ["match /files/hay: hay"]]);
  });

  test("paths of another machine are not opened here, unless they are said to be", async () => {
    await scanTo("a.ndjson", "--list-clean");
    await taken("a.ndjson", "--origin", "web-1");
    const { code, lines } = await retro();
    expect(code).toBe(3);
    expect(shown(lines())).toEqual([
      'error web-1:/files/hay: it was seen by "web-1", which is not this machine',
      'error web-1:/files/one: it was seen by "web-1", which is not this machine',
      'error web-1:/files/sub \u2028: it was seen by "web-1", which is not this machine',
    ]);
    expect(shown((await retro("--here", "web-1")).lines())).toEqual(["match /files/hay: hay"]);
  });

  test("what an evil result names is not read: devices, files of the kernel, the store itself", async () => {
    const evil = [
      "/proc/self/environ",
      "/dev/zero",
      "/dev/stdin",
      at("store.db"),
      "/etc/../proc/version",
      "a\0b",
      `${folder}//files/./hay`,
      "/",
    ];
    write("evil.ndjson", ndjson(resultOf(evil.map(cleanOf))));
    const { code, lines } = await run("collect", at("evil.ndjson")).then(() => retro());
    expect(code).toBe(3);
    expect(lines().filter(({ type }) => type === "match")).toEqual([]);
    expect(
      lines()
        .filter(({ type }) => type === "error")
        .map(({ path }) => path.replace(folder, ""))
        .sort(),
    ).toEqual(
      [
        "/",
        "/dev/stdin",
        "/dev/zero",
        "/etc/../proc/version",
        "/files/hay",
        "/proc/self/environ",
        "/store.db",
        "a\0b",
      ].sort(),
    );
  });

  test("a clean line without a digest says so", async () => {
    write("old.ndjson", ndjson(resultOf([{ type: "clean", path: at("files/hay") }])));
    await taken("old.ndjson");
    expect(shown((await retro()).lines())).toEqual([expect.stringContaining("no digest is known")]);
  });

  test("rules that can all not be evaluated end it as they end a scan", async () => {
    await scanTo("a.ndjson", "--list-clean");
    await taken("a.ndjson");
    write("new.yar", "rule broken { condition: nothing }");
    expect((await retro()).code).toBe(3);
    expect(
      await failure("results", "retro", "x", "--since", "2026-01-01", "--rules", at("new.yar")),
    ).toBeInstanceOf(UsageError);
  });

  const isRoot = process.getuid?.() === 0;
  test.skipIf(isRoot)(
    `files that may not be read are named${isRoot ? " (root may read all)" : ""}`,
    async () => {
      await scanTo("a.ndjson", "--list-clean");
      await taken("a.ndjson");
      chmodSync(at("files/hay"), 0);
      expect(shown((await retro()).lines())).toEqual(["error /files/hay: permission denied"]);
    },
  );
});
