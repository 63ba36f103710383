/** Every target compiles to a library for that system, with the same exports. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { buildNativeProgram } from "#kit/make/native.ts";
import { KERNELS } from "../../ffi/kernels.ts";
import { esotericEntropy, native } from "../../make/esoteric-entropy.ts";
import { readLibraryFile } from "../support/library-file.ts";
import { buildLibrary, COMPILE_TIMEOUT_MS, copyOfC, exportedNames } from "../support/native-builds.ts";

test("one kernel a file", () => {
  expect(KERNELS.length).toBeGreaterThanOrEqual(8);
  const files = readdirSync(join(ROOT, "c", "kernels"));
  for (const id of KERNELS) expect(files).toContain(`${id}.c`);
  expect(exportedNames).toContain("ee_abi_version");
  for (const id of KERNELS) expect(exportedNames).toContain(`ee_${id}`);
});

for (const target of esotericEntropy.targets) {
  test(
    `${target} compiles`,
    async () => {
      const file = readLibraryFile(readFileSync(await buildLibrary({ target })));
      const darwin = target.startsWith("darwin");
      expect(file.format).toBe(darwin ? "Mach-O" : "ELF");
      expect(target).toContain(file.machine);
      expect(file.exports).toEqual(exportedNames);
      if (darwin) {
        expect(file.needed).toEqual(["/usr/lib/libSystem.B.dylib"]);
        expect(file.minimumOs).toBe("13.0");
        if (target === "darwin-arm64") expect(file.signed).toBe(true);
      } else {
        // Threads and dlopen were in libraries of their own until glibc 2.34.
        const glibc = ["libc.so.6", "libdl.so.2", "libpthread.so.0"];
        expect(file.needed.toSorted()).toEqual(target.endsWith("-musl") ? ["libc.so"] : glibc);
      }
    },
    COMPILE_TIMEOUT_MS,
  );
}

for (const target of esotericEntropy.targets) {
  test(
    `${target}: the program that goes with it needs the C library of the system, and no other`,
    async () => {
      const file = readLibraryFile(readFileSync(await buildNativeProgram(native, { target })));
      expect(target).toContain(file.machine);
      expect(file.imports).toContain("dlopen");
      if (target.startsWith("darwin")) {
        expect(file.needed).toEqual(["/usr/lib/libSystem.B.dylib"]);
        expect(file.minimumOs).toBe("13.0");
        expect(file.signed === true || target === "darwin-x64").toBe(true);
      } else {
        const glibc = ["libc.so.6", "libdl.so.2"];
        expect(file.needed.toSorted()).toEqual(target.endsWith("-musl") ? ["libc.so"] : glibc);
      }
    },
    COMPILE_TIMEOUT_MS,
  );
}

for (const target of ["linux-x64", "darwin-arm64"] as const) {
  test(
    `${target}: the same bytes wherever it is compiled`,
    async () => {
      using copy = copyOfC();
      const here = readFileSync(await buildLibrary({ target }));
      const there = readFileSync(await buildLibrary({ target, root: copy.root }));
      expect(there.equals(here)).toBe(true);
      expect(there.includes(copy.root)).toBe(false);
      const program = readFileSync(await buildNativeProgram(native, { target }));
      const other = readFileSync(await buildNativeProgram(native, { target, root: copy.root }));
      expect(other.equals(program)).toBe(true);
    },
    COMPILE_TIMEOUT_MS,
  );
}
