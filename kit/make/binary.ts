/** Makes the one-file program: Bun, the bundled sources, the target's native library and the licences of all of them. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { replaceFile } from "../files/replace-file.ts";
import { executableFile, hostTarget, type Target } from "../native/target.ts";
import { writeCarried } from "./carried-files.ts";
import { ROOT } from "./checkout.ts";
import { signAdHoc } from "./code-signature.ts";
import { programLicences } from "./licences.ts";
import { ownPackages } from "./lock-folders.mjs";
import { buildNative, buildNativeProgram, type NativeSources } from "./native.ts";
import { fetchRuntime, lockEntries, packageOf, runtimePackage } from "./package-lock.ts";
import type { BinaryRecipe, Recipe } from "./recipe.ts";

/** Modules of the kit that are replaced in a binary. */
const LIBRARY = /[/\\]kit[/\\]native[/\\]embedded\.ts$/;
const LICENCES = /[/\\]kit[/\\]term[/\\]licences\.ts$/;
const LICENCES_CODE = `import { readCarried } from "#kit/files/carried-file.ts";
export const licences = async () => readCarried(text).toString();`;

/**
 * Keeps a program to the code inside it: a file that BUN_OPTIONS names is not loaded before it, and no debugger gets in by
 * BUN_INSPECT. With BUN_BE_BUN=1 it does not hold: the file then is Bun, and no program of ours.
 */
const ONLY_OWN_CODE = "--disallow-code-generation-from-strings=strict";

/**
 * Levels of functions in functions that are carried as bytecode; what is deeper is compiled when it is first called. Measured on a program
 * of 1.6 MB of scripts that starts in 70 ms: with 1 it is 2.5 MB smaller than with all levels and starts a tenth slower, with 0 6 MB and a
 * quarter.
 */
const BYTECODE_DEPTH = 1;

export interface Binary {
  readonly path: string;
  /** Every package that is in it, the runtime too, by folder in package-lock.json; sorted. */
  readonly packages: readonly string[];
}

/** Builds <name> in the product's folder for this machine, <name>-<target> for another. */
export async function buildBinary(recipe: Recipe, target: Target): Promise<Binary> {
  if (target !== hostTarget()) return buildReleaseBinary(recipe, target);
  return compileBinary(
    recipe,
    target,
    join(ROOT, recipe.outFolder, executableFile(recipe.name, target)),
    process.execPath,
  );
}

/** Builds <name>-<target> as every machine would: with the runtime that package-lock.json names. */
export async function buildReleaseBinary(
  recipe: Recipe,
  target: Target,
  folder = join(ROOT, recipe.outFolder),
): Promise<Binary> {
  return compileBinary(recipe, target, join(folder, releaseName(recipe, target)), await fetchRuntime(target));
}

export function releaseName(recipe: Pick<Recipe, "name">, target: Target): string {
  return executableFile(`${recipe.name}-${target}`, target);
}

/** Paths of binaries by target. */
export type Binaries = ReadonlyMap<Target, string>;

/** Finds what `build.ts all` has left. @throws Error if one is missing */
export function releaseBinaries(recipe: Recipe): Binaries {
  const path = (target: Target) => join(ROOT, recipe.outFolder, releaseName(recipe, target));
  const missing = recipe.targets.map(path).find((each) => !existsSync(each));
  if (missing !== undefined) throw new Error(`${missing} is missing: build.ts all`);
  return new Map(recipe.targets.map((target) => [target, path(target)]));
}

/** @param runtime the Bun executable that carries the program */
export async function compileBinary(
  recipe: BinaryRecipe,
  target: Target,
  outfile: string,
  runtime: string,
): Promise<Binary> {
  await recipe.check?.();
  const plan = await bundlePlan(recipe, target);
  // Bundled twice: to see which packages are in it, and then with their licences.
  const packages = packagesIn(await bundle(plan.options, plan.plugins), plan.packages);
  const licences = join(ROOT, "build", "licences", target, `${recipe.name}.txt`);
  writeCarried(licences, Buffer.from(await programLicences(recipe, packages)));

  mkdirSync(dirname(outfile), { recursive: true });
  const compiled = await bundle(
    {
      ...plan.options,
      bytecode: true,
      bytecodeDepth: BYTECODE_DEPTH,
      compile: {
        target: `bun-${target}` as Bun.Build.CompileTarget,
        executablePath: runtime,
        outfile,
        execArgv: [ONLY_OWN_CODE],
        // The folder the program is run in must not configure it.
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
      },
    },
    [...plan.plugins, embed({ text: licences }, LICENCES, LICENCES_CODE)],
  );
  const shipped = packagesIn(compiled, plan.packages);
  if (shipped.join() !== packages.join()) {
    throw new Error("the bundle with licences has other packages in it");
  }
  // Bun signs for arm64 alone, and under a name of its own.
  if (target.startsWith("darwin")) signProgram(outfile, recipe.name);
  return { path: outfile, packages };
}

