/** The report as a service: made, kept, set, told of. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { storedDictionary } from "../../src/cryptex-store/dictionary.ts";
import { storedGap } from "../../src/cryptex-store/gap.ts";
import { openMemoryStore, type Store } from "../../src/cryptex-store/store.ts";
import { newEntry } from "../../src/dictionary/entry.ts";
import { reportDigest } from "../../src/gap/gap-report.ts";
import { type GapService, openGapService } from "../../src/gap/gap-service.ts";
import { ServiceError } from "../../src/gateway/service-error.ts";
import type { Happening } from "../../src/results/journal.ts";
import { WorkFolder } from "../support/program.ts";
import { CRC, CRC_MAP, encoded, statusesOf } from "./support.ts";

let folder: WorkFolder;
let store: Store;
let notes: Happening[];
let ending: AbortController;
beforeEach(() => {
  folder = new WorkFolder({ ...encoded(CRC), "gap.toml": CRC_MAP });
  store = openMemoryStore();
  notes = [];
  ending = new AbortController();
});
afterEach(() => {
  folder[Symbol.dispose]();
  store.close();
});

function service(): GapService {
  return openGapService({
    root: folder.path,
    store: storedGap(store),
    dictionary: storedDictionary(store),
    note: (happening) => notes.push(happening),
    signal: ending.signal,
  });
}

function fault(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof ServiceError) return `${error.kind}: ${error.message}`;
    throw error;
  }
  return "none";
}

test("makes a report, keeps it for those who come later, and tells of a change alone", async () => {
  const first = await service().scan();
  expect(statusesOf(first)).toEqual(["src/crc.c: done"]);
  expect(service().report()).toEqual(first);
  expect(notes).toEqual([{ type: "gap", digest: reportDigest(first), counts: first.counts }]);
  await service().scan();
  expect(notes.length).toBe(1);
  folder.write("gap.toml", "");
  expect(statusesOf(await service().scan())).toEqual(["src/crc.c: pending"]);
  expect(notes.length).toBe(2);
  expect(
    service()
      .history()
      .map(({ counts }) => [counts.done, counts.pending]),
  ).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test("those who ask while one is being made get the same", async () => {
  const one = service();
  const [a, b] = [one.scan(), one.scan()];
  expect(await a).toBe(await b);
  expect(notes.length).toBe(1);
});

test("sets who is responsible and what is linked; the entry follows", async () => {
  const dictionary = storedDictionary(store);
  dictionary.add(newEntry("Crc"), { who: "me" });
  const one = service();
  await one.scan();
  expect(one.set("src/crc.c", { responsible: "@me", linked_cryptex: "Crc" })).toMatchObject({
    component: "src/crc.c",
    port_status: "done",
    responsible: "@me",
    linked_cryptex: "Crc",
  });
  expect(dictionary.get("Crc")!.status).toBe("ported");
  expect(notes.at(-1)).toMatchObject({ type: "gap", digest: reportDigest(one.report()) });
  expect(one.set("src/crc.c", { responsible: null })).toMatchObject({
    responsible: null,
    linked_cryptex: "Crc",
  });
});

test("refuses what makes no sense, and changes nothing", async () => {
  const one = service();
  expect(fault(() => one.report())).toBe("not-found: no gap report has been made yet: a scan makes one");
  await one.scan();
  const before = one.report();
  expect(fault(() => one.set("gone.c", { responsible: "me" }))).toBe(
    "not-found: there is no component gone.c",
  );
  for (const [value, words] of [
    ["", "is empty"],
    [" ", "is empty"],
    ["a\nb", "has a control character or a line break in it"],
    ["\x1b[2J", "has a control character or a line break in it"],
    ["x".repeat(1_001), "has more than 1000 characters"],
  ]) {
    expect(fault(() => one.set("src/crc.c", { responsible: value! }))).toBe(`invalid: responsible ${words}`);
  }
  expect(fault(() => one.set("src/crc.c", { linked_cryptex: "None" }))).toBe(
    "invalid: linked_cryptex: there is no entry None",
  );
  expect(one.report()).toEqual(before);
});

describe("without a root, or one that cannot be used", () => {
  test("there is nothing", async () => {
    const one = openGapService({
      store: storedGap(store),
      dictionary: storedDictionary(store),
      note: () => {},
      signal: ending.signal,
    });
    const words = "not-found: no gap root is set";
    expect([() => one.report(), () => one.set("a", {}), () => one.history()].map(fault)).toEqual([
      words,
      words,
      words,
    ]);
    expect(await rejectionOf(one.scan())).toMatchObject({ kind: "not-found" });
  });

  test("says so without the path of the machine", async () => {
    const one = service();
    folder.write("gap.toml", "colour = 1");
    expect(await rejectionOf(one.scan())).toMatchObject({
      kind: "invalid",
      message: "gap.toml: unknown key colour in the file",
    });
    rmSync(folder.path, { recursive: true });
    const error = await rejectionOf(one.scan());
    expect(error.message).toBe("the folder is not there any more");
  });
});

test("ends with the program, and the next report is made as ever", async () => {
  const scan = service().scan();
  ending.abort(new Error("the end"));
  expect((await rejectionOf(scan)).message).toBe("the end");
  ending = new AbortController();
  expect(statusesOf(await service().scan())).toEqual(["src/crc.c: done"]);
});
