/** Changes that wait, and walks over chosen paths. */
import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { IN, parseEvents } from "#kit/native/inotify.ts";
import { type WalkOptions, walk as wholeWalk } from "../../src/scan-runner/walk.ts";
import { Changes } from "../../src/watch/changes.ts";
import { ChosenPaths, rootOf } from "../../src/watch/chosen-paths.ts";
import { InotifyWatcher } from "../../src/watch/inotify-watcher.ts";
import { LONGEST_WAIT_MS, type WatchNote } from "../../src/watch/watcher.ts";
import { WorkFolder } from "../support/program.ts";

describe("changes", () => {
  function clocked(most?: number) {
    const clock = { now: 0 };
    return { clock, changes: new Changes(100, most, () => clock.now) };
  }

  test("a path settles when it has been left alone for the time", () => {
    const { clock, changes } = clocked();
    changes.add("a");
    expect(changes.waitMs).toBe(100);
    clock.now = 60;
    changes.add("b");
    changes.add("a");
    clock.now = 159;
    expect(changes.take(9)).toEqual([]);
    clock.now = 160;
    expect(changes.take(9)).toEqual(["b", "a"]);
    expect([changes.size, changes.waitMs]).toEqual([0, undefined]);
  });

  test("one that changes on and on is handed out all the same", () => {
    const { clock, changes } = clocked();
    let taken = 0;
    for (clock.now = 0; clock.now <= 10 * LONGEST_WAIT_MS; clock.now += 50) {
      changes.add("a");
      taken += changes.take(9).length;
    }
    expect(taken).toBeWithin(9, 11);
  });

  test("no more than the most are kept; those that are there may change", () => {
    const { clock, changes } = clocked(2);
    expect([changes.add("a"), changes.add("b"), changes.add("c"), changes.add("a")]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    clock.now = 200;
    expect(changes.take(1)).toEqual(["b"]);
    expect(changes.add("c")).toBe(true);
    expect(changes.drain().sort()).toEqual(["a", "c"]);
  });
});

describe("a walk over chosen paths", () => {
  const options = (folder: WorkFolder, more: Partial<WalkOptions> = {}): WalkOptions => ({
    roots: [folder.at("r")],
    exclude: [],
    maxSize: 1000,
    maxDepth: 9,
    follow: false,
    ...more,
  });

  test("is a part of the walk over everything", () => {
    using folder = new WorkFolder({
      "r/a/b/1": "x",
      "r/a/b/2": "x",
      "r/a/3": "x",
      "r/log/4": "x",
      "r/big": "x".repeat(2000),
    });
    const all = options(folder, { exclude: ["log"] });
    const paths = ["r/a/b/2", "r/log/4", "r/big", "r/gone/5"].map((path) => folder.at(path));
    const found = [...collect(new ChosenPaths(all, paths).walk())].map(
      ({ kind, path }) => `${kind} ${path.slice(folder.path.length + 1)}`,
    );
    expect(found).toEqual(["file r/a/b/2", "skip r/big", "error r/gone", "skip r/log"]);
    const everything = [...wholeWalk(all)].map(
      ({ kind, path }) => `${kind} ${path.slice(folder.path.length + 1)}`,
    );
    for (const line of found.filter((each) => !each.includes("gone"))) expect(everything).toContain(line);
  });

  test("a whole folder with all below it, beside a single path", () => {
    using folder = new WorkFolder({ "r/new/deep/1": "x", "r/new/2": "x", "r/3": "x", "r/4": "x" });
    const chosen = new ChosenPaths(options(folder), [folder.at("r/3")], [folder.at("r/new")]);
    const files = [...collect(chosen.walk())].map((found) => found.path.slice(folder.path.length + 3));
    expect(files).toEqual(["3", "new/2", "new/deep/1"]);
    expect(["r/new", "r/new/deep", "r"].map((path) => chosen.isWhole(folder.at(path)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("the nearest root", () => {
    expect(rootOf("a/b/c", ["a", "a/b", "x"])).toBe("a/b");
    expect(rootOf("ab/c", ["a"])).toBeUndefined();
    expect(rootOf("/x", ["/"])).toBe("/");
    expect(rootOf("a", ["a"])).toBe("a");
  });

  function* collect(walk: { next(): { readonly kind: string; readonly path: string } | undefined }) {
    for (let found = walk.next(); found; found = walk.next()) yield found;
  }
});

test("events of inotify, as the kernel lays them out", () => {
  const bytes = Buffer.alloc(16 + 16 + 16);
  bytes.writeInt32LE(3, 0);
  bytes.writeUInt32LE(IN.movedTo, 4);
  bytes.writeUInt32LE(7, 8);
  bytes.writeUInt32LE(16, 12);
  bytes.write("na\xffme", 16, "latin1");
  bytes.writeInt32LE(-1, 32);
  bytes.writeUInt32LE(IN.overflow, 36);
  expect(parseEvents(bytes)).toEqual([
    { watch: 3, mask: IN.movedTo, cookie: 7, name: "na\xffme" },
    { watch: -1, mask: IN.overflow, cookie: 0, name: "" },
  ]);
});

describe.skipIf(process.platform !== "linux")("more changes than are kept", () => {
  test("lead to one look at everything, and nothing is lost", async () => {
    using folder = new WorkFolder({ "r/old": "x" });
    mkdirSync(folder.at("r/sub"));
    const notes: WatchNote[] = [];
    const walk = { roots: [folder.at("r")], exclude: [], maxSize: 1000, maxDepth: 9, follow: false };
    const onNote = (note: WatchNote) => void notes.push(note);
    using watcher = new InotifyWatcher({ walk, debounceMs: 1, initial: false, onNote, mostPending: 10 });
    const found = new Set<string>();
    const until = async (isDone: () => boolean) => {
      while (!isDone()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        watcher.onMore = resolve;
        let each = watcher.next();
        if (!each && !isDone()) await promise;
        for (; each; each = watcher.next())
          if (each.kind === "file") found.add(each.path.slice(folder.path.length + 3));
      }
    };
    await until(() => notes.some(({ event }) => event === "ready"));
    for (let i = 0; i < 100; i++) folder.write(`r/sub/${i}`, "x");
    const wanted = ["old", ...Array.from({ length: 100 }, (_, i) => `sub/${i}`)];
    await until(() => wanted.every((name) => found.has(name)));
    expect(notes.map(({ event }) => event)).toContain("rescan");
  });
});
