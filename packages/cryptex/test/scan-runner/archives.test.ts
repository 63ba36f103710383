/** Archives on the whole path of a scan: lines, their order and counts, what is kept for another scan, and ends before the end. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { DEFAULT_LIMITS } from "../../src/archives/limits.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { bytesOf, tar, zip, zstdOfZeros } from "../archives/writers.ts";
import { expectCountsOf } from "../hostile/support.ts";
import { type FakeRule, fakeRuleSet } from "./support/fake-engine.ts";
import { type Asked, realThread, scanAll, walkOf } from "./support/scan.ts";
import { SeenInMemory } from "./support/seen.ts";
import { Tree } from "./support/tree.ts";

const RULES: readonly FakeRule[] = [{ name: "abc", find: "abc" }];
const LIMITS = { depth: 5, ...DEFAULT_LIMITS };

const scan = (tree: Tree, more: Partial<Asked> = {}, rules = RULES): Promise<ScanEvent[]> =>
  scanAll({ ruleSet: fakeRuleSet(rules), walk: walkOf([tree.root]), archives: LIMITS, ...more });

/** `type path: reason`, without start and end. */
const short = (tree: Tree, events: readonly ScanEvent[]): string[] =>
  events.slice(1, -1).map((event) => {
    const path = "path" in event && event.path !== undefined ? tree.below(event.path) : "";
    return `${event.type} ${path}${"reason" in event ? `: ${event.reason}` : ""}`;
  });

const ABC = bytesOf("xabc");
const HAY = bytesOf("hay");

