import type { Face } from "./engine.ts";

/** The builds for Bun and for Node state `process.versions.bun` as a constant, so that each holds its own half only. */
export function face(): Promise<Face> {
  return process.versions.bun === undefined ? import("./over-program.ts") : import("./in-process.ts");
}
