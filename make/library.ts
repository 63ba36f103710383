/** Builds the TypeScript library, which the npm package carries as lib/. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import ts from "typescript";
import { packagesIn } from "#kit/make/binary.ts";
import { ROOT } from "#kit/make/checkout.ts";
import { packageLicences } from "#kit/make/licences.ts";

/** The entry point of a thread is a file of its own beside the library's. */
const FACES = {
  bun: { target: "bun", library: "bun.js", thread: "src/sampling/worker.ts" },
  node: { target: "node", library: "node.js", thread: "src/faces/library/program-thread.ts" },
} as const;

/** Writes the library into `folder`. @throws Error with the messages of the bundler or the compiler */
export async function buildLibrary(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packages = new Set<string>();
  for (const face of Object.values(FACES)) {
    const files = { "src/index.ts": face.library, [face.thread]: threadFile(face.thread) };
    for (const [entrypoint, file] of Object.entries(files)) {
      for (const each of await bundle(face.target, entrypoint, join(folder, file))) packages.add(each);
    }
  }
  writeFileSync(join(folder, "LICENSES.txt"), await packageLicences([...packages].sort()));
  writeFileSync(join(folder, "index.d.ts"), await declarations());
}

/** Returns the packages that went in. */
async function bundle(target: "bun" | "node", entrypoint: string, outfile: string): Promise<string[]> {
  const result = await Bun.build({
    entrypoints: [join(ROOT, entrypoint)],
    target,
    format: "esm",
    metafile: true,
    // Each build has only the half that its runtime needs: see src/faces/library/face.ts.
    define: { "process.versions.bun": target === "bun" ? JSON.stringify("") : "undefined" },
    plugins: [builtThreads],
  });
  if (!result.success) throw new AggregateError(result.logs, "bundling failed");
  writeFileSync(outfile, await result.outputs[0]!.text());
  return packagesIn(result);
}

/** Makes threads start from the built files. */
const builtThreads: Bun.BunPlugin = {
  name: "start threads from built files",
  setup(build) {
    build.onLoad(
      { filter: /[/\\]src[/\\](faces[/\\]library[/\\]program-line|sampling[/\\]thread)\.ts$/ },
      ({ path }) => ({
        loader: "ts",
        contents: readFileSync(path, "utf8").replace(/(new URL\("\.\/[a-z-]+)\.ts"/g, '$1.js"'),
      }),
    );
  },
};

function threadFile(entrypoint: string): string {
  return basename(entrypoint).replace(/\.ts$/, ".js");
}

/**
 * Makes the types of everything the library exports, in one file. Each source file is declared by itself, without reading
 * others: two seconds instead of thirty. An exported type that is not written out would become "any".
 * @throws Error in that case
 */
async function declarations(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-types-"));
  try {
    declare("src/index.ts", folder);
    const bundled = await rollup({
      input: join(folder, "src", "index.d.ts"),
      external: /^(node|bun):/,
      plugins: [dts({ compilerOptions: { allowImportingTsExtensions: true, noEmit: true, types: [] } })],
      onwarn: ({ message }) => {
        throw new Error(message);
      },
    });
    const { output } = await bundled.generate({ format: "es" });
    const { code } = output[0];
    const vague = /^.*\b(any|import)\b.*$/m.exec(code.replace(/\/\*[\s\S]*?\*\//g, ""));
    if (vague) throw new Error(`the library's types need one that is written out: ${vague[0].trim()}`);
    return `/// <reference lib="esnext.disposable" />\n${code}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** TypeScript 5.9 declares a method named by a symbol twice, first as a property, with its comment. */
const SYMBOL_PROPERTY = /(\n *\/\*\*.*\*\/)?\n *\[Symbol\.\w+\]: .*;(?=\n)/g;

/** Writes the declarations of a source file, and of those that it needs, below `folder`. */
function declare(file: string, folder: string): void {
  const path = join(folder, file.replace(/\.ts$/, ".d.ts"));
  if (existsSync(path)) return;
  const declared = ts.transpileDeclaration(readFileSync(join(ROOT, file), "utf8"), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.Preserve },
  });
  // The kit by a relative path: the bundler of types does not know "imports" of package.json.
  const outputText = declared.outputText
    .replaceAll(SYMBOL_PROPERTY, "")
    .replaceAll(/"#kit\/([^"]+)"/g, (_, path) => `"${relative(dirname(file), join("kit", path))}"`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, outputText);
  for (const [, target] of outputText.matchAll(/from "(\.[^"]+\.ts)"/g)) {
    declare(join(dirname(file), target!), folder);
  }
}
