/** Reads package-lock.json and finds the packages that it names: installed ones, and those for other systems. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { once } from "../native/calls.ts";
import { executableFile, type Target } from "../native/target.ts";
import { ROOT } from "./checkout.ts";

/** An entry of package-lock.json, version 3. */
export interface LockEntry {
  readonly version: string;
  /** As npm writes it: `sha512-` and the digest of the archive in base64. Missing where the registry did not have the package. */
  readonly integrity?: string;
  readonly license?: string;
  /** Only for development. */
  readonly dev?: boolean;
  /** A folder of this project. */
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Entries by the folder of the package, such as "node_modules/a/node_modules/@b/c"; the project itself is "". */
export type LockEntries = Readonly<Record<string, LockEntry>>;

export const lockEntries: () => LockEntries = once(
  () => JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages,
);

/** Names the package in a folder: `@b/c` for `node_modules/a/node_modules/@b/c`. */
export function packageName(folder: string): string {
  return folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
}

/** Finds the innermost package that a file belongs to, as package-lock.json names its folder; undefined for a file of ours. */
export function packageOf(file: string): string | undefined {
  return /(?:^|\/)(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

export interface LockedPackage {
  readonly version: string;
  readonly integrity: string;
}

/** Looks up a package in the outermost folder; undefined if package-lock.json does not name it, or without a hash. */
export function lockedPackage(name: string): LockedPackage | undefined {
  const { version, integrity } = lockEntries()[`node_modules/${name}`] ?? {};
  return version !== undefined && integrity ? { version, integrity } : undefined;
}

/**
 * Finds a file of a package: where npm installed it, or in a copy that is fetched through npm when first wanted and checked
 * against package-lock.json.
 */
export async function packageFile(name: string, file: string): Promise<string> {
  return join(await packageFolder(`node_modules/${name}`, file), file);
}

/** Finds the folder of a package, as `packageFile`. @param file a file that a complete copy has */
export async function packageFolder(folder: string, file = "package.json"): Promise<string> {
  const name = packageName(folder);
  const { version, integrity } = lockEntries()[folder] ?? {};
  if (version === undefined || !integrity) throw new Error(`package-lock.json does not name ${name}`);
  const installed = join(ROOT, folder);
  return isWhole(installed, file, version) ? installed : await fetchPackage(name, { version, integrity });
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
    if (digest !== integrity) {
      throw new Error(`${name}@${version} is not the package that package-lock.json names`);
    }
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
  if (exitCode !== 0) {
    throw new Error(`${command.join(" ")} failed: ${messages.trim() || `exit code ${exitCode}`}`);
  }
  return output;
}

// ---- The runtime: the npm package that Bun's own would install on a system ----

export interface RuntimePackage extends LockedPackage {
  readonly name: string;
}

/** Names the runtime's package. @throws Error if its version is not that of the running Bun, which makes the bytecode */
export function runtimePackage(target: Target): RuntimePackage {
  const name = `@oven/bun-${target.replace("arm64", "aarch64")}`;
  const locked = lockedPackage(name);
  if (!locked) throw new Error(`package-lock.json does not name ${name}`);
  if (locked.version !== Bun.version) {
    throw new Error(`${name} is locked at ${locked.version}, but Bun ${Bun.version} is running`);
  }
  return { name, ...locked };
}

/** Finds the Bun executable that a binary is made of. */
export function fetchRuntime(target: Target): Promise<string> {
  return packageFile(runtimePackage(target).name, executableFile("bin/bun", target));
}
