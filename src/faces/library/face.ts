import type { Face } from "./engine.ts";

/** The builds for Bun and for Node replace `process.versions.bun` by a constant, so that each holds only its own half. */
export function face(): Promise<Face> {
  return process.versions.bun === undefined ? import("./over-program.ts") : import("./in-process.ts");
}
