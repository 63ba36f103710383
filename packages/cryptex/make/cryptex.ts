/** How cryptex is made. */
import type { Recipe } from "#kit/make/recipe.ts";
import { TARGETS } from "#kit/native/target.ts";
import manifest from "../../../package.json" with { type: "json" };

const FOLDER = "packages/cryptex";

export const cryptex: Recipe = {
  name: "cryptex",
  version: manifest.version,
  description: "A workbench for YARA rules: scans that skip nothing in silence",
  license: manifest.license,
  repository: manifest.repository,
  targets: TARGETS,
  outFolder: "dist",
  program: {
    main: `${FOLDER}/src/main.ts`,
    // `--version` needs nothing of the program.
    loadedLater: [`${FOLDER}/src/product.ts`],
    threads: [`${FOLDER}/src/scan-runner/worker.ts`],
  },
  async generate() {
    const { generateCommandFiles } = await import("#kit/make/command-files.ts");
    const { product } = await import("../src/product.ts");
    return generateCommandFiles(product, FOLDER);
  },
  release: {
    prefix: "cryptex-",
    installScript: "install.sh",
    formula: `${FOLDER}/packaging/cryptex.rb`,
    npm: {
      // The name alone is taken.
      name: "@esoteric-entropy/cryptex",
      platformPrefix: "@esoteric-entropy/cryptex-",
      launcher: "packaging/npm/launcher.mjs",
      readme: `${FOLDER}/README.md`,
      fields: { type: "module", engines: manifest.engines },
    },
  },
};
