import { accessSync, constants, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EntropyError } from "../../errors.ts";
import { platformFile, platformPackage } from "./platform-package.ts";

const VARIABLE = "ESOTERIC_ENTROPY_BINARY";

/**
 * Finds the program: the caller's, else the environment's, else the platform package's, else the one that was built in
 * the same checkout as this library.
 * @throws EntropyError "tool" if there is none
 */
export function programPath(given: string | undefined): string {
  const path = given ?? (process.env[VARIABLE] || undefined) ?? platformFile("program") ?? builtBeside();
  const hints = [`set the option 'program' or the environment variable ${VARIABLE} to its path`];
  if (path === undefined) {
    throw new EntropyError("tool", `the package ${platformPackage()} is not installed`, { hints });
  }
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new EntropyError("tool", `${path} is not an executable program`, { cause, hints });
  }
  return path;
}

/** dist/esoteric-entropy, as seen from dist/lib. */
function builtBeside(): string | undefined {
  const path = fileURLToPath(new URL("../esoteric-entropy", import.meta.url));
  return existsSync(path) ? path : undefined;
}
