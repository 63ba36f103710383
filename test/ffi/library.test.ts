import { beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ABI_VERSION, loadLibrary, type NativeLibrary, type WordsFunction } from "../../ffi/index.ts";
import { KERNELS } from "../../ffi/kernels.ts";
import { NativeError } from "../../src/errors.ts";
import { buildLibrary, COMPILE_TIMEOUT_MS, copyOfC, host, hostLibrary } from "../support/native-builds.ts";
import { readyKernel } from "../support/ready-kernel.ts";

let library: NativeLibrary;

beforeAll(async () => {
  await hostLibrary();
  library = loadLibrary();
}, COMPILE_TIMEOUT_MS);

function failure(action: () => unknown): NativeError {
  try {
    action();
  } catch (error) {
    if (error instanceof NativeError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("the library of this build", () => {
  test("is found by itself, and loaded once", () => {
    expect(library.path).toContain(join("build", "native", host()));
    expect(library.abiVersion).toBe(ABI_VERSION);
    expect(loadLibrary()).toBe(library);
  });

  test("has the ABI version of c/ee.h", () => {
    const header = readFileSync(join(import.meta.dirname, "../../c/ee.h"), "utf8");
    expect(header).toContain(`#define EE_ABI_VERSION ${ABI_VERSION}\n`);
  });

  test("has all kernels, under their names", () => {
    for (const id of KERNELS) {
      using ready = readyKernel(library, id);
      if (!ready.kernel) continue;
      const samples = new BigUint64Array(10);
      ready.kernel(samples);
      expect(samples.some((sample) => sample > 0n)).toBe(true);
    }
  });

  for (const id of [
    "no_such_kernel",
    "",
    "abi_version",
    "release",
    "clock_name",
    "../etc",
    "DRAM_ROW_BUFFER",
    "__proto__",
  ]) {
    test(`has no kernel "${id}"`, () => {
      expect(failure(() => library.kernel(id as WordsFunction)).message).toContain(`no kernel "${id}"`);
    });
  }

  test("wants an array of 64-bit integers", () => {
    const kernel = library.kernel("clock_jitter") as (out: unknown) => void;
    for (const wrong of [new Uint8Array(8), new BigInt64Array(8), [1n], 8, undefined, null]) {
      expect(() => kernel(wrong)).toThrow(TypeError);
    }
  });
});

describe("a library that cannot be used says why", () => {
  test("there is no file", () => {
    const { message, code } = failure(() => loadLibrary({ path: "/no/such/libee.so" }));
    expect(code).toBe("native");
    expect(message).toContain("/no/such/libee.so");
    expect(message).toMatch(/no such file|No such file/);
  });

  test("it is something else", () => {
    const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
    const path = join(folder, "libee.so");
    writeFileSync(path, "not a library");
    expect(failure(() => loadLibrary({ path })).message).toContain(path);
    rmSync(folder, { recursive: true });
  });

  test(
    "it has another ABI version",
    async () => {
      using copy = copyOfC();
      const header = join(copy.c, "ee.h");
      const text = readFileSync(header, "utf8");
      writeFileSync(header, text.replace(/(#define EE_ABI_VERSION) \d+/, "$1 999"));
      const path = await buildLibrary({ target: host(), root: copy.root });
      expect(failure(() => loadLibrary({ path })).message).toContain(
        `has ABI version 999, this program needs ${ABI_VERSION}`,
      );
    },
    COMPILE_TIMEOUT_MS,
  );
});
