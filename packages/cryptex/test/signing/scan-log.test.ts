/** `scan --log` and `verify` of what it writes. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { WorkFolder } from "../support/program.ts";
import { must, run } from "./signed-folder.ts";

const RULE = 'rule hello { strings: $a = "hello" condition: $a }';

/** A folder with a key, a rule, files, and a log of some scans. */
async function loggedFolder(scans: number, ...args: readonly string[]): Promise<WorkFolder> {
  const folder = new WorkFolder({ "r.yar": RULE, "files/a": "hello", "files/b": "x" });
  await must(folder, "keys", "new", "house");
  for (let i = 0; i < scans; i++)
    await must(folder, "scan", "files", "--rules", "r.yar", "--log", "scans.log", ...args);
  return folder;
}

function recordsOf(folder: WorkFolder): Record<string, unknown>[] {
  return readFileSync(folder.at("scans.log"), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line));
}

function change(folder: WorkFolder, work: (lines: string[]) => string[]): void {
  const lines = readFileSync(folder.at("scans.log"), "utf8").split("\n").slice(0, -1);
  writeFileSync(
    folder.at("scans.log"),
    work(lines)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

describe("a record", () => {
  test("says who asked for what, by which rules, and holds the digests of the result", async () => {
    using folder = await loggedFolder(0);
    const result = await must(
      folder,
      "scan",
      "files",
      "--rules",
      "r.yar",
      "--log",
      "scans.log",
      "--exclude",
      "b",
    );
    const start = JSON.parse(result.split("\n")[0]!);
    const digest = (algorithm: string) => createHash(algorithm).update(`${result}\n`).digest("hex");
    expect(recordsOf(folder)).toEqual([
      {
        prev: expect.any(String),
        seq: 1,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        type: "scan",
        program: expect.stringMatching(/^cryptex /),
        who: expect.any(String),
        host: expect.any(String),
        started: expect.any(String),
        outcome: "complete",
        ruleset: { digest: start.ruleset.digest, alias: null, version: null, rules: 1 },
        engine: start.engines[0].digest,
        request: {
          paths: [{ path: "files" }],
          paths_total: 1,
          paths_sha256: createHash("sha256").update("files\0").digest("hex"),
          options: expect.objectContaining({ exclude: ["b"], archives: 0 }),
        },
        counts: { scanned: 1, clean: 0, matched: 1, matches: 1, skipped: 1, errors: 0 },
        result: {
          ...{ format: "ndjson", file: null, bytes: Buffer.byteLength(`${result}\n`) },
          ...{ sha256: digest("sha256"), sha3_256: digest("sha3-256") },
        },
      },
    ]);
  });

  test("has the digest of the file that the result is written to", async () => {
    using folder = await loggedFolder(1, "-o", "result.html", "--format", "html");
    const [record] = recordsOf(folder) as [{ result: { sha256: string; file: string } }];
    const sha256 = createHash("sha256")
      .update(readFileSync(folder.at("result.html")))
      .digest("hex");
    expect(record.result).toMatchObject({ sha256, file: "result.html", format: "html" });
  });

  test("is written for a scan that was not complete, and for one that broke off", async () => {
    using folder = await loggedFolder(0);
    expect(
      (await run(folder, "scan", "none", "files", "--rules", "r.yar", "--log", "scans.log")).exitCode,
    ).toBe(3);
    const full = await run(
      folder,
      "scan",
      "files",
      "--rules",
      "r.yar",
      "--log",
      "scans.log",
      "-o",
      "/dev/full",
    );
    expect(full.exitCode).toBe(1);
    expect(recordsOf(folder)).toMatchObject([
      { outcome: "incomplete", counts: { errors: 1 } },
      { outcome: "interrupted", counts: null, result: null },
    ]);
    expect((await must(folder, "verify", "scans.log", "--accept", "unsigned")).split("\n")[0]).toBe(
      "scans.log: good (log)",
    );
  });

  test("of many paths stays small, and vouches for all of them", async () => {
    using folder = await loggedFolder(0);
    const paths = Array.from({ length: 20_000 }, (_, i) => `none/${i}`);
    folder.write("list", paths.map((path) => `${path}\n`).join(""));
    await run(folder, "scan", "--scan-list", "list", "--rules", "r.yar", "--log", "scans.log");
    const [{ request }] = recordsOf(folder) as [
      { request: { paths: unknown[]; paths_total: number; paths_sha256: string } },
    ];
    expect(request.paths.length).toBeLessThan(5000);
    expect(request.paths_total).toBe(20_000);
    expect(request.paths_sha256).toBe(
      createHash("sha256")
        .update(paths.map((path) => `${path}\0`).join(""))
        .digest("hex"),
    );
  });
});

test("the log is no part of what is scanned, and never replaced by the result", async () => {
  using folder = await loggedFolder(0);
  for (let i = 0; i < 2; i++) {
    const args = [
      "scan",
      ".",
      "--exclude",
      "home",
      "--exclude",
      "keys",
      "--rules",
      "r.yar",
      "--log",
      "files/log",
    ];
    const lines = (await must(folder, ...args)).split("\n").map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ complete: true, errors: 0 });
    expect(lines.filter(({ path }) => path === "./files/log" || path === "files/log")).toMatchObject([
      { type: "skip" },
    ]);
  }
  const { exitCode, stderr } = await run(
    folder,
    "scan",
    "files",
    "--rules",
    "r.yar",
    "--log",
    "files/log",
    "-o",
    "files/log",
  );
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("the result would replace")]);
});

