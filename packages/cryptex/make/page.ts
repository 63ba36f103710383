/** Makes the gateway's page: components of Svelte become scripts and styles, and all of it files that are served as they are. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { compile, compileModule } from "svelte/compiler";
import { ROOT } from "#kit/make/checkout.ts";
import { type BundledFile, bundlePage, currentPage, fileList, type PageRecipe } from "#kit/make/page.ts";
import type { Fitting } from "#kit/make/recipe.ts";

const STYLES = "component-style";

/** Compiles components, and modules that hold state. */
function svelte(): Bun.BunPlugin {
  const styles = new Map<string, string>();
  // Names of styles are made of it; no name of a folder of this machine may get into the result.
  const nameOf = (path: string) => relative(ROOT, path);
  return {
    name: "compile Svelte",
    setup(build) {
      build.onLoad({ filter: /\.svelte$/ }, ({ path }) => {
        const filename = nameOf(path);
        const { js, css, warnings } = compile(readFileSync(path, "utf8"), {
          filename,
          generate: "client",
          css: "external",
          dev: false,
          runes: true,
        });
        if (warnings.length > 0) throw new Error(warnings.map(String).join("\n"));
        if (!css) return { loader: "js", contents: js.code };
        styles.set(filename, css.code);
        return { loader: "js", contents: `${js.code}\nimport ${JSON.stringify(`${STYLES}:${filename}`)};` };
      });
      build.onResolve({ filter: new RegExp(`^${STYLES}:`) }, ({ path }) => ({
        path: path.slice(STYLES.length + 1),
        namespace: STYLES,
      }));
      build.onLoad({ filter: /.*/, namespace: STYLES }, ({ path }) => ({
        loader: "css",
        contents: styles.get(path) ?? "",
      }));
      const transpiler = new Bun.Transpiler({ loader: "ts", target: "browser" });
      build.onLoad({ filter: /\.svelte\.ts$/ }, ({ path }) => {
        const script = transpiler.transformSync(readFileSync(path, "utf8"));
        const options = { filename: nameOf(path), generate: "client", dev: false } as const;
        return { loader: "js", contents: compileModule(script, options).js.code };
      });
    },
  };
}

const page = (): PageRecipe => ({
  entry: "packages/cryptex/src/gateway/page/app/index.html",
  folder: "build/page/cryptex",
  publicPath: "./",
  plugins: [svelte()],
  makers: ["packages/cryptex/make/page.ts"],
});

/** For the program from source. */
export function pageFromSource(): Promise<readonly BundledFile[]> {
  return currentPage(page());
}

/** Replaces the module that asks for the page by one that has it. */
export async function bundledPage(): Promise<Fitting> {
  const { files, packages } = await bundlePage(page());
  const contents = `${fileList("files", files)}
export const openPage = async () => files;`;
  return {
    packages,
    plugin: {
      name: "carry the page",
      setup(build) {
        build.onLoad({ filter: /[/\\]gateway[/\\]page[/\\]page-files\.ts$/ }, () => ({
          loader: "js",
          contents,
        }));
      },
    },
  };
}
