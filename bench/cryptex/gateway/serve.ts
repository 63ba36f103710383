/** The built gateway, over rules and files of a benchmark. */
import { join } from "node:path";
import { Served } from "../../program/served.ts";
import { PROGRAM } from "../workbench.ts";

export interface Serving {
  /** Its data and its cache are below it. */
  readonly folder: string;
  readonly rules: string;
  /** The root `files`. */
  readonly root: string;
  readonly flags?: readonly string[];
}

export function serve({ folder, rules, root, flags = [] }: Serving): Promise<Served> {
  const command = [PROGRAM, "serve", "--port", "0", "--rules", rules, "--root", `files=${root}`, ...flags];
  return Served.start(command, homesIn(folder));
}

/** Variables that keep data and cache in a folder. */
export function homesIn(folder: string): Record<string, string> {
  return { XDG_DATA_HOME: join(folder, "data"), XDG_CACHE_HOME: join(folder, "cache") };
}
