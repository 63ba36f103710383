/** The Homebrew formula of a release: packaging/homebrew/esoteric-entropy.rb with what is known once it is built. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./native.ts";
import type { BuildManifest } from "./release.ts";
import { downloads, homepage } from "./repository.ts";

export function homebrewFormula({ version, files }: Pick<BuildManifest, "version" | "files">): string {
  const template = readFileSync(join(ROOT, "packaging", "homebrew", "esoteric-entropy.rb"), "utf8");
  return template
    .replace(/^#.*\n/, "")
    .replaceAll("HOMEPAGE", homepage())
    .replaceAll("DOWNLOADS", downloads(version))
    .replaceAll("VERSION", version)
    .replaceAll(/SHA256-([a-z0-9-]+)/g, (_, target) => {
      const file = files.find((each) => each.target === target);
      if (!file) throw new Error(`the formula wants a binary for ${target}, which was not built`);
      return file.sha256;
    });
}
