/** Files of packages that package-lock.json names but npm does not install here, because they are made for other machines. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./native.ts";

export interface LockedPackage {
  readonly version: string;
  /** As npm writes it: `sha512-` and the digest of the archive in base64. */
  readonly integrity: string;
}

/**
 * What package-lock.json says of a package; nothing if it does not name it, or without a hash: so stand there those that
 * the registry did not have.
 */
export function lockedPackage(name: string): LockedPackage | undefined {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const locked = packages[`node_modules/${name}`];
  return locked?.integrity && { version: locked.version, integrity: locked.integrity };
}

/**
 * Path of a file of a package: where npm installed it, or in a copy that is fetched through npm when it is wanted first, its
 * content held against package-lock.json.
 */
export async function packageFile(name: string, file: string): Promise<string> {
  const locked = lockedPackage(name);
  if (!locked) throw new Error(`package-lock.json does not name ${name}`);
  const installed = join(ROOT, "node_modules", name);
  const folder = isWhole(installed, file, locked.version) ? installed : await fetchPackage(name, locked);
  return join(folder, file);
}

function isWhole(folder: string, file: string, version: string): boolean {
  const manifest = join(folder, "package.json");
  return (
    existsSync(join(folder, file)) &&
    existsSync(manifest) &&
    JSON.parse(readFileSync(manifest, "utf8")).version === version
  );
}

async function fetchPackage(name: string, { version, integrity }: LockedPackage): Promise<string> {
  const folder = join(ROOT, "build", "packages", `${name.replace("/", "-")}-${version}`);
  if (existsSync(folder)) return join(folder, "package");
  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
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
    place(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return join(folder, "package");
}

/** Another build may have fetched the same package meanwhile; then its copy stays. */
function place(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
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
