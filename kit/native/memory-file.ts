/** A library as a file in memory (Linux). */
import { writeSync } from "node:fs";
import { bindCLibrary } from "./c-library.ts";
import { cText } from "./library.ts";

/** The number of memfd_create(2) in the two system-call tables: glibc has had a function for it only since 2.27. */
const MEMFD_CREATE: Partial<Record<string, number>> = { x64: 319, arm64: 279 };

/** MFD_CLOEXEC. Whether the file counts as executable (MFD_EXEC) matters to execve only, not to loading a library. */
const CLOEXEC = 1;

/**
 * Puts `content` into a file that exists in memory only and returns its path. It needs no folder, so no mount option can
 * forbid it. The file lives as long as the process: functions are bound in it one by one.
 * @param name shown in /proc/PID/maps
 * @throws Error if the kernel refuses
 */
export function memoryFile(name: string, content: Uint8Array): string {
  const file = createMemoryFile(name);
  for (let from = 0; from < content.length; ) from += writeSync(file, content, from);
  return `/proc/self/fd/${file}`;
}

function createMemoryFile(name: string): number {
  const number = MEMFD_CREATE[process.arch];
  if (number === undefined) throw new Error(`system calls of ${process.arch} are not known`);
  const { syscall } = bindCLibrary(SYSCALL);
  const file = Number(syscall(number, cText(name), CLOEXEC));
  if (file < 0) throw new Error("memfd_create was refused");
  return file;
}

/** long syscall(long number, ...): glibc and musl return -1 on failure. */
const SYSCALL = { syscall: { args: ["i64", "ptr", "u32"], returns: "i64" } } as const;
