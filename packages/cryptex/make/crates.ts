/** Sources that a registry of Rust packages carries: brought by its client, and checked. Nothing of Rust is compiled. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

export interface Crate {
  readonly crate: string;
  readonly version: string;
  readonly sha256: string;
}

/** The sources cannot be had on this machine: no cargo, or no registry that it reaches. */
export class SourcesUnavailable extends Error {}

/**
 * Brings crates as they were published, in the order asked for.
 * @throws SourcesUnavailable where they cannot be brought
 * @throws Error for one that has not the digest stated
 */
export function bringCrates(crates: readonly Crate[]): readonly Uint8Array[] {
  const paths = cratePaths(crates);
  return crates.map(({ crate, version, sha256 }, index) => {
    const bytes = readFileSync(paths[index]!);
    const digest = createHash("sha256").update(bytes).digest("hex");
    if (digest !== sha256) throw new Error(`${crate} ${version} has the SHA-256 ${digest}`);
    return bytes;
  });
}

/** Name of the folder that is in a crate, and where it was published. */
export function crateFolder({ crate, version }: Crate): string {
  return `${crate}-${version}`;
}

export function crateUrl({ crate, version }: Crate): string {
  return `https://static.crates.io/crates/${crate}/${crate}-${version}.crate`;
}

/** Has cargo download them, for which it wants a package that depends on them. Returns the archives that cargo keeps. */
function cratePaths(crates: readonly Crate[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "cryptex-sources-"));
  try {
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "src", "lib.rs"), "");
    const dependencies = crates.map(
      ({ crate, version }) => `${crate} = { version = "=${version}", default-features = false }\n`,
    );
    writeFileSync(
      join(folder, "Cargo.toml"),
      `[package]\nname = "sources"\nversion = "0.0.0"\n[dependencies]\n${dependencies.join("")}`,
    );
    // cargo metadata downloads what it describes.
    const { packages } = JSON.parse(cargo(["metadata", "--format-version=1"], folder)) as {
      packages: { name: string; manifest_path: string }[];
    };
    return crates.map(({ crate }) => {
      const manifest = packages.find(({ name }) => name === crate)?.manifest_path;
      if (manifest === undefined) throw new SourcesUnavailable(`cargo does not name ${crate}`);
      // …/registry/src/<registry>/<crate>/Cargo.toml was unpacked from …/registry/cache/<registry>/<crate>.crate
      const unpacked = dirname(manifest);
      const registry = dirname(unpacked);
      return join(dirname(dirname(registry)), "cache", basename(registry), `${basename(unpacked)}.crate`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function cargo(words: readonly string[], folder: string): string {
  if (!Bun.which("cargo")) throw new SourcesUnavailable("cargo is not installed");
  const { exitCode, stdout, stderr } = Bun.spawnSync(["cargo", ...words], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new SourcesUnavailable(`cargo ${words[0]} failed: ${stderr.toString().trim()}`);
  return stdout.toString();
}
