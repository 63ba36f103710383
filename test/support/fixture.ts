import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Reads the recorded output of a tool or text of a system file, named `macos/…` or `linux/…`. */
export function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, "..", "fixtures", name), "utf8");
}
