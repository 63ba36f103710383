/**
 * The bill of materials of a release: CycloneDX 1.6, of the packages that are in the binaries, as package-lock.json names them.
 * No dates and no random identifiers: one commit, one text.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TARGETS } from "../native/target.ts";
import { ROOT } from "./native.ts";
import { runtimePackage } from "./runtime.ts";

/** An entry of package-lock.json, version 3. */
interface Locked {
  readonly name?: string;
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

type LockedPackages = Readonly<Record<string, Locked>>;

export function billOfMaterials(): string {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const runtimes = TARGETS.map((target) => `node_modules/${runtimePackage(target).name}`);
  return `${JSON.stringify(bill(lock.packages, runtimes), null, 2)}\n`;
}

/** @param runtimes paths of packages that are only used to build, yet end up in the binaries */
export function bill(packages: LockedPackages, runtimes: readonly string[]): object {
  const root = packages[""]!;
  const shipped = Object.keys(packages)
    .filter((path) => path !== "" && (runtimes.includes(path) || isShipped(packages[path]!)))
    .sort();
  // The same package may lie in two folders.
  const once = [...new Map(shipped.map((path) => [purl(path, packages[path]!), path])).values()];
  const dependsOn = (path: string) =>
    dependencyPaths(packages, path)
      .filter((each) => shipped.includes(each))
      .map((each) => purl(each, packages[each]!))
      .sort();
  const rootPurl = purl("node_modules/esoteric-entropy", root);
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": rootPurl,
        name: "esoteric-entropy",
        version: root.version,
        purl: rootPurl,
        licenses: licenses(root),
      },
    },
    components: once.map((path) => component(path, packages[path]!)),
    dependencies: [
      {
        ref: rootPurl,
        dependsOn: [...dependsOn(""), ...runtimes.map((path) => purl(path, packages[path]!))].sort(),
      },
      ...once.map((path) => ({ ref: purl(path, packages[path]!), dependsOn: dependsOn(path) })),
    ],
  };
}

/** One without a hash was not to be had when the lock file was written: nothing is made of it. */
function isShipped({ dev, integrity, os }: Locked): boolean {
  return (
    !dev &&
    integrity !== undefined &&
    (os === undefined || os.some((each) => each === "linux" || each === "darwin"))
  );
}

function component(path: string, locked: Locked): object {
  return {
    type: "library",
    "bom-ref": purl(path, locked),
    ...splitName(packageName(path)),
    version: locked.version,
    ...(locked.integrity && { hashes: [{ alg: "SHA-512", content: sha512(locked.integrity) }] }),
    licenses: licenses(locked),
    purl: purl(path, locked),
  };
}

function licenses({ license }: Locked): object[] {
  if (license === undefined) return [];
  return [/^[A-Za-z0-9.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }];
}

/** `sha512-` and base64, as npm writes it, to hexadecimal. */
function sha512(integrity: string): string {
  const [algorithm, digest] = integrity.split("-", 2);
  if (algorithm !== "sha512") throw new Error(`an integrity of another kind: ${integrity}`);
  return Buffer.from(digest!, "base64").toString("hex");
}

/** The package URL: https://github.com/package-url/purl-spec, type npm. */
function purl(path: string, { version }: Locked): string {
  return `pkg:npm/${packageName(path).replace("@", "%40")}@${version}`;
}

/** Of `node_modules/a/node_modules/@b/c`: `@b/c`. */
function packageName(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

function splitName(name: string): { group?: string; name: string } {
  const slash = name.indexOf("/");
  return slash < 0 ? { name } : { group: name.slice(0, slash), name: name.slice(slash + 1) };
}

/** Where the packages lie that the one at `path` depends on, found as Node finds them: in the nearest folder upwards. */
function dependencyPaths(packages: LockedPackages, path: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = packages[path]!;
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  return names.flatMap((name) => {
    for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
      const candidate = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
      if (Object.hasOwn(packages, candidate)) return [candidate];
      if (folder === "") return []; // optional, and left out
    }
  });
}
