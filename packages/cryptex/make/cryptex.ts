/** How cryptex is made. */
import { carryCompressed } from "#kit/make/carried-files.ts";
import type { Recipe } from "#kit/make/recipe.ts";
import { TARGETS } from "#kit/native/target.ts";
import manifest from "../../../package.json" with { type: "json" };
import { crateUrl } from "./crates.ts";
import { SOURCES } from "./engine-sources.ts";
import { GRAMMARS, grammarFiles, parsers } from "./grammars.ts";
import { withoutFormChecks } from "./mcp-library.ts";
import { LIBRARIES } from "./unpacker-sources.ts";

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
    threads: [
      `${FOLDER}/src/work-thread.ts`,
      `${FOLDER}/src/scan-runner/worker.ts`,
      `${FOLDER}/src/cryptex-store/import-thread.ts`,
    ],
    components: [
      {
        name: "YARA",
        version: SOURCES.yara,
        license: "BSD-3-Clause",
        purl: `pkg:github/VirusTotal/yara@v${SOURCES.yara}`,
        source: {
          url: crateUrl(SOURCES),
          sha256: SOURCES.sha256,
        },
        notices: `${FOLDER}/engine/NOTICES`,
      },
      {
        name: "tree-sitter and its grammars",
        version: GRAMMARS.treeSitter,
        license: "MIT",
        purl: `pkg:github/tree-sitter/tree-sitter@v${GRAMMARS.treeSitter}`,
        source: {
          url: `https://registry.npmjs.org/@vscode/tree-sitter-wasm/-/tree-sitter-wasm-${GRAMMARS.version}.tgz`,
          sha256: GRAMMARS.sha256,
        },
        notices: `${FOLDER}/make/GRAMMAR-NOTICES`,
      },
      ...LIBRARIES.map((library) => ({
        name: library.name,
        version: library.release,
        license: library.license,
        purl: library.purl,
        source: { url: crateUrl(library), sha256: library.sha256 },
        notices: `${FOLDER}/unpacker/NOTICES`,
      })),
    ],
    fittings: async () => [
      carryCompressed([
        `${FOLDER}/engine/libyara.wasm`,
        `${FOLDER}/unpacker/unpacker.wasm`,
        ...grammarFiles(),
      ]),
      parsers(),
      withoutFormChecks(),
      await (await import("./page.ts")).bundledPage(),
    ],
  },
  parts: {
    engine: async () => (await import("./engine.ts")).buildEngine(),
    unpacker: async () => (await import("./unpacker.ts")).buildUnpacker(),
  },
  async generate() {
    const { generateCommandFiles } = await import("#kit/make/command-files.ts");
    const { product } = await import("../src/product.ts");
    const { generateGatewayTypes } = await import("../../cryptex-client/make/gateway-types.ts");
    return [...(await generateCommandFiles(product, FOLDER)), ...(await generateGatewayTypes())];
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
      beside: [
        {
          folder: "packages/cryptex-client",
          build: async (folder) => (await import("../../cryptex-client/make/client.ts")).buildClient(folder),
        },
        {
          folder: "packages/node-red-cryptex",
          build: async (folder) => (await import("../../node-red-cryptex/make/nodes.ts")).buildNodes(folder),
        },
      ],
    },
  },
};
