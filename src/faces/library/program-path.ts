import { accessSync, constants } from "node:fs";
import { EntropyError } from "../../errors.ts";
import { platformFile, platformPackage } from "./platform-package.ts";

const VARIABLE = "ESOTERIC_ENTROPY_BINARY";

/**
 * The program: what the caller says, else what the environment says, else the platform package's.
 * @throws EntropyError "tool" where there is none
 */
export function programPath(said: string | undefined): string {
  const path = said ?? (process.env[VARIABLE] || undefined) ?? platformFile("program");
  const hints = [`name the program with the option 'program' or the environment variable ${VARIABLE}`];
  if (path === undefined) {
    throw new EntropyError("tool", `the package ${platformPackage()} is not installed`, { hints });
  }
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new EntropyError("tool", `${path} is not a program that can be run`, { cause, hints });
  }
  return path;
}