describe("lines", () => {
  test("of a member: its own digest and size, and externals of its name", async () => {
    using tree = new Tree();
    const path = tree.file("a.zip", zip([{ name: "b\\c\\d.EXE", content: ABC }]));
    const rules = ["filename=d.EXE", "extension=.EXE", `filepath=${path}!/b/c`].map((external, index) => ({
      name: `r${index}`,
      find: `?${external}`,
    }));
    const events = await scan(tree, {}, rules);
    const matches = events.filter((event) => event.type === "match" && event.path !== path);
    expect(matches.map((event) => "rule" in event && event.rule)).toEqual(["r0", "r1", "r2"]);
    const [match] = (await scan(tree)).filter((event) => event.type === "match");
    expect(match).toMatchObject({
      path: `${path}!/b\\c\\d.EXE`,
      sha256: new Bun.CryptoHasher("sha256").update("xabc").digest("hex"),
      size: 4,
      strings: [{ offset: 1, length: 3, data: "abc" }],
    });
    expect(events.at(-1)).toEqual({
      type: "end",
      complete: true,
      scanned: 1,
      clean: 1,
      matched: 0,
      matches: 3,
      skipped: 0,
      errors: 0,
      archives: { opened: 1, unopened: 0 },
      members: { scanned: 1, clean: 0, matched: 1, skipped: 0, errors: 0 },
    });
  });

  test("the archive is scanned as a file, too", async () => {
    using tree = new Tree();
    tree.file("a.tar", tar([{ name: "m", content: ABC }]));
    expect(short(tree, await scan(tree))).toEqual(["match a.tar", "match a.tar!/m"]);
  });

  test("names that are not UTF-8 have their bytes", async () => {
    using tree = new Tree();
    const path = tree.file("a.zip", zip([{ name: "\xff", content: ABC }]));
    expect((await scan(tree))[1]).toMatchObject({
      path: `${path}!/\ufffd`,
      path_bytes: Buffer.from(`${path}!/\xff`, "latin1").toString("base64"),
    });
  });

  test("are in the order of whole paths, whatever stands beside the archive", async () => {
    using tree = new Tree();
    const content = zip([
      { name: "z", content: ABC },
      { name: "n.zip", content: zip([{ name: "x", content: ABC }]) },
      { name: "n.zip ", content: ABC },
      { name: "A", content: ABC },
    ]);
    for (const name of ["a", "a.zip", "a.zip!/real", "a.zip!a", "a.zip-2/b.zip"]) tree.file(name, content);
    for (const name of ["a ", "a.zip ", "a.zip!0", "b", "a.zip\x01"]) tree.file(name, ABC);
    for (const threads of [1, 3]) {
      const events = await scan(tree, { threads });
      const paths = events.flatMap((event) => (event.type === "match" ? [Buffer.from(event.path)] : []));
      expect(paths).toHaveLength(5 * 4 + 5);
      expect(paths).toEqual([...paths].sort(Buffer.compare));
    }
    const inAnyOrder = await scan(tree, { unordered: true });
    expect(inAnyOrder.filter(({ type }) => type === "match")).toHaveLength(25);
  });

  test("clean members have lines where those are asked for", async () => {
    using tree = new Tree();
    tree.file(
      "a.zip",
      zip([
        { name: "m", content: HAY },
        { name: "n", content: ABC },
      ]),
    );
    const events = await scan(tree, { listClean: true });
    expect(short(tree, events)).toEqual(["clean a.zip", "clean a.zip!/m", "match a.zip!/n"]);
    expect(events.at(-1)).toMatchObject({ clean: 1, members: { scanned: 2, clean: 1, matched: 1 } });
    const contents = [readFileSync(tree.path("a.zip")), HAY];
    expect(events.filter(({ type }) => type === "clean")).toMatchObject(
      contents.map((content) => ({
        sha256: new Bun.CryptoHasher("sha256").update(content).digest("hex"),
        size: content.length,
      })),
    );
  });

  test("what is not wholly there makes the scan incomplete; what is left out does not", async () => {
    using tree = new Tree();
    tree.file(
      "a.zip",
      zip([
        { name: "crc", content: ABC, crc: 1 },
        { name: "crc2", content: HAY, crc: 1 },
        { name: "e", flags: 1 },
      ]),
    );
    const events = await scan(tree);
    expect(short(tree, events)).toEqual([
      "match a.zip!/crc",
      "quarantine a.zip!/crc: not evaluated: damaged: its CRC is wrong",
      "quarantine a.zip!/crc2: not evaluated: damaged: its CRC is wrong",
      "error a.zip!/crc2: not wholly evaluated: not evaluated: damaged: its CRC is wrong",
      "error a.zip!/e: encrypted",
    ]);
    const end = expectMembersAddUp(events);
    expect(end).toMatchObject({ complete: false, errors: 2, members: { scanned: 1, matched: 1, errors: 2 } });

    using other = new Tree();
    other.file(
      "a.tar.gz",
      gzipSync(
        tar([
          { name: "l", type: "2", link: "/x" },
          { name: "n.gz", content: gzipSync(HAY) },
        ]),
      ),
    );
    const left = await scan(other, { archives: { ...LIMITS, depth: 1 } });
    expect(short(other, left)).toEqual([
      "skip a.tar.gz!/l: symbolic link to /x",
      "skip a.tar.gz!/n.gz!/: archive below the depth of 1",
    ]);
    expect(left.at(-1)).toMatchObject({
      complete: true,
      scanned: 1,
      skipped: 2,
      members: { scanned: 1, skipped: 2 },
    });
  });

  test("a fault of the engine costs one member", async () => {
    using tree = new Tree();
    const faults = ["@trap\n", "@memory\n", "@fibers abc\nabc", "@damaged nothing\nabc"];
    const members = faults.map((text, index) => ({ name: `f${index}`, content: bytesOf(text) }));
    tree.file("a.zip", zip([...members, { name: "z", content: ABC }]));
    const events = await scan(tree);
    expect(short(tree, events)).toContain("match a.zip!/z");
    const { members: counts } = expectMembersAddUp(events);
    expect(counts!.scanned + counts!.errors).toBe(5);
  });
});

/** Members are counted as their lines are. */
function expectMembersAddUp(events: readonly ScanEvent[]) {
  const end = events.at(-1);
  if (end?.type !== "end" || !end.members) throw new Error("no member was scanned");
  const ofMembers = (type: ScanEvent["type"]) =>
    events.flatMap((event) =>
      event.type === type && "path" in event && event.path?.includes("!/") ? [event.path] : [],
    );
  const { scanned, clean, matched, skipped, errors } = end.members;
  expect({ scanned, matched, skipped, errors }).toEqual({
    scanned: clean + matched,
    matched: new Set(ofMembers("match")).size,
    skipped: ofMembers("skip").length,
    errors: ofMembers("error").length,
  });
  return end;
}

describe("without --archives", () => {
  test("archives are counted, by content, and no member is looked at", async () => {
    using tree = new Tree();
    tree.file("a.dat", zip([{ name: "m", content: ABC }]));
    tree.file("b.zip", "no archive");
    tree.file("c", gzipSync(ABC));
    const seen = new SeenInMemory();
    for (const more of [{}, { seen, reuse: true }, { seen, reuse: true }]) {
      const events = await scan(tree, { archives: undefined, ...more } as Partial<Asked>);
      expect(short(tree, events)).toEqual([]);
      expect(expectCountsOf(events)).toMatchObject({
        complete: true,
        scanned: 3,
        archives: { opened: 0, unopened: 2 },
      });
    }
  });
});

