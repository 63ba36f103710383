/** Puts the parsers of programming languages into a program. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import type { Fitting } from "#kit/make/recipe.ts";

/** The package that they come in, which carries no notices of its own parts. */
export const GRAMMARS = {
  version: "0.3.1",
  /** The version of tree-sitter that it states in cgmanifest.json. */
  treeSitter: "0.25.1",
  /** Digest of the archive. */
  sha256: "985684b2cfbe5e8f90499a9f36e37519887c7d4e2697d0457d0f1e923ce5184c",
};

const PACKAGE = "node_modules/@vscode/tree-sitter-wasm";

/** The module that imports them. */
const IMPORTER = "packages/cryptex/src/harvest/grammars.ts";

/** Lists their files, from the root of the checkout. */
export function grammarFiles(): readonly string[] {
  const imported = readFileSync(join(ROOT, IMPORTER), "utf8").matchAll(
    /"@vscode\/tree-sitter-wasm\/(wasm\/.+\.wasm)"/g,
  );
  return [...imported].map(([, path]) => `${PACKAGE}/${path}`);
}

export function parsers(): Fitting {
  return {
    packages: [PACKAGE],
    plugin: {
      name: "parsers of programming languages",
      setup(build) {
        // The bundler would write this machine's paths into it. They are asked for only where no parser is handed over.
        build.onLoad({ filter: /tree-sitter-wasm[/\\]wasm[/\\]tree-sitter\.js$/ }, ({ path }) => ({
          loader: "js",
          contents: readFileSync(path, "utf8").replaceAll(/\b__(filename|dirname)\b/g, '"."'),
        }));
      },
    },
  };
}
