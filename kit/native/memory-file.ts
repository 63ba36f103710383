/** A library, or a program, as a file in memory (Linux). */
import { closeSync, writeSync } from "node:fs";
import { bindCLibrary, ERRNO, errnoAt } from "./c-library.ts";
import { checkErrno, cText, once } from "./calls.ts";

/** The number of memfd_create(2) in the two system-call tables: glibc has had a function for it only since 2.27. */
const MEMFD_CREATE: Partial<Record<string, number>> = { x64: 319, arm64: 279 };

/**
 * MFD_CLOEXEC, and MFD_NOEXEC_SEAL or MFD_EXEC. The second says that no execve is wanted, which matters to no library, and without which
 * a system can be told to refuse (vm.memfd_noexec); the third that it is.
 */
const CLOEXEC = 1;
const NOEXEC_SEAL = 8;
const EXEC = 16;
const EINVAL = 22;

/**
 * Puts `content` into a file that exists in memory only. It needs no folder, so no mount option can forbid it and nobody else can
 * have been there before. It does need /proc, by which the loader opens it.
 * @param name shown in /proc/PID/maps
 * @param isProgram to be executed, not loaded
 * @throws NativeError or Error if the kernel refuses
 */
export function memoryFile(
  name: string,
  content: Uint8Array,
  isProgram = false,
): { readonly path: string; readonly descriptor: number } & Disposable {
  const file = createMemoryFile(name, isProgram ? EXEC : NOEXEC_SEAL);
  const close = () => closeSync(file);
  try {
    for (let from = 0; from < content.length; ) from += writeSync(file, content, from);
  } catch (error) {
    close();
    throw error;
  }
  return { path: `/proc/self/fd/${file}`, descriptor: file, [Symbol.dispose]: close };
}

function createMemoryFile(name: string, use: number): number {
  const number = MEMFD_CREATE[process.arch];
  if (number === undefined) throw new Error(`system calls of ${process.arch} are not known`);
  const create = (flags: number) => {
    // long syscall(long number, ...): glibc and musl return -1 on failure.
    const file = Number(functions().syscall(number, cText(name), flags));
    return file < 0 ? -errnoAt(functions().__errno_location()) : file;
  };
  const file = create(CLOEXEC | use);
  // Linux knows what a file is for since 6.3.
  const opened = file === -EINVAL ? create(CLOEXEC) : file;
  checkErrno("memfd_create", opened);
  return opened;
}

const functions = once(() =>
  bindCLibrary({ syscall: { args: ["i64", "ptr", "u32"], returns: "i64" }, ...ERRNO }),
);
