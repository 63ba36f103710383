/** Puts the parsers of programming languages into a program, compressed: their tables shrink to a tenth. */
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { replaceFile } from "#kit/files/replace-file.ts";
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
const NAMESPACE = "compressed-grammar";
/** The highest level of Zstandard that takes no more memory to read than others. */
const LEVEL = 19;

/** The module that imports them. */
const IMPORTER = "packages/cryptex/src/harvest/grammars.ts";

export function compressedGrammars(): Fitting {
  const imported = readFileSync(join(ROOT, IMPORTER), "utf8").matchAll(
    /"@vscode\/tree-sitter-wasm\/wasm\/(.+\.wasm)"/g,
  );
  // Made before the bundler looks at the folder, which it does once.
  const paths = new Map([...imported].map(([, name = ""]) => [name, compressed(name)]));
  return {
    packages: [PACKAGE],
    plugin: {
      name: "compressed grammars",
      setup(build) {
        // The bundler would write this machine's paths into it. They are asked for only where no parser is handed over.
        build.onLoad({ filter: /tree-sitter-wasm[/\\]wasm[/\\]tree-sitter\.js$/ }, ({ path }) => ({
          loader: "js",
          contents: readFileSync(path, "utf8").replaceAll(/\b__(filename|dirname)\b/g, '"."'),
        }));
        build.onResolve({ filter: /^@vscode\/tree-sitter-wasm\/wasm\/.*\.wasm$/ }, ({ path }) => ({
          path,
          namespace: NAMESPACE,
        }));
        build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
          loader: "js",
          contents: `import path from ${JSON.stringify(paths.get(basename(path)))} with { type: "file" };
export default path;`,
        }));
      },
    },
  };
}

/** @returns path of the compressed file */
function compressed(name: string): string {
  const folder = join(ROOT, "build", "grammars");
  const path = join(folder, `${name}.zst`);
  mkdirSync(folder, { recursive: true });
  replaceFile(path, Bun.zstdCompressSync(readFileSync(join(ROOT, PACKAGE, "wasm", name)), { level: LEVEL }));
  return path;
}
