/** The program that `npm test` has built. */
import { existsSync } from "node:fs";
import { join } from "node:path";

export const BUILT_PROGRAM = join(import.meta.dir, "..", "..", "dist", "esoteric-entropy");

export function requireBuiltProgram(): string {
  if (!existsSync(BUILT_PROGRAM)) throw new Error(`${BUILT_PROGRAM} is missing: npm run build -- binary`);
  return BUILT_PROGRAM;
}

/** What it writes to stdout. @throws if it exits with anything but 0 */
export async function outputOf(...args: readonly string[]): Promise<Uint8Array> {
  const child = Bun.spawn([requireBuiltProgram(), ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    env: {},
  });
  const bytes = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`${args.join(" ")} exited with ${exitCode}`);
  return bytes;
}
