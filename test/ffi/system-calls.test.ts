/** The services of the native library. */
import { beforeAll, describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { lstatSync, mkdtempSync, rmSync } from "node:fs";
import { constants as os, tmpdir } from "node:os";
import { join } from "node:path";
import { loadLibrary, type NativeLibrary } from "../../ffi/index.ts";
import { NativeError } from "../../src/errors.ts";
import { COMPILE_TIMEOUT_MS, hostLibrary } from "../support/native-builds.ts";

let library: NativeLibrary;

beforeAll(async () => {
  await hostLibrary();
  library = loadLibrary();
}, COMPILE_TIMEOUT_MS);

/** Returns the errno with which an action fails, 0 if it succeeds. */
function errnoOf(action: () => void): number | undefined {
  try {
    action();
    return 0;
  } catch (error) {
    if (error instanceof NativeError) return error.errno;
    throw error;
  }
}

test("makeFifo makes one, and refuses a path that exists", () => {
  const folder = mkdtempSync(join(tmpdir(), "ee-fifo-"));
  const path = join(folder, "ö-fifo");
  expect(errnoOf(() => library.makeFifo(path, 0o600))).toBe(0);
  expect(lstatSync(path).isFIFO()).toBe(true);
  expect(errnoOf(() => library.makeFifo(path, 0o600))).toBe(os.errno.EEXIST);
  expect(() => library.makeFifo(`${folder}/a\0b`, 0o600)).toThrow(RangeError);
  rmSync(folder, { recursive: true });
});

describe("feedKernel", () => {
  const onLinux = process.platform === "linux";
  const feed = (bytes: number, bits: number) =>
    errnoOf(() => library.feedKernel(new Uint8Array(randomBytes(bytes)), bits));

  test("credits no more than eight bits a byte, and takes no more than 512 bytes", () => {
    if (!onLinux) return void expect(feed(32, 0)).toBe(os.errno.ENOTSUP);
    expect(feed(32, 257)).toBe(os.errno.EINVAL);
    expect(feed(513, 0)).toBe(os.errno.EINVAL);
    expect(() => feed(0, 0)).toThrow(RangeError);
  });

  test("is for root", () => {
    if (!onLinux) return console.warn("skipped: Linux alone counts entropy that is brought to it");
    const errno = feed(512, 0); // credited nothing: these bytes are the kernel's own
    if (process.geteuid?.() !== 0) expect(errno).toBe(os.errno.EPERM);
    else if (errno === os.errno.EPERM) console.warn("skipped: root has no CAP_SYS_ADMIN here");
    else expect(errno).toBe(0);
  });
});

test("reseedKernel is for those who may feed it", () => {
  const errno = errnoOf(() => library.reseedKernel());
  if (process.platform !== "linux") return void expect(errno).toBe(os.errno.ENOTSUP);
  if (process.geteuid?.() !== 0) expect(errno).toBe(os.errno.EPERM);
  else if (errno === os.errno.EPERM) console.warn("skipped: root has no CAP_SYS_ADMIN here");
  else expect([0, os.errno.EINVAL, os.errno.ENODATA]).toContain(errno!);
});
