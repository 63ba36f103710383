import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a tool printed or a file of the system said: `macos/…` or `linux/…`. */
export function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, "..", "fixtures", name), "utf8");
}
