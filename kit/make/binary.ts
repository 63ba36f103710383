/** Makes the one-file program: Bun, the bundled sources and the native library of the target. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { bundledPage } from "../../make/page.ts";
import { terminalLibrary, terminalLibraryDefine } from "../../make/terminal-library.ts";
import { replaceFile } from "../files/replace-file.ts";
import { hostTarget, TARGETS, type Target } from "../native/target.ts";
import { signAdHoc } from "./code-signature.ts";
import { buildNative, ROOT } from "./native.ts";
import { fetchRuntime } from "./runtime.ts";

const DIST = join(ROOT, "dist");

/**
 * Files of their own, for what runs without them should not load them: `--version` needs nothing of the program, and
 * the menu's library looks at `process.stdout` when loaded, which takes longer than the rest of the start.
 */
const LOADED_LATER = ["src/product.ts", "kit/term/menu-prompts.ts"];

/** The first is the program, the others run in its threads. */
const ENTRY_POINTS = [
  "src/main.ts",
  ...LOADED_LATER,
  "src/sampling/worker.ts",
  "src/report/threads/test-worker.ts",
];

/** Builds dist/esoteric-entropy for this machine, dist/esoteric-entropy-<target> for another. Gives its path. */
export async function buildBinary(target: Target): Promise<string> {
  if (target !== hostTarget()) return buildReleaseBinary(target);
  const outfile = join(DIST, "esoteric-entropy");
  await compileBinary(target, entryPoints(), outfile, process.execPath);
  return outfile;
}

/** Builds esoteric-entropy-<target> as every machine would: with the runtime that package-lock.json names. Gives its path. */
export async function buildReleaseBinary(target: Target, folder = DIST): Promise<string> {
  const outfile = join(folder, releaseName(target));
  await compileBinary(target, entryPoints(), outfile, await fetchRuntime(target));
  return outfile;
}

function releaseName(target: Target): string {
  return `esoteric-entropy-${target}`;
}

/** Paths of binaries by the target that each is for. */
export type Binaries = ReadonlyMap<Target, string>;

/** Those that `build.ts all` has left in dist/. @throws Error if one is missing */
export function releaseBinaries(): Binaries {
  const binaries = new Map(TARGETS.map((target) => [target, join(DIST, releaseName(target))]));
  const missing = [...binaries.values()].find((path) => !existsSync(path));
  if (missing !== undefined) throw new Error(`${missing} is missing: build.ts all`);
  return binaries;
}

function entryPoints(): string[] {
  return ENTRY_POINTS.map((path) => join(ROOT, path));
}

/** The first entry point is the program, the others are for its threads. The runtime is the Bun executable that carries them. */
export async function compileBinary(
  target: Target,
  entrypoints: string[],
  outfile: string,
  runtime: string,
): Promise<void> {
  const library = await buildNative({ target });
  mkdirSync(dirname(outfile), { recursive: true });
  const result = await Bun.build({
    entrypoints,
    root: dirname(entrypoints[0]!),
    // All in one folder, where the program's one file finds them by the paths that its sources have.
    naming: { entry: "[name].[ext]", asset: "[name].[ext]" },
    minify: true,
    bytecode: true,
    format: "esm",
    define: {
      "process.env.ESOTERIC_ENTROPY_COMMIT": JSON.stringify(commit()),
      ...terminalLibraryDefine(target),
    },
    plugins: [
      ...LOADED_LATER.map(ownFile),
      embedLibrary(library),
      await terminalLibrary(target),
      await bundledPage(),
    ],
    compile: {
      target: `bun-${target}` as Bun.Build.CompileTarget,
      executablePath: runtime,
      outfile,
      // What lies in the folder the program is run in is none of its business.
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
  if (!result.success) throw new AggregateError(result.logs, "bundling failed");
  // Bun signs for arm64 alone, and under a name of its own.
  if (target.startsWith("darwin")) signProgram(outfile);
}

/** In a new file, for macOS remembers the signatures of those that it has seen. */
function signProgram(path: string): void {
  replaceFile(path, signAdHoc(readFileSync(path), "esoteric-entropy"), 0o755);
}

/**
 * Has an entry point imported by another at run time instead of taken in. Nothing that both contain may hold state or be
 * compared by identity: each has its own. (Bun's `splitting` shares it, but names the parts after the folder of the build.)
 */
function ownFile(path: string): Bun.BunPlugin {
  const source = join(ROOT, path);
  return {
    name: `import ${path} at run time`,
    setup(build) {
      build.onResolve({ filter: /\.ts$/ }, ({ path: specifier, importer, kind }) =>
        kind === "dynamic-import" && resolved(specifier, importer) === source
          ? { path: `./${basename(source, ".ts")}.js`, external: true }
          : undefined,
      );
    },
  };
}

function resolved(specifier: string, importer: string): string {
  return specifier.startsWith("#kit/")
    ? join(ROOT, "kit", specifier.slice("#kit/".length))
    : join(dirname(importer), specifier);
}

/** Puts a module that carries the library in the place of kit/native/embedded.ts. */
function embedLibrary(library: string): Bun.BunPlugin {
  return {
    name: "embed the native library",
    setup(build) {
      build.onLoad({ filter: /[/\\]native[/\\]embedded\.ts$/ }, () => ({
        loader: "ts",
        contents: `import path from ${JSON.stringify(library)} with { type: "file" };
export const embeddedLibrary: string | undefined = path;`,
      }));
    },
  };
}

/** What the sources are, for bug reports: a commit, "-dirty" if files differ from it, or "unknown" outside Git. */
export function commit(): string {
  const git = (...args: string[]) => {
    const result = Bun.spawnSync(["git", ...args], { cwd: ROOT, stdout: "pipe", stderr: "ignore" });
    return result.exitCode === 0 ? result.stdout.toString().trim() : undefined;
  };
  try {
    const head = git("rev-parse", "--short=12", "HEAD");
    if (head === undefined) return "unknown";
    return git("status", "--porcelain", "--untracked-files=no") === "" ? head : `${head}-dirty`;
  } catch {
    return "unknown"; // no git on this machine
  }
}
