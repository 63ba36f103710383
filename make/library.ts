/** Builds the TypeScript library, which the npm package carries as lib/. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { packagesIn } from "#kit/make/binary.ts";
import { bundledTypes } from "#kit/make/bundled-types.ts";
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
  const types = await bundledTypes("src/index.ts");
  writeFileSync(join(folder, "index.d.ts"), `/// <reference lib="esnext.disposable" />\n${types}`);
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
