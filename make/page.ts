/**
 * Fits the server's page into a binary as finished files. Bun could bundle it itself, but under names that hash the folder of
 * the build, so no two folders would give the same program.
 */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { replaceFile } from "#kit/files/replace-file.ts";
import { packagesIn } from "#kit/make/binary.ts";
import { ROOT } from "#kit/make/checkout.ts";
import type { Fitting } from "#kit/make/recipe.ts";

const FOLDER = join(ROOT, "build", "page");

/** Replaces the import of the page by what Bun makes of it in a compiled program: a list of files and their headers. */
export async function bundledPage(): Promise<Fitting> {
  const bundle = await Bun.build({
    entrypoints: [join(ROOT, "src", "faces", "http", "dashboard", "index.html")],
    naming: { entry: "[name].[ext]", chunk: "[name].[ext]", asset: "[name].[ext]" },
    publicPath: "/",
    minify: true,
    metafile: true,
  });
  if (!bundle.success) throw new AggregateError(bundle.logs, "bundling the page failed");
  const files = await Promise.all(bundle.outputs.map(place));
  const contents = [
    ...files.map(({ path }, i) => `import path${i} from ${JSON.stringify(path)} with { type: "file" };`),
    "const files = [",
    ...files.map(
      ({ loader, headers }, i) =>
        `  { path: path${i}, loader: ${JSON.stringify(loader)}, headers: ${JSON.stringify(headers)} },`,
    ),
    "];",
    `export default { index: files.find((file) => file.loader === "html").path, files };`,
  ].join("\n");
  return {
    plugin: {
      name: "bundle the page",
      setup(build) {
        const namespace = "page";
        build.onResolve({ filter: /^\.\/dashboard\/index\.html$/ }, ({ path }) => ({ path, namespace }));
        build.onLoad({ filter: /.*/, namespace }, () => ({ loader: "js", contents }));
      },
    },
    packages: packagesIn(bundle),
  };
}

interface PageFile {
  readonly path: string;
  readonly loader: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function place(file: Bun.BuildArtifact): Promise<PageFile> {
  const content = new Uint8Array(await file.arrayBuffer());
  const path = join(FOLDER, basename(file.path));
  mkdirSync(FOLDER, { recursive: true });
  replaceFile(path, content);
  const etag = createHash("sha256").update(content).digest("base64url").slice(0, 16);
  return { path, loader: extname(path).slice(1), headers: { etag: `"${etag}"`, "content-type": file.type } };
}
