/** The store's log is moved into its pages beside the writer, which does it itself only where that does not come about. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Checkpoint, checkpointsAside } from "../../src/cryptex-store/checkpoints.ts";
import { openStore, type Store } from "../../src/cryptex-store/store.ts";

const MEBIBYTE = 2 ** 20;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-checkpoints-"));
  path = join(folder, "store.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(store: Store, mebibytes: number): void {
  for (let i = 0; i < mebibytes; i++) writeRow(store, "x".repeat(MEBIBYTE));
}

function writeRow(store: Store, text: string): void {
  store.write((db) => db.query("INSERT INTO rule_roots (path, is_include_folder) VALUES (?, 0)").run(text));
}

const rows = (store: Store) =>
  store.read(
    (db) => db.query<{ count: number }, []>("SELECT count(*) AS count FROM rule_roots").get()!.count,
  );
const logMebibytes = () => statSync(`${path}-wal`).size / MEBIBYTE;

/** Checkpoints that a test ends; each has the store's path. */
class Held {
  readonly paths: string[] = [];
  end = () => {};
  readonly checkpoint: Checkpoint = ({ path: of }, signal) => {
    this.paths.push(of);
    return new Promise((resolve, reject) => {
      this.end = resolve;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  };
}

test("a writer does not move it, and asks for that once at a time when there is much", async () => {
  using store = openStore(path);
  const held = new Held();
  await using _ = checkpointsAside(store, held.checkpoint);
  write(store, 14);
  expect(held.paths).toEqual([]);
  write(store, 8);
  expect(held.paths).toEqual([path]);
  expect(logMebibytes()).toBeGreaterThan(22);
  held.end();
  await new Promise(setImmediate);
  writeRow(store, "more");
  expect(held.paths).toEqual([path, path]);
});

test("in its thread, all of it, while others write; then the log begins anew", async () => {
  using store = openStore(path);
  await using _ = checkpointsAside(store);
  write(store, 20);
  let more = 0;
  for (; logMebibytes() > 1; more++) {
    writeRow(store, "more");
    await new Promise(setImmediate);
  }
  expect(statSync(path).size).toBeGreaterThan(20 * MEBIBYTE);
  using other = openStore(path);
  expect([rows(store), rows(other)]).toEqual([20 + more, 20 + more]);
});

test("where the thread does not come about, the writer moves it before it takes more than 64 MiB or so", async () => {
  using store = openStore(path);
  let asked = 0;
  await using _ = checkpointsAside(store, async () => {
    asked += 1;
    throw new Error("no thread");
  });
  for (let i = 0; i < 90; i++) {
    write(store, 1);
    await new Promise(setImmediate);
    expect(logMebibytes()).toBeLessThan(67);
  }
  expect(rows(store)).toBe(90);
  expect(asked).toBeGreaterThan(1);
});

test("an end gives up what is under way, and leaves the store to be written", async () => {
  using store = openStore(path);
  const held = new Held();
  const checkpoints = checkpointsAside(store, held.checkpoint);
  write(store, 17);
  await checkpoints[Symbol.asyncDispose]();
  write(store, 17);
  expect([held.paths.length, rows(store)]).toEqual([1, 34]);
});
