import { existsSync, readFileSync } from "node:fs";

/** The systems a native library and a binary are built for. `-musl` stands for Linux with musl as its C library. */
export const TARGETS = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm64",
  "linux-arm64-musl",
  "linux-x64",
  "linux-x64-musl",
] as const;

export type Target = (typeof TARGETS)[number];

export function isTarget(name: string): name is Target {
  return (TARGETS as readonly string[]).includes(name);
}

/** Whether this very process runs on musl: its loader is mapped into it. A machine may have both C libraries. */
function runsOnMusl(): boolean {
  const maps = "/proc/self/maps";
  return existsSync(maps) && readFileSync(maps, "latin1").includes("/ld-musl-");
}

/** What this process runs on, be it supported or not. */
export function hostTarget(): string {
  const musl = process.platform === "linux" && runsOnMusl() ? "-musl" : "";
  return `${process.platform}-${process.arch}${musl}`;
}

/** Name of the library file for a target. */
export function libraryFile(target: string): string {
  return target.startsWith("darwin") ? "libee.dylib" : "libee.so";
}
