/** Inheritance of a process from whoever has started it: signals that are ignored, and standard descriptors that are closed. */

import type { FFIFunction } from "bun:ffi";
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { NativeError } from "../errors.ts";

const NULL_DEVICE = "/dev/null";
/** Command and flag of fcntl(2), the same on Linux and macOS. */
const F_GETFD = 1;
const FD_CLOEXEC = 1;
/** Handler of signal(2) that ignores. */
const SIG_IGN = 1n;

/**
 * Has reading of a standard input, and writing to a standard output or error, that was closed at the start fail as it does with a closed
 * descriptor, whoever does it. Until then the runtime has opened the null device there, before any other file, so that no other file gets
 * the number. Here that is opened the other way round: as the GNU core utilities do (stdopen.c).
 */
export function refuseClosedDescriptors(): void {
  for (const [fd, contrary] of [constants.O_WRONLY, constants.O_RDONLY, constants.O_RDONLY].entries()) {
    if (!wasClosed(fd)) continue;
    const other = openSync(NULL_DEVICE, contrary);
    try {
      cLibrary({ dup2: { args: ["i32", "i32"], returns: "i32" } })?.dup2(other, fd);
    } finally {
      closeSync(other);
    }
  }
}

/** No descriptor that was inherited is closed when a program is started from here: the runtime has opened those that are. */
function wasClosed(fd: number): boolean {
  if (!isNullDevice(fd)) return false; // nearly always, and costs no library
  const flags = cLibrary({ fcntl: { args: ["i32", "i32"], returns: "i32" } })?.fcntl(fd, F_GETFD) ?? 0;
  return (flags & FD_CLOEXEC) !== 0;
}

function isNullDevice(fd: number): boolean {
  try {
    const { rdev } = fstatSync(fd);
    return rdev !== 0 && rdev === statSync(NULL_DEVICE).rdev;
  } catch {
    return false; // there is no such device here, or a descriptor that nothing stands behind
  }
}

/** True for a signal that was ignored from the start, as nohup has it: a handler would undo that. Ask before there is one. */
export function isIgnored(signal: number): boolean {
  try {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))!;
    return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) !== 0n;
  } catch {
    return isIgnoredByHandler(signal);
  }
}

/** Tells the same where no file does, as on macOS: setting a handler returns the one before. */
export function isIgnoredByHandler(number: number): boolean {
  const set = cLibrary({ signal: { args: ["i32", "u64"], returns: "u64" } })?.signal;
  if (!set) return false;
  const before = set(number, SIG_IGN);
  if (before !== SIG_IGN) set(number, before);
  return before === SIG_IGN;
}

/** Loaded when it is needed: few starts do. */
function cLibrary<S extends Readonly<Record<string, FFIFunction>>>(signatures: S) {
  const { bindCLibrary } = require("./c-library.ts") as typeof import("./c-library.ts");
  try {
    return bindCLibrary(signatures);
  } catch (error) {
    if (error instanceof NativeError) return undefined; // a system without one of these names
    throw error;
  }
}