test("a log that cannot be written, or is none, is refused before anything is scanned", async () => {
  using folder = await loggedFolder(0);
  for (const [log, words] of [
    ["r.yar", "is no log of this program"],
    ["no/log", "cannot lock"],
    ["files", "is no regular file"],
  ]) {
    const { exitCode, stdout, stderr } = await run(
      folder,
      "scan",
      "files",
      "--rules",
      "r.yar",
      "--log",
      log!,
    );
    expect([exitCode, stdout, stderr]).toEqual([1, "", expect.stringContaining(words!)]);
  }
  expect(readFileSync(folder.at("r.yar"), "utf8")).toBe(RULE);
});

describe("verify", () => {
  const verified = async (folder: WorkFolder, ...args: readonly string[]) => {
    const { exitCode, stdout } = await run(folder, "verify", "scans.log", ...args);
    return `${exitCode} ${stdout}`;
  };

  test("finds nothing wrong where there is a signed head, also after the key was rotated", async () => {
    using folder = await loggedFolder(2, "--log-key", "house");
    expect(await verified(folder)).toMatch(/^0 scans\.log: good \(log\)\n {2}signed by house/);
    await must(folder, "keys", "rotate", "house");
    await must(folder, "scan", "files", "--rules", "r.yar", "--log", "scans.log", "--log-key", "house");
    expect(await verified(folder)).toMatch(/^0 [\s\S]*3 records/);
  });

  test("names a record that was changed, removed or moved", async () => {
    using folder = await loggedFolder(3, "--log-key", "house");
    const good = readFileSync(folder.at("scans.log"));
    const tried = async (work: (lines: string[]) => string[]) => {
      writeFileSync(folder.at("scans.log"), good);
      change(folder, work);
      return await verified(folder);
    };
    expect(
      await tried((lines) =>
        lines.map((line, i) => (i === 1 ? line.replace('"matches":1', '"matches":0') : line)),
      ),
    ).toMatch(/^1 [\s\S]*line 3, record 2: does not follow the line before/);
    expect(await tried((lines) => lines.toSpliced(2, 1))).toMatch(/^1 [\s\S]*record 2 is missing before it/);
    expect(await tried(([a, b, c, d]) => [a!, c!, b!, d!])).toMatch(
      /^1 [\s\S]*it was moved, or is there twice/,
    );
  });

  test("finds a cut end and a changed last record by the head, and by it alone", async () => {
    using folder = await loggedFolder(3, "--log-key", "house");
    const good = readFileSync(folder.at("scans.log"));
    change(folder, (lines) => lines.slice(0, -1));
    expect(await verified(folder)).toMatch(
      /^1 [\s\S]*the end was cut: there are 2 records, and the signed head counts 3/,
    );
    writeFileSync(folder.at("scans.log"), good);
    change(folder, (lines) => lines.map((line) => line.replace('"seq":3', '"seq":3,"x":1')));
    expect(await verified(folder)).toMatch(/^1 [\s\S]*its record 3 was changed, or all were made anew/);
    rmSync(folder.at("scans.log.head"));
    expect(await verified(folder)).toMatch(/^1 [\s\S]*nothing vouches for where it ends/);
    expect(await verified(folder, "--accept", "unsigned")).toMatch(
      /^0 [\s\S]*taken all the same: nothing vouches/,
    );
  });

  test("finds a cut end by a hash that was noted elsewhere", async () => {
    using folder = await loggedFolder(2);
    const { hash } = JSON.parse(
      (await run(folder, "verify", "scans.log", "--json", "--accept", "unsigned")).stdout,
    );
    expect(await verified(folder, "--anchor", hash)).toMatch(/^0 /);
    change(folder, (lines) => lines.slice(0, -1));
    expect(await verified(folder, "--anchor", hash)).toMatch(/^1 [\s\S]*no line has the hash/);
  });

  test("says which records follow the head, of which nobody vouches for", async () => {
    using folder = await loggedFolder(1, "--log-key", "house");
    await must(folder, "scan", "files", "--rules", "r.yar", "--log", "scans.log");
    expect(await verified(folder)).toMatch(/^1 [\s\S]*nothing vouches for the records 2 to 2/);
    expect(await verified(folder, "--accept", "unsigned")).toMatch(/^0 /);
  });

  test("takes no head of another log, of another key, or that is damaged", async () => {
    using folder = await loggedFolder(1, "--log-key", "house");
    await must(folder, "scan", "files", "--rules", "r.yar", "--log", "other.log", "--log-key", "house");
    expect(await verified(folder, "--signature", "other.log.head")).toMatch(/^1 [\s\S]*that of another log/);
    await must(folder, "keys", "new", "stranger");
    expect(await verified(folder, "--key", "stranger")).toMatch(/^1 [\s\S]*which is not trusted/);
    const head = readFileSync(folder.at("scans.log.head"));
    head[30]! ^= 1;
    writeFileSync(folder.at("scans.log.head"), head);
    expect(await verified(folder)).toMatch(/^1 [\s\S]*scans\.log\.head: /);
    expect(await verified(folder, "--accept", "unsigned")).toMatch(/^1 /);
  });
});

test("scans that end at the same time leave whole records, one behind the other", async () => {
  using folder = await loggedFolder(0);
  const scan = () =>
    must(folder, "scan", "files", "--rules", "r.yar", "--log", "scans.log", "--log-key", "house");
  await Promise.all([scan(), scan(), scan()]);
  expect(recordsOf(folder).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect((await run(folder, "verify", "scans.log")).exitCode).toBe(0);
});
