/** The Bun executable that a binary for another system is made of: the npm package bun itself would install there. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "../ffi/target.ts";
import { ROOT } from "./native.ts";

interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
}

/** Path of the executable, fetched through npm when it is wanted first, its content held against package-lock.json. */
export async function fetchRuntime(target: Target): Promise<string> {
  const name = `@oven/bun-${target.replace("arm64", "aarch64")}`;
  const { version, integrity } = lockedPackage(name);
  const folder = join(ROOT, "build", "runtime", `${target}-${version}`);
  const executable = join(folder, "package", "bin", "bun");
  if (existsSync(executable)) return executable;

  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const packed = await run([
    "npm",
    "pack",
    `${name}@${version}`,
    "--silent",
    "--pack-destination",
    unfinished,
  ]);
  const archive = join(unfinished, packed.trim());
  const digest = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (digest !== integrity)
    throw new Error(`${name}@${version} is not the package that package-lock.json names`);
  await run(["tar", "-xzf", archive, "-C", unfinished]);
  rmSync(archive);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return executable;
}

function lockedPackage(name: string): LockedPackage {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const locked: LockedPackage | undefined = lock.packages[`node_modules/${name}`];
  if (!locked) throw new Error(`package-lock.json does not name ${name}`);
  if (locked.version !== Bun.version) {
    throw new Error(`${name} is locked at ${locked.version}, but Bun ${Bun.version} is running`);
  }
  return locked;
}

async function run(command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
  const [output, messages, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0)
    throw new Error(`${command.join(" ")} failed: ${messages.trim() || `exit code ${exitCode}`}`);
  return output;
}
