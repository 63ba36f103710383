/** The built programs, current: a test that asks for one has it built if a source is newer. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { runForBytes } from "./run-process.ts";

/** All that goes into each program, and what puts it there. */
const SHARED = ["kit", "build.ts", "package.json", "package-lock.json"];
const SOURCES = {
  "esoteric-entropy": [...SHARED, "src", "ffi", "c", "make"],
  cryptex: [...SHARED, "packages/cryptex/src", "packages/cryptex/engine", "packages/cryptex/make"],
} as const;

type ProductName = keyof typeof SOURCES;

const current = new Set<ProductName>();

/** Returns the path of the program. @throws Error with the build's messages */
export function requireBuiltProgram(product: ProductName = "esoteric-entropy"): string {
  const path = join(ROOT, "dist", product);
  if (current.has(product)) return path;
  if (!existsSync(path) || newestSourceMs(product) >= statSync(path).mtimeMs) build(product);
  current.add(product);
  return path;
}

function newestSourceMs(product: ProductName): number {
  const files = SOURCES[product].flatMap((name) => {
    const path = join(ROOT, name);
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path, { recursive: true, encoding: "utf8" }).map((file) => join(path, file));
  });
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

function build(product: ProductName): void {
  const command = [process.execPath, "build.ts", "binary", `--product=${product}`];
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd: ROOT });
  if (exitCode !== 0) throw new Error(`the program could not be built:\n${stderr}`);
}

/** Returns what esoteric-entropy writes to stdout. @throws Error if it exits with anything but 0 */
export async function outputOf(...args: readonly string[]): Promise<Uint8Array> {
  const { exitCode, stdout, stderr } = await runForBytes([requireBuiltProgram(), ...args], { env: {} });
  if (exitCode !== 0) throw new Error(`${args.join(" ")} exited with ${exitCode}: ${stderr}`);
  return stdout;
}
