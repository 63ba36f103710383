/** Fits the server's page into a binary as finished files. */
import { bundlePage, fileList } from "#kit/make/page.ts";
import type { Fitting } from "#kit/make/recipe.ts";

/** Replaces the import of the page by what Bun makes of it in a compiled program: a list of files and their headers. */
export async function bundledPage(): Promise<Fitting> {
  const { files, packages } = await bundlePage({
    entry: "src/faces/http/dashboard/index.html",
    folder: "build/page/esoteric-entropy",
    publicPath: "/",
  });
  const contents = `${fileList("files", files)}
export default { index: files.find((file) => file.loader === "html").path, files };`;
  return {
    packages,
    plugin: {
      name: "bundle the page",
      setup(build) {
        const namespace = "page";
        build.onResolve({ filter: /^\.\/dashboard\/index\.html$/ }, ({ path }) => ({ path, namespace }));
        build.onLoad({ filter: /.*/, namespace }, () => ({ loader: "js", contents }));
      },
    },
  };
}
