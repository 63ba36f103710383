/** Tells files apart by device and number, whatever names and links lead to them. */
import { type BigIntStats, fstatSync, statSync } from "node:fs";
import { placeOf } from "./links.ts";

/** A path, whose links are followed, or an open descriptor. */
export type FileName = string | Buffer | number;

/** Identifies what the name leads to; undefined where there is nothing. */
export function identityOf(name: FileName): string | undefined {
  const stats = statsOf(name);
  return stats && `${stats.dev}:${stats.ino}`;
}

/**
 * Identifies where something would be written: the file that is there, else its place. Undefined for what takes all and keeps nothing, as
 * terminals and null devices.
 */
export function targetOf(name: FileName): string | undefined {
  const stats = statsOf(name);
  if (stats) return stats.isCharacterDevice() ? undefined : `${stats.dev}:${stats.ino}`;
  return typeof name === "string" ? placeOf(name) : undefined;
}

/** Numbers of Windows' files do not fit a double: two would seem to be one. */
function statsOf(name: FileName): BigIntStats | undefined {
  try {
    if (typeof name === "number") return fstatSync(name, { bigint: true });
    return statSync(name, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined; // whoever opens it says why it cannot be opened
  }
}