interface BundlePlan {
  readonly options: Bun.BuildConfig;
  readonly plugins: readonly Bun.BunPlugin[];
  /** Packages that are in the binary besides those that the bundler reads files of. */
  readonly packages: readonly string[];
}

/** Plans how the program of a target is bundled. */
export async function bundlePlan(recipe: BinaryRecipe, target: Target): Promise<BundlePlan> {
  const { main, threads, define, fittings } = recipe.program;
  const fitted = (await fittings?.(target)) ?? [];
  return {
    options: {
      entrypoints: [main, ...threads].map((path) => join(ROOT, path)),
      root: dirname(join(ROOT, main)),
      target: "bun",
      // What is imported at run time is a part of its own, and what threads share with the program is there once.
      splitting: true,
      // All in one folder: inside the binary, sources find each other by name there.
      naming: { entry: "[name].[ext]", asset: "[name].[ext]" },
      minify: true,
      format: "esm",
      define: { ...define?.(target) },
    },
    plugins: [
      ...(recipe.native ? [await embedNative(recipe.native, target)] : []),
      ...fitted.map(({ plugin }) => plugin),
    ],
    packages: [...fitted.flatMap(({ packages }) => packages), `node_modules/${runtimePackage(target).name}`],
  };
}

async function bundle(options: Bun.BuildConfig, plugins: readonly Bun.BunPlugin[]): Promise<Bun.BuildOutput> {
  const before = process.cwd();
  // The parts are named by hashes of where their sources lie as seen from the working folder.
  process.chdir(ROOT);
  try {
    const result = await Bun.build({ ...options, plugins: [...plugins], metafile: true } as Bun.BuildConfig);
    if (!result.success) throw new AggregateError(result.logs, "bundling failed");
    return result;
  } finally {
    process.chdir(before);
  }
}

/**
 * Lists the packages that a bundle holds code or data of: its own, and those that plugins fitted in.
 * @throws Error for a package that the project itself does not take
 */
export function packagesIn({ metafile }: Bun.BuildOutput, fitted: readonly string[] = []): string[] {
  if (!metafile) throw new Error("the bundler has not said what it put in");
  const found = Object.keys(metafile.inputs).map(packageOf);
  const packages = [...new Set([...found.filter((each) => each !== undefined), ...fitted])].sort();
  const own = ownPackages(lockEntries());
  const foreign = packages.find((each) => !own.has(each));
  // One that tries whether another is there would find it on machines with the optional parts alone.
  if (foreign !== undefined)
    throw new Error(`${foreign} is there for a workspace alone, and got into a bundle`);
  return packages;
}

/** Signs into a new file: macOS caches signatures by file. */
function signProgram(path: string, identifier: string): void {
  replaceFile(path, signAdHoc(readFileSync(path), identifier), 0o755);
}

async function embedNative(native: NativeSources, target: Target): Promise<Bun.BunPlugin> {
  const library = await buildNative(native, { target });
  const program = native.program && (await buildNativeProgram(native, { target }));
  const code = `export const embeddedLibrary = library;
export const embeddedProgram = ${program ? "program" : "undefined"};`;
  return embed({ library, ...(program && { program }) }, LIBRARY, code);
}

/** Replaces a module by one that carries files. @param code in which the name of each is its path inside the binary */
function embed(files: Readonly<Record<string, string>>, filter: RegExp, code: string): Bun.BunPlugin {
  const imports = Object.entries(files).map(
    ([name, file]) => `import ${name} from ${JSON.stringify(file)} with { type: "file" };`,
  );
  return {
    name: `embed ${Object.values(files).map((file) => basename(file))}`,
    setup(build) {
      build.onLoad({ filter }, () => ({ loader: "ts", contents: [...imports, code].join("\n") }));
    },
  };
}
