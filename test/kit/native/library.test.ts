/** A library of another product: nothing in kit/native knows esoteric-entropy's. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NativeError } from "#kit/errors.ts";
import { buildNative } from "#kit/make/native.ts";
import { checkErrno, cText, once, oncePerName, textAt } from "#kit/native/calls.ts";
import { Library } from "#kit/native/library.ts";
import { hostTarget, isTarget, libraryFile } from "#kit/native/target.ts";
import { COMPILE_TIMEOUT_MS, host } from "../../support/native-builds.ts";

const SOURCE = `#include <stdint.h>
#define EXPORT __attribute__((visibility("default")))
EXPORT uint32_t demo_version(void) { return 7; }
EXPORT int32_t demo_fail(int32_t number) { return -number; }
EXPORT const char *demo_name(void) { return "demo"; }
EXPORT const char *demo_nothing(void) { return 0; }
EXPORT int32_t demo_length(const char *text) { int32_t n = 0; while (text[n]) n++; return n; }
`;
const DEMO = { name: "demo", versionSymbol: "demo_version", abiVersion: 7 };

const root = mkdtempSync(join(tmpdir(), "kit-native-"));
let path: string;

beforeAll(async () => {
  mkdirSync(join(root, "c"));
  writeFileSync(join(root, "c", "demo.c"), SOURCE);
  path = await buildNative({ library: "demo", folder: "c", includes: [] }, { target: host(), root });
}, COMPILE_TIMEOUT_MS);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a library", () => {
  test("is compiled under its own name", () => {
    expect(path).toEndWith(join("build", "native", host(), libraryFile("demo", host())));
  });

  test("is opened, and its functions are bound by name", () => {
    const library = Library.open(path, DEMO);
    expect([library.path, library.abiVersion]).toEqual([path, 7]);
    const { demo_length, demo_name } = library.bind({
      demo_length: { args: ["ptr"], returns: "i32" },
      demo_name: { args: [], returns: "ptr" },
    });
    expect(demo_length(cText("four"))).toBe(4);
    expect(textAt(demo_name())).toBe("demo");
  });

  test("of another version, or without the version's symbol, is refused", () => {
    expect(() => Library.open(path, { ...DEMO, abiVersion: 8 })).toThrow(
      "has ABI version 7, this program needs 8",
    );
    expect(() => Library.open(path, { ...DEMO, versionSymbol: "other_version" })).toThrow(NativeError);
    expect(() => Library.open(join(root, "none.so"), DEMO)).toThrow(NativeError);
  });

  test("lacks a function: an error with its name", () => {
    expect(() => Library.open(path, DEMO).bind({ demo_none: { args: [], returns: "i32" } })).toThrow(
      "demo_none",
    );
  });
});

describe("results of C functions", () => {
  test("a negative number is an errno", () => {
    const { demo_fail } = Library.open(path, DEMO).bind({ demo_fail: { args: ["i32"], returns: "i32" } });
    expect(() => checkErrno("demo", demo_fail(2))).toThrow("demo: ENOENT (errno 2)");
    expect(checkErrno("demo", demo_fail(-2))).toBeUndefined();
  });

  test("no text is an error, and so is a text that C would cut short", () => {
    const { demo_nothing } = Library.open(path, DEMO).bind({ demo_nothing: { args: [], returns: "ptr" } });
    expect(() => textAt(demo_nothing())).toThrow(NativeError);
    expect(() => cText("a\0b")).toThrow(RangeError);
  });
});

test("once and oncePerName make nothing twice, undefined included", () => {
  let made = 0;
  const single = once(() => void made++);
  single();
  single();
  expect(made).toBe(1);
  const named = oncePerName((name) => `${name} ${++made}`);
  expect([named("a"), named("b"), named("a")]).toEqual(["a 2", "b 3", "a 2"]);
});

test("targets and their files", () => {
  expect(isTarget(hostTarget())).toBe(true);
  expect(isTarget("linux-riscv64")).toBe(false);
  expect(libraryFile("demo", "linux-x64-musl")).toBe("libdemo.so");
  expect(libraryFile("demo", "darwin-arm64")).toBe("libdemo.dylib");
  expect(libraryFile("demo", "win32")).toBe("demo.dll");
});
