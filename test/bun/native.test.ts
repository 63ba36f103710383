/** Native code and the memory it is handed, as Bun treats them: docs/BUN.md. */
import { dlopen, FFIType, linkSymbols, ptr, read } from "bun:ffi";
import { beforeAll, describe, expect, test } from "bun:test";
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressIn, loadImage } from "#kit/native/image.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";
import { stdoutOf } from "../support/run-process.ts";

const VERSION = { ee_abi_version: { args: [], returns: "u32" } } as const;
const HEX = { ee_hex: { args: ["ptr", "u64", "ptr"], returns: "void" } } as const;

const isLinux = process.platform === "linux";
if (!isLinux) console.warn("skipped: files without a name, and calls by number, are there on Linux only");

let library: string;
beforeAll(async () => {
  library = await hostLibrary();
}, COMPILE_TIMEOUT_MS);

describe("dlopen", () => {
  test.skipIf(!isLinux)("takes a file that only a descriptor names", () => {
    const folder = mkdtempSync(join(tmpdir(), "ee-bun-"));
    const copy = join(folder, "library");
    copyFileSync(library, copy);
    const file = openSync(copy, "r");
    rmSync(folder, { recursive: true });
    const { symbols } = dlopen(`/proc/self/fd/${file}`, VERSION);
    expect(symbols.ee_abi_version()).toBe(dlopen(library, VERSION).symbols.ee_abi_version());
    closeSync(file);
  });

  test("a name that is missing makes it fail as a whole, and is named", () => {
    const one = { ee_missing: { args: [], returns: "u32" } } as const;
    expect(() => dlopen(library, { ...VERSION, ...one })).toThrow("ee_missing");
    expect(() => dlopen(library, one)).toThrow("ee_missing");
  });

  test("a library that cannot be loaded: the loader's own words", () => {
    expect(() => dlopen("/no/such/library.so", VERSION)).toThrow(/no such file/i);
  });

  test.skipIf(!isLinux)("linkSymbols takes addresses of functions in a library whose file is gone", () => {
    const folder = mkdtempSync(join(tmpdir(), "ee-bun-"));
    const copy = join(folder, "library");
    copyFileSync(library, copy);
    const image = loadImage(copy);
    rmSync(folder, { recursive: true });
    const linked = linkSymbols({
      ee_abi_version: { ...VERSION.ee_abi_version, ptr: addressIn(image, "ee_abi_version") },
    });
    expect(linked.symbols.ee_abi_version()).toBe(dlopen(library, VERSION).symbols.ee_abi_version());
  });

  test("memory of a binding is not given back", async () => {
    const count = 20_000;
    const script = `const { dlopen } = require("bun:ffi");
const bind = (count) => { for (let i = 0; i < count; i++) dlopen(${JSON.stringify(library)}, { ee_release: { args: [], returns: "i32" } }); };
bind(1000);
Bun.gc(true);
const before = process.memoryUsage.rss();
bind(${count});
Bun.gc(true);
console.log(process.memoryUsage.rss() - before);`;
    // A binding takes some 500 bytes. Were they given back, the rest would be far below 250 bytes for each.
    expect(Number(await stdoutOf([process.execPath, "-e", script]))).toBeGreaterThan(250 * count);
  });
});

/** kill(2) by its number in the two system-call tables. */
const KILL: Partial<Record<string, number>> = { x64: 62, arm64: 129 };

test.skipIf(!isLinux)("a function of variable arguments is called with those that are declared", () => {
  const names = ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];
  const declared = {
    syscall: { args: [FFIType.i64, FFIType.i64, FFIType.i32], returns: FFIType.i64_fast },
  } as const;
  const open = (name: string) => {
    try {
      return dlopen(name, declared);
    } catch {
      return undefined; // the other C library
    }
  };
  const { syscall } = (open(names[0]!) ?? open(names[1]!))!.symbols;
  const nobody = 2 ** 30;
  expect([syscall(KILL[process.arch]!, process.pid, 0), syscall(KILL[process.arch]!, nobody, 0)]).toEqual([
    0, -1,
  ]);
});

describe("an empty array", () => {
  test("has no pointer and can be passed all the same, where nothing is read", () => {
    const empty = new Uint8Array(0);
    expect(() => ptr(empty)).toThrow(TypeError);
    expect(() => dlopen(library, HEX).symbols.ee_hex(empty, 0, empty)).not.toThrow();
  });
});

describe("the memory of an array", () => {
  /** The least that makes the collector work for it. */
  function collect(): void {
    for (let i = 0; i < 10_000; i++) new Uint8Array(64).fill(1);
    Bun.gc(true);
  }

  for (const length of [8, 48, 1_000, 65_536]) {
    test(`of ${length} bytes stays where it is when garbage is collected`, () => {
      const array = new Uint8Array(length);
      const address = ptr(array);
      collect();
      expect(ptr(array)).toBe(address);
    });
  }

  for (const [name, look] of [
    ["buffer", (array: Uint8Array) => array.buffer],
    ["subarray", (array: Uint8Array) => array.subarray(1)],
  ] as const) {
    test(`moves at the first ${name} of up to 1000 bytes, and what it held stays behind`, () => {
      const array = new Uint8Array(1_000).fill(7);
      const address = ptr(array);
      look(array);
      const moved = ptr(array);
      expect(moved).not.toBe(address);
      array.fill(0);
      expect(read.u8(address, 500)).toBe(7);
      look(array);
      expect(ptr(array)).toBe(moved);
    });

    test(`of more than that does not move at a ${name}`, () => {
      const array = new Uint8Array(1_001);
      const address = ptr(array);
      look(array);
      expect(ptr(array)).toBe(address);
    });
  }
});
