/** The npm packages with this machine's program, built once in a run of tests, for it takes seconds. Not to be changed. */
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { buildNpmPackages } from "#kit/make/npm.ts";
import { esotericEntropy } from "../../make/esoteric-entropy.ts";
import { requireBuiltProgram } from "./built-program.ts";
import { host } from "./native-builds.ts";

let packages: Promise<string[]> | undefined;

/** Returns their folders: the program's package, then the launcher with the library. */
export function npmPackages(): Promise<string[]> {
  const binaries = new Map([[host(), requireBuiltProgram()]]);
  packages ??= buildNpmPackages(esotericEntropy, join(ROOT, "build", "test", "npm"), binaries);
  return packages;
}
