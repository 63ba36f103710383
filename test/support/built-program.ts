/** The built program, current: a test that asks for it has it built if a source is newer. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { runForBytes } from "./run-process.ts";

const BUILT_PROGRAM = join(ROOT, "dist", "esoteric-entropy");

/** All that goes into the program, and what puts it there. */
const SOURCES = ["src", "kit", "ffi", "c", "make", "build.ts", "package.json", "package-lock.json"];

let isCurrent = false;

/** Returns the path of the program. @throws Error with the build's messages */
export function requireBuiltProgram(): string {
  isCurrent ||= existsSync(BUILT_PROGRAM) && newestSourceMs() < statSync(BUILT_PROGRAM).mtimeMs;
  if (!isCurrent) build();
  isCurrent = true;
  return BUILT_PROGRAM;
}

function newestSourceMs(): number {
  const files = SOURCES.flatMap((name) => {
    const path = join(ROOT, name);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: "utf8" }).map((file) => join(path, file));
  });
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

function build(): void {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, "build.ts", "binary"], { cwd: ROOT });
  if (exitCode !== 0) throw new Error(`the program could not be built:\n${stderr}`);
}

/** Returns what it writes to stdout. @throws Error if it exits with anything but 0 */
export async function outputOf(...args: readonly string[]): Promise<Uint8Array> {
  const { exitCode, stdout, stderr } = await runForBytes([requireBuiltProgram(), ...args], { env: {} });
  if (exitCode !== 0) throw new Error(`${args.join(" ")} exited with ${exitCode}: ${stderr}`);
  return stdout;
}
