/** The Homebrew formula of a release: the product's template with what is known once it is built. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./checkout.ts";
import { downloads, homepage, type Recipe } from "./recipe.ts";
import type { BuildManifest } from "./release.ts";

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
