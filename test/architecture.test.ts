/** Who may import whom. A failure here is answered by moving code, not by editing the table. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const ROOT = join(import.meta.dir, "..");

/** The first rule that matches a file is its layer. Targets are layers, or packages where they have no layer. */
const LAYERS: readonly { name: string; files: RegExp; may: readonly string[]; packages: RegExp }[] = [
  { name: "kit/errors", files: /^kit\/errors\.ts$/, may: [], packages: /^$/ },
  { name: "kit/abort", files: /^kit\/abort\.ts$/, may: [], packages: /^$/ },
  // Some of the kit still reaches up into the product; each of these edges is a parameter that is missing.
  {
    name: "kit/make",
    files: /^kit\/make\//,
    may: ["kit/native", "kit/files", "kit/term"],
    packages: /^(node:|@bomb\.sh\/tab$)/,
  },
  {
    name: "kit/native",
    files: /^kit\/native\//,
    may: ["kit/errors", "kit/files"],
    packages: /^(bun:ffi|node:)/,
  },
  { name: "kit/files", files: /^kit\/files\//, may: ["kit/abort", "kit/errors"], packages: /^node:/ },
  { name: "kit/format", files: /^kit\/format\//, may: [], packages: /^$/ },
  {
    name: "kit/http",
    files: /^kit\/http\//,
    may: ["kit/errors", "kit/files"],
    packages: /^(hono|node:)/,
  },
  {
    name: "kit/term",
    files: /^kit\/term\//,
    may: ["kit/abort", "kit/errors", "kit/format"],
    packages: /^(node:|consola|@clack\/prompts$|fastest-levenshtein$)/,
  },
  { name: "make", files: /^make\//, may: [], packages: /^$/ },
  { name: "errors", files: /^src\/errors\.ts$/, may: ["kit/errors"], packages: /^$/ },
  {
    name: "stats",
    files: /^src\/stats\//,
    may: ["stats"],
    packages: /^(@stdlib\/|node:zlib$)/,
  },
  { name: "health", files: /^src\/health\//, may: ["stats"], packages: /^$/ },
  { name: "conditioning", files: /^src\/conditioning\//, may: ["stats"], packages: /^node:crypto$/ },
  {
    name: "rbg",
    files: /^src\/rbg\//,
    may: ["errors", "conditioning", "source", "sampling", "stats", "kit/abort"],
    packages: /^node:crypto$/,
  },
  // A list of names, generated from c/.
  { name: "kernels", files: /^ffi\/kernels\.ts$/, may: [], packages: /^$/ },
  { name: "ffi", files: /^ffi\//, may: ["kernels", "kit/errors", "kit/native"], packages: /^$/ },
  { name: "host", files: /^src\/platform\/host\.ts$/, may: ["ffi"], packages: /^$/ },
  {
    name: "platform",
    files: /^src\/platform\//,
    may: ["ffi", "errors", "host", "kit/abort"],
    packages: /^node:/,
  },
  { name: "source", files: /^src\/(source|trace)\.ts$/, may: ["source", "host"], packages: /^$/ },
  {
    name: "sources",
    files: /^src\/sources\//,
    may: ["source", "errors", "host", "kernels", "kit/term", "kit/abort"],
    packages: /^node:/,
  },
  {
    name: "sampling",
    files: /^src\/sampling\//,
    may: ["source", "sources", "errors", "host", "platform", "health"],
    packages: /^node:worker_threads$/,
  },
  {
    name: "pool",
    files: /^src\/pool\//,
    may: [
      "source",
      "sampling",
      "errors",
      "health",
      "conditioning",
      "host",
      "calibration",
      "rbg",
      "sources",
      "kit/abort",
    ],
    packages: /^node:events$/,
  },
  {
    name: "report",
    files: /^src\/report\//,
    may: [
      "stats",
      "source",
      "errors",
      "kit/format",
      "kit/files",
      "kit/abort",
      "kit/term",
      "pool",
      "rbg",
      "recording",
      "conditioning",
      "host",
    ],
    packages: /^(node:|echarts)/,
  },
  {
    name: "recording",
    files: /^src\/recording\//,
    may: ["source", "errors", "host", "platform", "health", "stats", "version", "kit/files"],
    packages: /^(node:|simple-statistics$)/,
  },
  {
    name: "calibration",
    files: /^src\/calibration\//,
    may: ["source", "sources", "errors", "host", "platform", "recording", "kit/files", "version"],
    packages: /^node:/,
  },
  { name: "version", files: /^src\/version\.ts$/, may: [], packages: /^$/ },
  {
    name: "faces/http",
    files: /^src\/faces\/http\//,
    may: [
      "pool",
      "rbg",
      "source",
      "sources",
      "stats",
      "report",
      "errors",
      "version",
      "kit/http",
      "kit/files",
      "kit/term",
      "kit/abort",
      "kit/format",
      "sampling",
    ],
    packages: /^(hono|node:|echarts|eventsource-parser$)/,
  },
  {
    name: "faces/terminal",
    files: /^src\/faces\/terminal\//,
    may: [
      "pool",
      "rbg",
      "source",
      "stats",
      "report",
      "errors",
      "version",
      "kit/term",
      "kit/format",
      "kit/abort",
    ],
    packages: /^(@opentui\/core$|node:)/,
  },
  {
    name: "faces/device",
    files: /^src\/faces\/device\//,
    may: ["pool", "rbg", "errors", "host", "kit/abort", "kit/term", "faces/pipe"],
    packages: /^node:/,
  },
  {
    name: "faces/pipe",
    files: /^src\/faces\/pipe\//,
    may: ["host", "kit/abort", "rbg", "kit/term", "errors", "pool", "sources"],
    packages: /^node:/,
  },
  {
    name: "faces/stdio",
    files: /^src\/faces\/stdio\//,
    may: ["pool", "rbg", "sampling", "source", "stats", "report", "errors", "version"],
    packages: /^node:/,
  },
  {
    name: "faces/library",
    files: /^src\/(faces\/library\/|index\.ts$)/,
    may: [
      "errors",
      "stats",
      "rbg",
      "host",
      "platform",
      "source",
      "sources",
      "sampling",
      "pool",
      "report",
      "calibration",
      "faces/stdio",
      "kit/native",
      "version",
    ],
    packages: /^node:/,
  },
  {
    name: "deps",
    files: /^src\/(deps|scripts\.d)\.ts$/,
    may: ["calibration", "host", "platform", "sampling", "sources", "kit/term", "pool"],
    packages: /^$/,
  },
  {
    name: "commands",
    files: /^src\/commands\//,
    may: [
      "errors",
      "stats",
      "conditioning",
      "host",
      "source",
      "sources",
      "pool",
      "report",
      "recording",
      "calibration",
      "deps",
      "version",
      "faces/http",
      "faces/terminal",
      "faces/device",
      "faces/pipe",
      "faces/stdio",
      "faces/library",
      "kit/term",
      "kit/format",
      "kit/abort",
    ],
    packages: /^(node:|simple-statistics$)/,
  },
  {
    name: "product",
    files: /^src\/(product|menu|main)\.ts$/,
    may: ["commands", "deps", "version", "kit/term", "source"],
    packages: /^node:fs$/,
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

const files = [...filesBelow("kit"), ...filesBelow("src"), ...filesBelow("ffi")];

describe("import directions", () => {
  for (const file of files) {
    test(file, () => {
      const layer = layerOf(file);
      expect(layer, `${file} belongs to no layer`).toBeDefined();
      for (const target of importsOf(file)) {
        if (!target.startsWith(".") && !target.startsWith("#kit/")) {
          expect(target, `${file} may not import ${target}`).toMatch(layer!.packages);
          continue;
        }
        const path = target.startsWith("#")
          ? target.slice(1)
          : relative(ROOT, normalize(join(ROOT, dirname(file), target)));
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
  test("no command casts an option: the flags give them their types", () => {
    const cast = /\b(options|args|given)\b[\w.?![\]"'-]*\)?\s+as\s+(?!const\b)/;
    for (const file of files.filter((name) => name.startsWith("src/commands/"))) {
      const code = readFileSync(join(ROOT, file), "utf8");
      expect(code, file).not.toMatch(cast);
      expect(code, `${file} takes options of any type`).not.toMatch(
        /(options|args): Record<string, unknown>/,
      );
    }
  });

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
    expect(readers.filter((name) => !/^(ffi|kit)\//.test(name))).toEqual(["src/platform/index.ts"]);
  });

  test("a command parses, checks and runs: no file of commands has more than 100 lines", () => {
    const lines = (file: string) => readFileSync(join(ROOT, file), "utf8").split("\n").length - 1;
    const commands = files.filter((name) => name.startsWith("src/commands/"));
    expect(commands.filter((name) => lines(name) > 100)).toEqual([]);
  });

  test("no file is called utils, helpers, common or types", () => {
    expect(files.filter((name) => /\/(utils?|helpers?|common|types)\.ts$/.test(name))).toEqual([]);
  });
});
