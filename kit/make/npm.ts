/**
 * The npm packages of a release: `@esoteric-entropy/<target>` with a binary each, of which npm installs the one that fits,
 * and `esoteric-entropy`, the library and a launcher of that binary. Nothing is downloaded or built when they are installed.
 */
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildLibrary, LIBRARY_FIELDS } from "../../make/library.ts";
import project from "../../package.json" with { type: "json" };
import { libraryFile, TARGETS, type Target } from "../native/target.ts";
import { type Binaries, releaseBinaries } from "./binary.ts";
import { buildNative, ROOT } from "./native.ts";
import { homepage } from "./repository.ts";

/** Fields that every package has. */
const COMMON = {
  version: project.version,
  license: project.license,
  homepage: homepage(),
  repository: project.repository,
  publishConfig: { access: "public" },
};

/** Writes a folder a package, ready for `npm publish`, and gives their paths: the launcher last, for it names the others. */
export async function buildNpmPackages(
  folder = join(ROOT, "dist", "npm"),
  binaries: Binaries = releaseBinaries(),
): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true });
  const packages: string[] = [];
  for (const [target, binary] of binaries) {
    const path = join(folder, target);
    place(binary, join(path, "bin", "esoteric-entropy"), 0o755);
    place(await buildNative({ target }), join(path, "lib", libraryFile(target)), 0o644);
    writeTexts(
      path,
      platformManifest(target),
      `The program of [esoteric-entropy](${homepage()}) for ${target}.\n`,
    );
    packages.push(path);
  }
  const launcher = join(folder, "esoteric-entropy");
  await buildLibrary(join(launcher, "lib"));
  place(join(ROOT, "packaging", "npm", "launcher.mjs"), join(launcher, "bin", "esoteric-entropy.mjs"), 0o755);
  writeTexts(launcher, launcherManifest(), await Bun.file(join(ROOT, "README.md")).text());
  return [...packages, launcher];
}

function platformManifest(target: Target): object {
  const [os, arch, musl] = target.split("-");
  return {
    name: `@esoteric-entropy/${target}`,
    description: `esoteric-entropy for ${target}`,
    ...COMMON,
    os: [os],
    cpu: [arch],
    ...(os === "linux" && { libc: [musl ?? "glibc"] }),
    preferUnplugged: true,
  };
}

function launcherManifest(): object {
  return {
    name: "esoteric-entropy",
    description: project.description,
    ...COMMON,
    ...LIBRARY_FIELDS,
    engines: project.engines,
    bin: { "esoteric-entropy": "bin/esoteric-entropy.mjs" },
    optionalDependencies: Object.fromEntries(
      TARGETS.map((target) => [`@esoteric-entropy/${target}`, project.version]),
    ),
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
