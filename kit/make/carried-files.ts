/** Compresses files that a program has in it: WebAssembly shrinks to a third, tables of parsers to a tenth. `readCarried` reads them. */
import { mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { replaceFile } from "../files/replace-file.ts";
import { ROOT } from "./checkout.ts";
import type { Fitting } from "./recipe.ts";

const NAMESPACE = "carried-file";
/** The highest level of Zstandard that takes no more memory to read than others. */
const LEVEL = 19;

export function compressed(content: Uint8Array<ArrayBuffer>): Buffer {
  return Bun.zstdCompressSync(content, { level: LEVEL });
}

export function writeCarried(path: string, content: Uint8Array<ArrayBuffer>): void {
  mkdirSync(dirname(path), { recursive: true });
  replaceFile(path, compressed(content));
}

/**
 * Puts compressed copies in the place of WebAssembly files that modules import.
 * @param files from the root of the checkout; each has a name of its own
 */
export function carryCompressed(files: readonly string[]): Fitting {
  // Made before the bundler looks at the folder, which it does once.
  const copies = new Map(files.map((file) => [basename(file), compressedCopy(file)]));
  return {
    packages: [],
    plugin: {
      name: "carry files compressed",
      setup(build) {
        build.onResolve({ filter: /\.wasm$/ }, ({ path }) =>
          copies.has(basename(path)) ? { path: basename(path), namespace: NAMESPACE } : undefined,
        );
        build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
          loader: "js",
          contents: `import path from ${JSON.stringify(copies.get(path))} with { type: "file" };
export default path;`,
        }));
      },
    },
  };
}

function compressedCopy(file: string): string {
  const path = join(ROOT, "build", "carried", `${basename(file)}.zst`);
  writeCarried(path, readFileSync(join(ROOT, file)));
  return path;
}
