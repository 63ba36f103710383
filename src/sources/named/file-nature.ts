/** Tells what a path leads to, as far as a source must know. */
import { fstatSync, type Stats, statSync } from "node:fs";
import { isatty } from "node:tty";
import type { FileNature } from "../../platform/host.ts";

/** The kernel's generators: they compute what they give, from noise that is not theirs. */
const GENERATORS = ["/dev/random", "/dev/urandom"];

export function natureOf(stat: Stats): FileNature {
  if (stat.isFile()) return "replay";
  return GENERATORS.some((path) => isDevice(stat, path)) ? "generator" : "stream";
}

/** Returns why nothing can be read from it as from a device; undefined if something can. */
export function refusalOf(stat: Stats): string | undefined {
  if (stat.isDirectory()) return "it is a folder";
  if (stat.isSocket()) return "it is a socket; a command can read it";
  if (stat.isBlockDevice()) return "it is a disk: what is stored on it is no noise";
  if (isDevice(stat, "/dev/hwrng")) return "it is the source hwrng, which needs no other name";
  if (isOwnTerminal(stat)) return "it is the terminal of this program, where somebody types";
  return undefined;
}

/** Knows this process's terminal by its standard streams, and by the name that each process has for its own. */
function isOwnTerminal(stat: Stats): boolean {
  const streams = [0, 1, 2].filter((fd) => isatty(fd)).map((fd) => fstatSync(fd).rdev);
  return stat.isCharacterDevice() && (streams.includes(stat.rdev) || isDevice(stat, "/dev/tty"));
}

/** Tells if it is the character device at `path`, under whatever name. */
function isDevice(stat: Stats, path: string): boolean {
  const device = statSync(path, { throwIfNoEntry: false });
  return stat.isCharacterDevice() && device?.isCharacterDevice() === true && device.rdev === stat.rdev;
}
