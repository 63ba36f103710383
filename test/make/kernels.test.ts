/** A kernel exists for TypeScript if and only if the library exports it. Here somebody forgets one or the other. */
import { describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { KERNELS } from "../../ffi/kernels.ts";
import { exportsOf, kernelList } from "../../make/kernels.ts";
import { checkedKernel } from "../../src/sources/acquire/native/checked-kernel.ts";
import { type KernelId, kernelSource } from "../../src/sources/acquire/native/kernel.ts";
import { openedKernel } from "../../src/sources/acquire/native/opened-kernel.ts";
import { clockJitter } from "../../src/sources/clock-jitter.ts";
import { buildLibrary, copyOfC, host } from "../support/native-builds.ts";
import { runProcess } from "../support/run-process.ts";

const BODY = "{ return out == 0 ? 0 : (int32_t)n; }\n";
const INCLUDES = '#include "ee.h"\n';

/** Builds the library from a copy of c/ with one more kernel file. Returns the message of the failure. */
async function refusal(text: string): Promise<string> {
  using copy = copyOfC();
  writeFileSync(join(copy.c, "kernels", "new_noise.c"), INCLUDES + text);
  try {
    await buildLibrary({ target: host(), root: copy.root });
  } catch (error) {
    return (error as Error).message;
  }
  return "built";
}

describe("the list of kernels", () => {
  test("is what `npm run gen` would write", () => {
    expect(readFileSync(join(ROOT, "ffi", "kernels.ts"), "utf8")).toBe(kernelList());
  });

  test("has what a file of c/kernels/ marks", () => {
    using copy = copyOfC();
    const file = join(copy.c, "kernels", "new_noise.c");
    writeFileSync(
      file,
      `${INCLUDES}EE_KERNEL int32_t ee_new_noise(uint64_t *out, size_t n) ${BODY}EE_COMMAND int32_t ee_new_noise_check(const char *nothing) { return nothing == 0; }\n`,
    );
    const before = exportsOf();
    const after = exportsOf(copy.root);
    expect(after.KERNEL).toEqual([...before.KERNEL, "new_noise"].sort());
    expect(after.COMMAND).toEqual([...before.COMMAND, "new_noise_check"].sort());
    rmSync(file);
    expect(exportsOf(copy.root)).toEqual(before);
  });
});

describe("the library is not built", () => {
  for (const [what, text, message] of [
    [
      "with a kernel that is not exported",
      `int32_t ee_new_noise(uint64_t *out, size_t n) ${BODY}`,
      "c/kernels/new_noise.c: ee_new_noise is not exported: mark it EE_KERNEL",
    ],
    [
      "with a kernel of another shape",
      `EE_KERNEL int32_t ee_new_noise(uint32_t *out, size_t n) ${BODY}`,
      "c/kernels/new_noise.c: ee_new_noise has not the shape of an EE_KERNEL",
    ],
    [
      "with a kernel that returns no error",
      `EE_KERNEL void ee_new_noise(uint64_t *out, size_t n) { out[n - 1] = 1; }\n`,
      "c/kernels/new_noise.c: ee_new_noise has not the shape of an EE_KERNEL",
    ],
    [
      "with a file that exports nothing",
      `static int32_t ee_new_noise(uint64_t *out, size_t n) ${BODY}`,
      "c/kernels/new_noise.c exports nothing",
    ],
  ] as const) {
    test(what, async () => expect(await refusal(text)).toContain(message));
  }

  test("while ffi/kernels.ts lacks one of its kernels", async () => {
    const list = kernelList({ ...exportsOf(), KERNEL: KERNELS.filter((id) => id !== "process") });
    expect(list).not.toBe(kernelList());
    using copy = copyOfC();
    mkdirSync(join(copy.root, "ffi"));
    writeFileSync(join(copy.root, "ffi", "kernels.ts"), list);
    await expect(buildLibrary({ target: host(), root: copy.root })).rejects.toThrow("npm run gen");
  });
});

describe("a source cannot be loaded", () => {
  const kernel = (id: string) => ({
    info: { ...clockJitter.info, id: id as KernelId },
    warmUpSamples: 0,
  });

  test("without its kernel", () => {
    expect(() => kernelSource(kernel("no_noise"))).toThrow("c/kernels/ exports no kernel ee_no_noise");
  });

  test("without the commands that it calls", () => {
    expect(() => checkedKernel(kernel("clock_jitter"), {})).toThrow("no command ee_clock_jitter_check");
    const opened = { ...kernel("clock_jitter"), obstacle: () => undefined, texts: () => [], reasons: {} };
    expect(() => openedKernel(opened)).toThrow("no command ee_clock_jitter_open");
  });

  test("and no binary is built with it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
    try {
      for (const name of [
        "build.ts",
        "ffi",
        "kit",
        "make",
        "package-lock.json",
        "package.json",
        "packages",
        "src",
      ]) {
        cpSync(join(ROOT, name), join(folder, name), { recursive: true });
      }
      symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
      const file = join(folder, "src", "sources", "clock-jitter.ts");
      const source = readFileSync(file, "utf8");
      writeFileSync(file, source.replace('"clock_jitter"', '"clock_noise"'));
      const command = [process.execPath, "build.ts", "binary"];
      const { exitCode, stderr } = await runProcess(command, { cwd: folder });
      expect([exitCode, stderr]).toEqual([1, "build: error: c/kernels/ exports no kernel ee_clock_noise\n"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
