import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import {
  Cancelled,
  ENGINE_MAX_BYTES,
  type ReadRequest,
  readFile,
  Unreadable,
} from "../../src/scan-runner/read.ts";
import { Tree } from "./support/tree.ts";

/** Reads; the change happens when the size is known and nothing is read yet. */
function read(path: string, change: () => void = () => {}, request: Partial<ReadRequest> = {}) {
  let memory = new Uint8Array();
  const content = readFile({
    path,
    byLink: false,
    maxSize: 2 ** 31,
    cancelled: () => false,
    memory: (length) => {
      change();
      memory = new Uint8Array(length);
      return memory;
    },
    ...request,
  });
  return { ...content, text: Buffer.from(memory.subarray(0, content.length)).toString() };
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Unreadable) return `${error.kind}: ${error.message}`;
    throw error;
  }
  return "read";
}

test("gives the content, and who the file is", () => {
  using tree = new Tree();
  expect(read(tree.file("\xff", "hello"))).toMatchObject({ text: "hello", length: 5, identity: { size: 5 } });
  expect(read(tree.file("empty", ""))).toMatchObject({ text: "", length: 0 });
});

describe("a file that changes while it is read", () => {
  const changes: Readonly<Record<string, [(path: string) => void, RegExp]>> = {
    shrinks: [(path) => truncateSync(path, 2), /^error: changed during scan: it became shorter$/],
    vanishes: [(path) => truncateSync(path, 0), /^error: changed during scan: it became shorter$/],
    grows: [
      (path) => appendFileSync(path, "more"),
      /^error: changed during scan: there is more in it than its size says$/,
    ],
    "is written to": [
      (path) => {
        writeFileSync(path, "HELLO");
        utimesSync(path, 1, 1);
      },
      /^error: changed during scan: it was written to$/,
    ],
    "is unlinked": [(path) => rmSync(path), /^read$/],
    "is replaced": [
      (path) => {
        writeFileSync(`${path}2`, "other");
        renameSync(`${path}2`, path);
      },
      /^read$/,
    ],
  };
  for (const [name, [change, expected]] of Object.entries(changes)) {
    test(name, () => {
      using tree = new Tree();
      const path = tree.file("a", "hello");
      expect(refusal(() => read(path, () => change(path)))).toMatch(expected);
    });
  }
});

describe("what took the file's place before it was opened", () => {
  const places: Readonly<Record<string, [(path: string) => unknown, string]>> = {
    nothing: [() => {}, "error: changed during scan: it does not exist any more"],
    "a FIFO, which nobody writes to": [
      (path) => spawnSync("mkfifo", [path]),
      "error: changed during scan: it is no regular file any more",
    ],
    "a link": [
      (path) => symlinkSync("/etc/hostname", path),
      "error: changed during scan: a symbolic link has taken its place",
    ],
    "a folder": [
      (path) => spawnSync("mkdir", [path]),
      "error: changed during scan: it is no regular file any more",
    ],
  };
  for (const [name, [put, expected]] of Object.entries(places)) {
    test(name, () => {
      using tree = new Tree();
      const path = tree.path("a");
      put(path);
      expect(refusal(() => read(path))).toBe(expected);
    });
  }

  test("a socket", async () => {
    using tree = new Tree();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(tree.path("a"), resolve));
    expect(refusal(() => read(tree.path("a")))).toBe(
      "error: changed during scan: it is no regular file any more",
    );
    server.close();
  });
});

test("a link that the walk came by is followed", () => {
  using tree = new Tree();
  tree.file("a", "hello");
  symlinkSync("a", tree.path("b"));
  expect(read(tree.path("b"), undefined, { byLink: true }).text).toBe("hello");
});

test("sizes over a limit are skipped before memory is asked for", () => {
  using tree = new Tree();
  const path = tree.file("a", "hello");
  const never = () => expect.unreachable();
  expect(refusal(() => read(path, never, { maxSize: 4 }))).toBe(
    "skip: size of 5 bytes is over the limit of 4",
  );
  truncateSync(path, ENGINE_MAX_BYTES + 1);
  expect(refusal(() => read(path, never))).toBe(
    `skip: size of ${ENGINE_MAX_BYTES + 1} bytes is over the engine's limit of ${ENGINE_MAX_BYTES}`,
  );
});

test.skipIf(process.platform !== "linux")(
  "a file whose size is not stated is not taken for empty (files of /proc, on Linux)",
  () => {
    expect(refusal(() => read("/proc/self/status"))).toBe(
      "error: changed during scan: there is more in it than its size says",
    );
  },
);

test("reading ends when the scan is cancelled", () => {
  using tree = new Tree();
  expect(() => read(tree.file("a"), undefined, { cancelled: () => true })).toThrow(Cancelled);
});
