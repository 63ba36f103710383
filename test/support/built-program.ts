/** The program that `npm test` has built. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runForBytes } from "./run-process.ts";

export const BUILT_PROGRAM = join(import.meta.dir, "..", "..", "dist", "esoteric-entropy");

export function requireBuiltProgram(): string {
  if (!existsSync(BUILT_PROGRAM)) throw new Error(`${BUILT_PROGRAM} is missing: npm run build -- binary`);
  return BUILT_PROGRAM;
}

/** What it writes to stdout. @throws if it exits with anything but 0 */
export async function outputOf(...args: readonly string[]): Promise<Uint8Array> {
  const { exitCode, stdout, stderr } = await runForBytes([requireBuiltProgram(), ...args], { env: {} });
  if (exitCode !== 0) throw new Error(`${args.join(" ")} exited with ${exitCode}: ${stderr}`);
  return stdout;
}
