/**
 * The npm packages of a release: one with a binary for each target, of which npm installs the one that fits, and one
 * under the product's name with a launcher of that binary, and the library; and packages that stand beside these. Installing
 * them downloads and builds nothing else.
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { executableFile, libraryFile, type Target } from "../native/target.ts";
import { type Binaries, releaseBinaries } from "./binary.ts";
import { ROOT } from "./checkout.ts";
import { buildNative } from "./native.ts";
import { homepage, type PackageRecipe, type Recipe } from "./recipe.ts";

/** Writes one folder a package, ready for `npm publish`. Returns their paths, the launcher last: it names the others. */
export async function buildNpmPackages(
  recipe: Recipe,
  folder = join(ROOT, recipe.outFolder, `${recipe.release.prefix}npm`),
  binaries: Binaries = releaseBinaries(recipe),
): Promise<string[]> {
  const { name, native } = recipe;
  const { npm } = recipe.release;
  rmSync(folder, { recursive: true, force: true });
  const packages: string[] = [];
  for (const [target, binary] of binaries) {
    const path = join(folder, target);
    place(binary, join(path, "bin", executableFile(name, target)), 0o755);
    if (native) {
      const file = libraryFile(native.library, target);
      place(await buildNative(native, { target }), join(path, "lib", file), 0o644);
    }
    writeTexts(
      path,
      platformManifest(recipe, target),
      `The program of [${name}](${homepage(recipe)}) for ${target}.\n`,
    );
    packages.push(path);
  }
  const launcher = join(folder, name);
  mkdirSync(launcher, { recursive: true });
  await npm.buildLibrary?.(join(launcher, "lib"));
  place(join(ROOT, npm.launcher), join(launcher, "bin", `${name}.mjs`), 0o755);
  writeTexts(launcher, launcherManifest(recipe), readFileSync(join(ROOT, npm.readme), "utf8"));
  for (const each of npm.beside ?? []) {
    const path = join(folder, basename(each.folder));
    await buildPackage(recipe, each, path);
    packages.push(path);
  }
  return [...packages, launcher];
}

/** Writes a package that stands beside those of the program. */
export async function buildPackage(
  recipe: Recipe,
  { folder, build }: PackageRecipe,
  path: string,
): Promise<void> {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  await build(path);
  const source = join(ROOT, folder);
  const {
    private: _,
    devDependencies: _own,
    optionalDependencies: _tests,
    ...fields
  } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const { name, description, ...others } = fields;
  const bugs = { url: `${homepage(recipe)}/issues` };
  writeTexts(
    path,
    { name, description, ...common(recipe), bugs, ...others },
    readFileSync(join(source, "README.md"), "utf8"),
  );
}

/** Fields that every package has. */
function common(recipe: Recipe): object {
  return {
    version: recipe.version,
    license: recipe.license,
    homepage: homepage(recipe),
    repository: recipe.repository,
    publishConfig: { access: "public" },
  };
}

function platformManifest(recipe: Recipe, target: Target): object {
  const [system, arch, musl] = target.split("-");
  const os = system === "windows" ? "win32" : system;
  return {
    name: recipe.release.npm.platformPrefix + target,
    description: `${recipe.name} for ${target}`,
    ...common(recipe),
    os: [os],
    cpu: [arch],
    ...(os === "linux" && { libc: [musl ?? "glibc"] }),
    preferUnplugged: true,
  };
}

function launcherManifest(recipe: Recipe): object {
  const { name, description, version, targets } = recipe;
  const { name: packageName, platformPrefix, fields } = recipe.release.npm;
  return {
    name: packageName,
    description,
    ...common(recipe),
    ...fields,
    bin: { [name]: `bin/${name}.mjs` },
    optionalDependencies: Object.fromEntries(targets.map((target) => [platformPrefix + target, version])),
  };
}

function writeTexts(folder: string, manifest: object, readme: string): void {
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, "README.md"), readme);
  place(join(ROOT, "LICENSE"), join(folder, "LICENSE"), 0o644);
}

function place(from: string, to: string, mode: number): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}
