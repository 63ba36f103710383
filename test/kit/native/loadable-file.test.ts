/** Places for a library's file, one by one. test/kit/native/embedded.test.ts has them together. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadContent } from "#kit/native/loadable-file.ts";
import { memoryFile } from "#kit/native/memory-file.ts";
import { privateFile, userFolders, writeNew } from "#kit/native/private-file.ts";
import { loadLibrary } from "../../../ffi/index.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../../support/native-builds.ts";

let content: Buffer;
const base = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));

beforeAll(async () => {
  content = readFileSync(await hostLibrary());
}, COMPILE_TIMEOUT_MS);
afterAll(() => rmSync(base, { recursive: true }));

/** Loads a library whose file is taken away before it is used. */
function works(file: { readonly path: string } & Disposable): void {
  const library = loadLibrary({ path: file.path });
  file[Symbol.dispose]();
  const samples = new BigUint64Array(100);
  library.kernel("mach_timing")(samples);
  expect(samples.every((sample) => sample > 0n)).toBe(true);
  expect(existsSync(file.path)).toBe(false);
}

describe("in a folder", () => {
  test("the file is in a new one for this user alone, and both go", () => {
    const file = privateFile(base, "libdemo.so", content);
    expect(dirname(dirname(file.path))).toBe(base);
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(readFileSync(file.path).equals(content)).toBe(true);
    const other = privateFile(base, "libdemo.so", content);
    expect(other.path).not.toBe(file.path);
    works(file);
    works(other);
    expect(readdirSync(base)).toEqual([]);
  });

  test("one where others may replace it is refused, and one with the sticky bit is not", () => {
    const open = join(base, "open");
    mkdirSync(open);
    chmodSync(open, 0o777);
    expect(() => privateFile(open, "libdemo.so", content)).toThrow("others may replace");
    chmodSync(open, 0o1777);
    privateFile(open, "libdemo.so", content)[Symbol.dispose]();
    expect(readdirSync(open)).toEqual([]);
    rmSync(open, { recursive: true });
  });

  test("one that is not there is not made", () => {
    expect(() => privateFile(join(base, "none"), "libdemo.so", content)).toThrow("ENOENT");
    expect(existsSync(join(base, "none"))).toBe(false);
  });

  test("folders of the user are absolute, and each is named once", () => {
    const folders = userFolders();
    expect(folders).toContain(tmpdir());
    for (const folder of folders) expect(folder).toStartWith("/");
    expect(new Set(folders).size).toBe(folders.length);
  });
});

test.if(process.platform === "linux")("in memory, the file has no name, and is closed", () => {
  works(memoryFile("libdemo.so", content));
});

describe("a disk that gives back something else, of the right size", () => {
  /** Writes the content with one bit changed. */
  const damage = (path: string, given: Uint8Array) => {
    const damaged = Uint8Array.from(given);
    damaged[damaged.length >> 1]! ^= 1;
    writeNew(path, damaged);
    expect(statSync(path).size).toBe(given.length);
  };
  const inMemory = (path: string) => path.startsWith("/proc/");
  const places = userFolders().filter((folder) => existsSync(folder));

  test("is found out, and the file is gone", () => {
    expect(() => privateFile(base, "libdemo.so", content, damage)).toThrow("does not hold what was written");
    expect(readdirSync(base)).toEqual([]);
  });

  test("nothing of it is loaded: the next place is tried", () => {
    let written = 0;
    const firstDamaged = (path: string, given: Uint8Array) =>
      written++ === 0 ? damage(path, given) : writeNew(path, given);
    const offered: { readonly place: string; readonly isWhole: boolean }[] = [];
    const loaded = loadContent(
      content,
      "libdemo.so",
      (path) => {
        if (inMemory(path)) throw new Error("not from memory");
        offered.push({ place: dirname(dirname(path)), isWhole: readFileSync(path).equals(content) });
        return "loaded";
      },
      firstDamaged,
    );
    expect(loaded).toBe("loaded");
    expect(offered).toEqual(places.slice(1, 2).map((place) => ({ place, isWhole: true })));
  });

  test("and where every place is like that, it is said of each", () => {
    const load = (path: string) => {
      if (inMemory(path)) throw new Error("not from memory");
      throw new Error("damaged content was to be loaded");
    };
    let message = "";
    try {
      loadContent(content, "libdemo.so", load, damage);
    } catch (error) {
      message = String(error);
    }
    expect(message).not.toContain("was to be loaded");
    expect(message.match(/does not hold what was written/g)).toHaveLength(places.length);
  });
});

describe("one place after the other", () => {
  test("is tried until the library loads, and every file is gone", () => {
    const tried: string[] = [];
    const loaded = loadContent(content, "libdemo.so", (path) => {
      expect(readFileSync(path).equals(content)).toBe(true);
      tried.push(path);
      if (tried.length < 2) throw new Error("not from here");
      return tried.length;
    });
    expect([loaded, tried.length]).toEqual([2, 2]);
    expect(tried.filter((path) => existsSync(path))).toEqual([]);
  });

  test("and if it loads from none, each is in the message with its reason", () => {
    const refuse = (path: string) => {
      throw new Error(`no to ${path.startsWith("/proc/") ? "memory" : dirname(dirname(path))}`);
    };
    const places = userFolders().filter((folder) => existsSync(folder));
    const message = places.map((folder) => `from ${folder}: no to ${folder}`);
    expect(() => loadContent(content, "libdemo.so", refuse)).toThrow(message.join("; "));
  });
});
