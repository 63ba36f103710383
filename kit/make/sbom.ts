/**
 * The bill of materials of a release: CycloneDX 1.6, of the packages that the bundler put into each binary, and the parts that
 * are no packages. No dates and no random identifiers: one commit, one text.
 */
import type { Target } from "../native/target.ts";
import { type Binary, releaseName } from "./binary.ts";
import { dependencyFolders } from "./lock-folders.mjs";
import { type LockEntries, type LockEntry, lockEntries, packageName } from "./package-lock.ts";
import type { Component, Recipe } from "./recipe.ts";

export function billOfMaterials(recipe: Recipe, binaries: ReadonlyMap<Target, Binary>): string {
  const contents = [...binaries].map(
    ([target, { packages }]) => [releaseName(recipe, target), packages] as const,
  );
  const { components } = recipe.program;
  return `${JSON.stringify(bill(recipe, lockEntries(), new Map(contents), components), null, 2)}\n`;
}

/**
 * Makes the bill from an entry of the lock file for each package.
 * @param binaries what is in each: folders of packages in the lock file, by the name of the binary
 * @param others parts of every binary that are no packages
 * @throws Error for a package that the lock file does not name
 */
export function bill(
  product: Pick<Recipe, "name" | "version" | "license">,
  lock: LockEntries,
  binaries: ReadonlyMap<string, readonly string[]>,
  others: readonly Component[] = [],
): object {
  const entry = (folder: string) => {
    const found = lock[folder];
    if (!found) throw new Error(`package-lock.json does not name ${folder}`);
    return found;
  };
  const refOf = (folder: string) => purl(packageName(folder), entry(folder).version);
  const shipped = [...new Set([...binaries.values()].flat())].sort();
  // The same version of a package may lie in several folders.
  const folders = new Map<string, string[]>();
  for (const folder of shipped) folders.set(refOf(folder), [...(folders.get(refOf(folder)) ?? []), folder]);
  const dependsOn = (folder: string) =>
    dependencyFolders(lock, folder).filter((each) => shipped.includes(each));
  const refs = (them: readonly string[]) => [...new Set(them.map(refOf))].sort();

  const root = purl(product.name, product.version);
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        ...identity(product.name, product.version),
        licenses: licenses(product),
        components: [...binaries.keys()].map((name) => ({ type: "application", "bom-ref": name, name })),
      },
    },
    components: [
      ...[...folders].map(([, [folder]]) => packageComponent(folder!, entry(folder!))),
      ...others.map(otherComponent),
    ],
    dependencies: [
      { ref: root, dependsOn: [...binaries.keys()] },
      // Not only what its own sources name: everything that is in it.
      ...[...binaries].map(([ref, packages]) => ({
        ref,
        dependsOn: [...refs(packages), ...others.map((each) => each.purl)],
      })),
      ...[...folders].map(([ref, those]) => ({ ref, dependsOn: refs(those.flatMap(dependsOn)) })),
      ...others.map((each) => ({ ref: each.purl, dependsOn: [] })),
    ],
  };
}

function packageComponent(folder: string, locked: LockEntry): object {
  return {
    type: "library",
    ...identity(packageName(folder), locked.version),
    ...(locked.integrity && { hashes: [{ alg: "SHA-512", content: sha512(locked.integrity) }] }),
    licenses: licenses(locked),
  };
}

function otherComponent({ name, version, license, purl, source }: Component): object {
  const hashes = [{ alg: "SHA-256", content: source.sha256 }];
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    purl,
    licenses: licenses({ license }),
    externalReferences: [{ type: "source-distribution", url: source.url, hashes }],
  };
}

function identity(name: string, version: string): object {
  const [group, base] = name.includes("/") ? name.split("/", 2) : [undefined, name];
  return {
    "bom-ref": purl(name, version),
    ...(group !== undefined && { group }),
    name: base,
    version,
    purl: purl(name, version),
  };
}

function licenses({ license }: { readonly license?: string }): object[] {
  if (license === undefined) return [];
  return [/^[A-Za-z0-9.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }];
}

/** Converts `sha512-` and base64, as npm writes it, to hexadecimal. @throws Error for another algorithm */
function sha512(integrity: string): string {
  const [algorithm, digest] = integrity.split("-", 2);
  if (algorithm !== "sha512") throw new Error(`an integrity of another kind: ${integrity}`);
  return Buffer.from(digest!, "base64").toString("hex");
}

/** The package URL: https://github.com/package-url/purl-spec, type npm. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}