describe("another scan", () => {
  test("of unchanged archives has the same lines, and reads none", async () => {
    using tree = new Tree();
    tree.file(
      "a.zip",
      zip([
        { name: "../m", content: ABC },
        { name: "n", content: HAY },
        { name: "l", content: bytesOf("x"), mode: 0o120777 },
      ]),
    );
    tree.file(
      "b.tar.gz",
      gzipSync(
        tar([
          { name: "o", content: HAY },
          { name: "log", content: bytesOf("@log said\n") },
        ]),
      ),
    );
    tree.file("c.zip", zip([]));
    for (const listClean of [false, true]) {
      const seen = new SeenInMemory();
      const first = await scan(tree, { seen, listClean });
      expect(seen.rows.size).toBe(3);
      const again = await scan(tree, { seen, listClean, reuse: true, threads: 1, startThread: noThread });
      expect(again).toEqual(first);
      const paranoid = new SeenInMemory();
      await scan(tree, { seen: paranoid, listClean, reuse: "paranoid" });
      expect(await scan(tree, { seen: paranoid, listClean, reuse: "paranoid" })).toEqual(first);
    }
  });

  test("of an archive that was not wholly evaluated reads it again", async () => {
    using tree = new Tree();
    tree.file("a.zip", zip([{ name: "m", content: ABC, crc: 1 }]));
    tree.file("b.zip", zip([{ name: "m", content: ABC }], { count: 9 }));
    tree.file("c.zip", zip([{ name: "m", content: new Uint8Array(99), method: 0 }]));
    const seen = new SeenInMemory();
    await scan(tree, { seen, walk: walkOf([tree.root], { maxSize: 5000 }) });
    expect([...seen.rows.keys()].map((key) => key.slice(-5))).toEqual(["c.zip"]);
  });
});

/** A thread that nobody may need. */
const noThread = () => {
  throw new Error("a thread was started");
};

describe("ends before the end", () => {
  test("limits are of all archives in a file", async () => {
    using tree = new Tree();
    const inner = zip([
      { name: "x", content: HAY },
      { name: "y", content: HAY },
    ]);
    tree.file(
      "a.zip",
      zip([
        { name: "1.zip", content: inner },
        { name: "2.zip", content: inner },
      ]),
    );
    tree.file("b.zip", zip([{ name: "z", content: ABC }]));
    const events = await scan(tree, { archives: { ...LIMITS, members: 4 } });
    expect(short(tree, events)).toEqual([
      "error a.zip!/2.zip!/: over the limit of 4 members: the rest was not evaluated",
      "match b.zip!/z",
    ]);
    expect(events.at(-1)).toMatchObject({ complete: false, scanned: 2, members: { scanned: 5, errors: 1 } });
  });

  test("a member that is not done in time costs itself", async () => {
    using tree = new Tree();
    tree.file(
      "a.zip",
      zip([
        { name: "s", content: bytesOf("@hang\n") },
        { name: "z", content: ABC },
      ]),
    );
    const events = await scan(tree, { timeoutMs: 200, startThread: realThread });
    expect(short(tree, events)).toContain("match a.zip!/z");
    expect(expectMembersAddUp(events)).toMatchObject({ complete: false, members: { errors: 1 } });
  });

  test("a cancelled scan has no end", async () => {
    using tree = new Tree();
    tree.file("a.zst", zstdOfZeros(8000));
    const reason = new Error("enough");
    const asked = { signal: AbortSignal.abort(reason), archives: { ...LIMITS, ratio: 1_000_000 } };
    expect(scan(tree, asked)).rejects.toBe(reason);
  });

  test("cancelled while an archive is unpacked: the thread comes back with that", async () => {
    using tree = new Tree();
    tree.file("a.zst", zstdOfZeros(8000));
    const controller = new AbortController();
    const reason = new Error("enough");
    // The archive's own line is not there before its members are done.
    const scanning = scan(tree, {
      signal: controller.signal,
      startThread: realThread,
      archives: { ...LIMITS, ratio: 1_000_000 },
    });
    setImmediate(() => controller.abort(reason));
    expect(scanning).rejects.toBe(reason);
  });
});
