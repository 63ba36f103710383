/** Makes the one-file program: Bun, the bundled sources and the native library of the target. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { hostTarget, type Target } from "../ffi/target.ts";
import { buildNative, ROOT } from "./native.ts";
import { fetchRuntime } from "./runtime.ts";

/** The sampling thread runs the second one, threads that test data the third. */
const ENTRY_POINTS = ["src/main.ts", "src/worker.ts", "src/report/test-worker.ts"];

/** Builds dist/esoteric-entropy for this machine, dist/esoteric-entropy-<target> for another. Gives its path. */
export async function buildBinary(target: Target): Promise<string> {
  const name = target === hostTarget() ? "esoteric-entropy" : `esoteric-entropy-${target}`;
  const outfile = join(ROOT, "dist", name);
  await compileBinary(
    target,
    ENTRY_POINTS.map((path) => join(ROOT, path)),
    outfile,
  );
  return outfile;
}

/** The first entry point is the program, the others are for its threads. */
export async function compileBinary(target: Target, entrypoints: string[], outfile: string): Promise<void> {
  const library = await buildNative({ target });
  const executablePath = target === hostTarget() ? process.execPath : await fetchRuntime(target);
  mkdirSync(dirname(outfile), { recursive: true });
  const result = await Bun.build({
    entrypoints,
    root: dirname(entrypoints[0]!),
    // All in one folder, where the program's one file finds them by the paths that its sources have.
    naming: "[name].[ext]",
    minify: true,
    bytecode: true,
    format: "esm",
    define: { "process.env.ESOTERIC_ENTROPY_COMMIT": JSON.stringify(commit()) },
    plugins: [embedLibrary(library)],
    compile: {
      target: `bun-${target}` as Bun.Build.CompileTarget,
      executablePath,
      outfile,
      // What lies in the folder the program is run in is none of its business.
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  });
  if (!result.success) throw new AggregateError(result.logs, "bundling failed");
}

/** Puts a module that carries the library in the place of ffi/embedded.ts. */
function embedLibrary(library: string): Bun.BunPlugin {
  return {
    name: "embed the native library",
    setup(build) {
      build.onLoad({ filter: /[/\\]ffi[/\\]embedded\.ts$/ }, () => ({
        loader: "ts",
        contents: `import path from ${JSON.stringify(library)} with { type: "file" };
export const embeddedLibrary: string | undefined = path;`,
      }));
    },
  };
}

/** What the sources are, for bug reports: a commit, "-dirty" if files differ from it, or "unknown" outside Git. */
function commit(): string {
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
