import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryFile } from "#kit/native/memory-file.ts";
import { privateFile, privateFolders } from "#kit/native/private-file.ts";
import { loadLibrary } from "../../../ffi/index.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../../support/native-builds.ts";

let content: Buffer;
const base = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));

beforeAll(async () => {
  content = readFileSync(await hostLibrary());
}, COMPILE_TIMEOUT_MS);
afterAll(() => rmSync(base, { recursive: true }));

function works(path: string): void {
  const samples = new BigUint64Array(100);
  loadLibrary({ path }).kernel("mach_timing")(samples);
  expect(samples.every((sample) => sample > 0n)).toBe(true);
}

test("a library is put into a folder once, and loads from there", () => {
  const folder = join(base, "some", "folder");
  const path = privateFile(folder, "libdemo.so", content);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { ino } = statSync(path);
  expect(privateFile(folder, "libdemo.so", content)).toBe(path);
  expect(statSync(path).ino).toBe(ino);
  expect(readdirSync(folder)).toHaveLength(1);
  works(path);
});

test("a damaged file is replaced", () => {
  const folder = join(base, "damaged");
  const path = privateFile(folder, "libdemo.so", content);
  writeFileSync(path, "damaged");
  expect(privateFile(folder, "libdemo.so", content)).toBe(path);
  expect(readFileSync(path).equals(content)).toBe(true);
});

test("a folder that others may write to is refused", () => {
  const folder = join(base, "open");
  privateFile(folder, "libdemo.so", content);
  chmodSync(folder, 0o777);
  expect(() => privateFile(folder, "libdemo.so", content)).toThrow("open to others");
});

test("private folders are absolute and the product's own", () => {
  const folders = privateFolders("demo");
  expect(folders.length).toBeGreaterThan(0);
  for (const folder of folders) expect(folder).toMatch(/^\/.*\/demo$/);
});

test("on Windows, which has no user numbers, the profile's folder for caches is private", () => {
  const { platform, getuid, env } = process;
  const local = join(base, "AppData", "Local");
  Object.defineProperty(process, "platform", { value: "win32" });
  Object.defineProperty(process, "getuid", { value: undefined, configurable: true });
  process.env = { LOCALAPPDATA: local };
  try {
    expect(privateFolders("demo")).toEqual([join(local, "demo")]);
    const path = privateFile(join(local, "demo"), "demo.dll", content);
    expect(path).toEndWith("-demo.dll");
    expect(readFileSync(path).equals(content)).toBe(true);
  } finally {
    Object.defineProperty(process, "platform", { value: platform });
    Object.defineProperty(process, "getuid", { value: getuid });
    process.env = env;
  }
});

test.if(process.platform === "linux")("a library loads from a file in memory", () => {
  works(memoryFile("libdemo.so", content));
});
