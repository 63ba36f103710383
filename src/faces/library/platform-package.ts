/** The npm package with this platform's binaries, `@esoteric-entropy/<os>-<arch>[-musl]`: the program and the native library. */
import { createRequire } from "node:module";
import { hostTarget, libraryFile } from "#kit/native/target.ts";

/** Returns the file's path; undefined if the package is not installed, as in this repository. */
export function platformFile(what: "program" | "library"): string | undefined {
  const target = hostTarget();
  const file = what === "program" ? "bin/esoteric-entropy" : `lib/${libraryFile("ee", target)}`;
  try {
    return createRequire(import.meta.url).resolve(`${platformPackage()}/${file}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

export function platformPackage(): string {
  return `@esoteric-entropy/${hostTarget()}`;
}
