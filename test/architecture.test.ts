/** Who may import whom. A failure here is answered by moving code, not by editing the table. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const ROOT = join(import.meta.dir, "..");

/** The first rule that matches a file is its layer. Targets are layers, or packages where they have no layer. */
const LAYERS: readonly { name: string; files: RegExp; may: readonly string[]; packages: RegExp }[] = [
  { name: "errors", files: /^src\/errors\.ts$/, may: [], packages: /^$/ },
  {
    name: "stats",
    files: /^src\/stats\//,
    may: ["stats"],
    packages: /^(@stdlib\/|simple-statistics$|node:zlib$)/,
  },
  { name: "health", files: /^src\/health\//, may: ["stats"], packages: /^$/ },
  { name: "conditioning", files: /^src\/conditioning\//, may: ["errors"], packages: /^node:crypto$/ },
  { name: "drbg", files: /^src\/drbg\//, may: ["errors", "conditioning"], packages: /^node:crypto$/ },
  { name: "ffi", files: /^ffi\//, may: ["errors"], packages: /^(bun:ffi|node:)/ },
  { name: "host", files: /^src\/platform\/host\.ts$/, may: ["ffi"], packages: /^$/ },
  { name: "platform", files: /^src\/platform\//, may: ["ffi", "errors", "host"], packages: /^node:/ },
  { name: "source", files: /^src\/(source|trace)\.ts$/, may: ["source", "host"], packages: /^$/ },
  {
    name: "selection",
    files: /^src\/selection\.ts$/,
    may: ["source", "errors"],
    packages: /^fastest-levenshtein$/,
  },
  { name: "sampling", files: /^src\/sampling\//, may: ["source", "errors", "host"], packages: /^node:/ },
  {
    name: "sources",
    files: /^src\/sources\//,
    may: ["source", "sampling", "errors", "host"],
    packages: /^node:/,
  },
  {
    name: "pool",
    files: /^src\/pool\//,
    may: ["source", "errors", "health", "conditioning", "drbg", "host"],
    packages: /^node:events$/,
  },
  {
    name: "report",
    files: /^src\/report\//,
    may: ["stats", "source", "errors"],
    packages: /^(node:|echarts)/,
  },
  { name: "evidence", files: /^src\/evidence\//, may: ["source", "errors", "host"], packages: /^node:/ },
  {
    name: "thread",
    files: /^src\/(worker|sampling-thread)\.ts$/,
    may: ["platform", "pool", "sources"],
    packages: /^node:worker_threads$/,
  },
  { name: "version", files: /^src\/version\.ts$/, may: [], packages: /^$/ },
  {
    name: "server",
    files: /^src\/server\//,
    may: ["pool", "drbg", "source", "selection", "stats", "report", "errors", "version"],
    packages: /^(hono|node:|echarts|eventsource-parser$)/,
  },
  {
    name: "tui",
    files: /^src\/tui\//,
    may: ["pool", "source", "stats", "report", "errors", "version"],
    packages: /^(@opentui\/core$|node:)/,
  },
  { name: "device", files: /^src\/device\//, may: ["pool", "errors", "host"], packages: /^node:/ },
  {
    name: "serve",
    files: /^src\/serve\//,
    may: ["pool", "source", "selection", "stats", "report", "errors", "version"],
    packages: /^node:/,
  },
  {
    name: "library",
    files: /^src\/(library\/|index\.ts$)/,
    may: [
      "errors",
      "stats",
      "drbg",
      "host",
      "platform",
      "source",
      "selection",
      "sources",
      "pool",
      "report",
      "evidence",
      "serve",
      "thread",
      "version",
    ],
    packages: /^node:/,
  },
  {
    name: "cli",
    files: /^src\/(cli\/|main\.ts$)/,
    may: [
      "errors",
      "stats",
      "health",
      "conditioning",
      "drbg",
      "host",
      "platform",
      "source",
      "selection",
      "sources",
      "pool",
      "report",
      "evidence",
      "thread",
      "version",
      "server",
      "tui",
      "device",
      "serve",
      "library",
    ],
    packages: /^(node:|citty$|consola|@clack\/prompts$|simple-statistics$)/,
  },
];

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith(".ts"));
}

function layerOf(file: string) {
  return LAYERS.find((layer) => layer.files.test(file));
}

/** Every module named in an import, type imports, re-exports and import() included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)["']([^"']+)["']/gm;
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}

const files = [...filesBelow("src"), ...filesBelow("ffi")];

describe("import directions", () => {
  for (const file of files) {
    test(file, () => {
      const layer = layerOf(file);
      expect(layer, `${file} belongs to no layer`).toBeDefined();
      for (const target of importsOf(file)) {
        if (!target.startsWith(".")) {
          expect(target, `${file} may not import ${target}`).toMatch(layer!.packages);
          continue;
        }
        const path = relative(ROOT, normalize(join(ROOT, dirname(file), target)));
        if (!path.endsWith(".ts")) continue; // data files
        const other = layerOf(path);
        const allowed =
          other !== undefined && (other.name === layer!.name || layer!.may.includes(other.name));
        expect(
          allowed,
          `${file} (${layer!.name}) may not import ${path} (${other?.name ?? "no layer"})`,
        ).toBe(true);
      }
    });
  }
});

describe("purity", () => {
  test("stats, health, conditioning: no clock, randomness, console or process", () => {
    const impure =
      /\b(console\.|process\.|performance\.|Date\.now|new Date\b|Math\.random|getRandomValues|randomBytes|Bun\.)/;
    for (const file of files.filter((name) => /^src\/(stats|health|conditioning)\//.test(name))) {
      const code = readFileSync(join(ROOT, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      expect(code, file).not.toMatch(impure);
    }
  });

  test("only platform/index.ts reads process.platform", () => {
    const readers = files.filter((name) =>
      /process\.(platform|arch)/.test(readFileSync(join(ROOT, name), "utf8")),
    );
    expect(readers.filter((name) => !name.startsWith("ffi/"))).toEqual(["src/platform/index.ts"]);
  });

  test("no file is called utils, helpers, common or types", () => {
    expect(files.filter((name) => /\/(utils?|helpers?|common|types)\.ts$/.test(name))).toEqual([]);
  });
});
