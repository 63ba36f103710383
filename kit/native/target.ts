/** The systems that libraries and binaries are made for, and the names of library files on each. */
import { existsSync, readFileSync } from "node:fs";

/** The targets that kit/make can build for. `-musl` stands for Linux with musl as its C library. */
export const TARGETS = [
  "darwin-arm64",
  "darwin-x64",
  "freebsd-x64",
  "linux-arm64",
  "linux-arm64-musl",
  "linux-x64",
  "linux-x64-musl",
  "windows-x64",
] as const;

export type Target = (typeof TARGETS)[number];

export function isTarget(name: string): name is Target {
  return (TARGETS as readonly string[]).includes(name);
}

/** Looks at the loader mapped into this process: a machine may have both C libraries. */
function runsOnMusl(): boolean {
  const maps = "/proc/self/maps";
  return existsSync(maps) && readFileSync(maps, "latin1").includes("/ld-musl-");
}

/** Names what this process runs on, whether or not it is one of TARGETS. */
export function hostTarget(): string {
  const musl = process.platform === "linux" && runsOnMusl() ? "-musl" : "";
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `${system}-${process.arch}${musl}`;
}

/** Names the file of a program on `target`. */
export function executableFile(name: string, target: string): string {
  return target.startsWith("windows-") ? `${name}.exe` : name;
}

/** Names the file of the library `name` on `target`, a target or a value of process.platform. */
export function libraryFile(name: string, target: string): string {
  if (target.startsWith("win")) return `${name}.dll`;
  return target.startsWith("darwin") ? `lib${name}.dylib` : `lib${name}.so`;
}
