/**
 * Who may import whom. Type imports and import() count. A failure is answered by moving code, or by taking an edge out of
 * the table that nothing needs any more.
 */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const ROOT = join(import.meta.dir, "..");

interface Layer {
  readonly name: string;
  readonly files: RegExp;
  /** Layers that it may import, besides itself. */
  readonly may: readonly string[];
  readonly packages: RegExp;
}

/** The first layer that matches a file is the file's. */
const LAYERS: readonly { name: string; files: RegExp; may: readonly string[]; packages: RegExp }[] = [
  { name: "kit/errors", files: /^kit\/errors\.ts$/, may: [], packages: /^$/ },
  { name: "kit/abort", files: /^kit\/abort\.ts$/, may: [], packages: /^$/ },
  {
    name: "kit/thread",
    files: /^kit\/thread\.ts$/,
    may: ["kit/abort", "kit/errors"],
    packages: /^node:(worker_threads|timers\/promises)$/,
  },
  {
    name: "kit/memory",
    files: /^kit\/memory\.ts$/,
    may: ["kit/errors", "kit/files"],
    packages: /^node:path$/,
  },
  {
    name: "kit/make",
    files: /^kit\/make\//,
    may: ["kit/native", "kit/files", "kit/term"],
    packages: /^(node:|@bomb\.sh\/tab$|rollup(-plugin-dts)?$|typescript$)/,
  },
  {
    name: "kit/native",
    files: /^kit\/native\//,
    may: ["kit/errors", "kit/files"],
    packages: /^(bun:ffi|node:)/,
  },
  {
    name: "kit/files",
    files: /^kit\/files\//,
    may: ["kit/abort", "kit/errors"],
    packages: /^(bun:sqlite$|node:)/,
  },
  { name: "kit/format", files: /^kit\/format\//, may: [], packages: /^$/ },
  {
    name: "kit/graph",
    files: /^kit\/graph\//,
    may: ["kit/errors", "kit/format"],
    packages: /^@dagrejs\/dagre$/,
  },
  {
    name: "kit/http",
    files: /^kit\/http\//,
    may: ["kit/abort", "kit/errors", "kit/files"],
    packages: /^(hono|node:)/,
  },
  {
    name: "kit/telemetry",
    files: /^kit\/telemetry\//,
    may: ["kit/errors", "kit/format", "kit/http"],
    packages: /^@opentelemetry\//,
  },
  {
    name: "kit/signing",
    files: /^kit\/signing\//,
    may: ["kit/abort", "kit/errors", "kit/files", "kit/format"],
    packages: /^node:/,
  },
  {
    name: "kit/fleet",
    files: /^kit\/fleet\//,
    may: ["kit/abort", "kit/errors", "kit/files", "kit/format", "kit/signing", "kit/term", "kit/thread"],
    packages: /^(@nats-io\/(jetstream|kv|obj|transport-node)$|bun$|node:)/,
  },
  {
    name: "kit/page",
    files: /^kit\/page\//,
    may: [],
    packages: /^echarts/,
  },
  {
    name: "kit/term",
    files: /^kit\/term\//,
    may: ["kit/abort", "kit/errors", "kit/files", "kit/format", "kit/native", "kit/thread"],
    packages: /^(node:|consola|@clack\/prompts$|fastest-levenshtein$)/,
  },
  { name: "make", files: /^make\//, may: [], packages: /^$/ },
  { name: "errors", files: /^src\/errors\.ts$/, may: ["kit/errors"], packages: /^$/ },
  {
    name: "stats",
    files: /^src\/stats\//,
    may: [],
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
  {
    name: "everyday",
    files: /^src\/everyday\//,
    may: ["errors"],
    packages: /^(node:(crypto|timers\/promises)|secure-password-utilities\/wordlists)$/,
  },
  // A list of names, generated from c/.
  { name: "kernels", files: /^ffi\/kernels\.ts$/, may: [], packages: /^$/ },
  { name: "ffi", files: /^ffi\//, may: ["kernels", "kit/errors", "kit/native"], packages: /^$/ },
  {
    name: "native-loops",
    files: /^src\/native-loops\.ts$/,
    may: ["ffi", "stats", "kit/errors"],
    packages: /^$/,
  },
  {
    name: "deep/engine",
    files: /^src\/deep\/engine\//,
    may: ["deep", "errors", "ffi", "kit/errors", "kit/files", "kit/format"],
    packages: /^node:/,
  },
  { name: "deep", files: /^src\/deep\//, may: ["ffi", "stats"], packages: /^$/ },
  { name: "host", files: /^src\/platform\/host\.ts$/, may: ["ffi"], packages: /^$/ },
  {
    name: "platform",
    files: /^src\/platform\//,
    may: ["ffi", "errors", "host", "kit/abort", "kit/format"],
    packages: /^node:/,
  },
  { name: "source", files: /^src\/(source|trace)\.ts$/, may: ["host"], packages: /^$/ },
  {
    name: "sources",
    files: /^src\/sources\//,
    may: [
      "source",
      "errors",
      "host",
      "kernels",
      "kit/term",
      "kit/abort",
      "kit/files",
      "kit/format",
      "kit/memory",
    ],
    packages: /^node:/,
  },
  {
    name: "sampling",
    files: /^src\/sampling\//,
    may: ["source", "sources", "errors", "host", "platform", "health", "conditioning"],
    packages: /^node:worker_threads$/,
  },
  {
    name: "pool",
    files: /^src\/pool\//,
    may: [
      "source",
      "sampling",
      "errors",
      "conditioning",
      "calibration",
      "platform",
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
      "deep",
      "deep/engine",
      "ffi",
      "stats",
      "native-loops",
      "source",
      "errors",
      "kit/format",
      "kit/files",
      "kit/abort",
      "kit/memory",
      "kit/term",
      "pool",
      "rbg",
      "recording",
      "host",
    ],
    packages: /^(node:|echarts)/,
  },
  {
    name: "assessment",
    files: /^src\/assessment\//,
    may: ["conditioning", "stats", "errors", "report", "kit/files", "kit/format", "kit/term"],
    packages: /^node:/,
  },
  {
    name: "fleet",
    files: /^src\/fleet\//,
    may: ["errors", "report", "version", "kit/abort", "kit/fleet", "kit/format", "kit/signing", "kit/term"],
    packages: /^node:/,
  },
  {
    name: "recording",
    files: /^src\/recording\//,
    may: ["source", "errors", "host", "platform", "health", "stats", "version", "kit/files", "kit/format"],
    packages: /^(node:|simple-statistics$)/,
  },
  {
    name: "calibration",
    files: /^src\/calibration\//,
    may: [
      "source",
      "sources",
      "errors",
      "host",
      "platform",
      "recording",
      "kit/files",
      "kit/format",
      "version",
    ],
    packages: /^node:/,
  },
  {
    name: "evidence/recordings",
    files: /^src\/evidence\/([a-z-]+\.ts$|catalogue\/)/,
    may: ["calibration", "errors", "platform", "recording", "kit/files", "kit/format", "kit/term"],
    packages: /^node:/,
  },
  {
    name: "evidence/compare",
    files: /^src\/evidence\/compare\//,
    may: [
      "evidence/recordings",
      "calibration",
      "errors",
      "platform",
      "recording",
      "report",
      "source",
      "stats",
      "kit/files",
      "kit/format",
      "kit/graph",
      "kit/term",
    ],
    packages: /^node:/,
  },
  { name: "version", files: /^src\/version\.ts$/, may: [], packages: /^$/ },
  {
    name: "drill",
    files: /^src\/drill\//,
    may: [
      "conditioning",
      "errors",
      "health",
      "host",
      "platform",
      "pool",
      "rbg",
      "recording",
      "sampling",
      "source",
      "version",
      "kit/files",
      "kit/format",
    ],
    packages: /^node:/,
  },
  {
    name: "evidence/package",
    files: /^src\/evidence\/package\//,
    may: [
      "assessment",
      "conditioning",
      "drill",
      "errors",
      "health",
      "host",
      "pool",
      "recording",
      "report",
      "sampling",
      "source",
      "version",
      "kit/files",
      "kit/format",
      "kit/signing",
      "kit/term",
    ],
    packages: /^node:/,
  },
  {
    name: "health-check",
    files: /^src\/health-check\//,
    may: [
      "assessment",
      "calibration",
      "drill",
      "errors",
      "health",
      "host",
      "kit/format",
      "kit/term",
      "rbg",
      "recording",
      "sampling",
      "source",
    ],
    packages: /^node:/,
  },
  {
    name: "seed",
    files: /^src\/seed\//,
    may: ["errors", "kit/abort", "kit/files", "kit/format", "kit/http", "kit/signing"],
    packages: /^(age-encryption$|node:)/,
  },
  {
    name: "faces/http",
    files: /^src\/faces\/http\//,
    may: [
      "pool",
      "rbg",
      "source",
      "errors",
      "version",
      "seed",
      "kit/signing",
      "kit/fleet",
      "kit/http",
      "kit/telemetry",
      "kit/term",
      "kit/abort",
      "kit/format",
      "kit/page",
      "sampling",
    ],
    packages: /^(hono|node:|echarts|eventsource-parser$)/,
  },
  {
    name: "faces/terminal",
    files: /^src\/faces\/terminal\//,
    may: ["pool", "rbg", "source", "errors", "version", "kit/term", "kit/format", "kit/abort", "kit/native"],
    packages: /^(@opentui\/core$|node:)/,
  },
  {
    name: "faces/device",
    files: /^src\/faces\/device\//,
    may: [
      "pool",
      "rbg",
      "errors",
      "host",
      "kit/abort",
      "kit/files",
      "kit/format",
      "kit/http",
      "kit/term",
      "faces/pipe",
    ],
    packages: /^node:/,
  },
  {
    name: "faces/pipe",
    files: /^src\/faces\/pipe\//,
    may: [
      "everyday",
      "host",
      "kit/abort",
      "kit/files",
      "kit/format",
      "rbg",
      "kit/term",
      "errors",
      "pool",
      "sources",
    ],
    packages: /^node:/,
  },
  {
    name: "faces/stdio",
    files: /^src\/faces\/stdio\//,
    may: ["pool", "rbg", "errors"],
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
      "assessment",
      "fleet",
      "recording",
      "calibration",
      "drill",
      "everyday",
      "health-check",
      "evidence/package",
      "evidence/recordings",
      "evidence/compare",
      "deps",
      "version",
      "faces/http",
      "faces/terminal",
      "faces/device",
      "faces/pipe",
      "faces/stdio",
      "faces/library",
      "seed",
      "kit/fleet",
      "kit/telemetry",
      "kit/term",
      "kit/format",
      "kit/abort",
      "kit/signing",
    ],
    packages: /^(node:|simple-statistics$)/,
  },
  {
    name: "product",
    files: /^src\/(product|menu|main)\.ts$/,
    may: ["commands", "deps", "everyday", "version", "kit/native", "kit/term", "source"],
    packages: /^node:fs$/,
  },

  // ---- cryptex, which knows nothing of the above but the kit ----
  {
    name: "cryptex/work-thread-url",
    files: /^packages\/cryptex\/src\/work-thread-url\.ts$/,
    may: [],
    packages: /^$/,
  },
  {
    name: "cryptex/engine",
    files: /^packages\/cryptex\/src\/engine\//,
    may: ["cryptex/work-thread-url", "kit/errors", "kit/files", "kit/thread"],
    packages: /^node:/,
  },
  {
    name: "cryptex/rules",
    files: /^packages\/cryptex\/src\/rules\//,
    may: [
      "cryptex/work-thread-url",
      "cryptex/engine",
      "cryptex/version",
      "kit/errors",
      "kit/files",
      "kit/format",
      "kit/memory",
      "kit/term",
      "kit/thread",
    ],
    packages: /^node:/,
  },
  {
    name: "cryptex/other-engines",
    files: /^packages\/cryptex\/src\/other-engines\//,
    may: ["cryptex/rules", "kit/errors"],
    packages: /^node:/,
  },
  {
    name: "cryptex/safe-index",
    files: /^packages\/cryptex\/src\/safe-index\//,
    may: [
      "cryptex/work-thread-url",
      "cryptex/engine",
      "cryptex/rules",
      "cryptex/other-engines",
      "kit/format",
      "kit/thread",
    ],
    packages: /^node:/,
  },
  {
    name: "cryptex/archives",
    files: /^packages\/cryptex\/src\/archives\//,
    may: ["kit/files"],
    packages: /^$/,
  },
  {
    name: "cryptex/explain",
    files: /^packages\/cryptex\/src\/explain\//,
    may: ["cryptex/engine", "cryptex/rules", "kit/format", "kit/term"],
    packages: /^node:util$/,
  },
  {
    name: "cryptex/scan-runner",
    files: /^packages\/cryptex\/src\/scan-runner\//,
    may: [
      "cryptex/archives",
      "cryptex/engine",
      "cryptex/rules",
      "cryptex/explain",
      "kit/abort",
      "kit/errors",
      "kit/files",
      "kit/memory",
      "kit/format",
      "kit/term",
    ],
    packages: /^node:/,
  },
  {
    name: "cryptex/bisect",
    files: /^packages\/cryptex\/src\/bisect\//,
    may: ["cryptex/work-thread-url", "cryptex/engine", "cryptex/rules", "kit/thread"],
    packages: /^$/,
  },
  {
    name: "cryptex/watch",
    files: /^packages\/cryptex\/src\/watch\//,
    may: ["cryptex/rules", "cryptex/scan-runner", "kit/abort", "kit/errors", "kit/format", "kit/native"],
    packages: /^node:fs$/,
  },
  {
    name: "cryptex/rule-tests",
    files: /^packages\/cryptex\/src\/rule-tests\//,
    may: [
      "cryptex/work-thread-url",
      "cryptex/rules",
      "cryptex/scan-runner",
      "kit/format",
      "kit/term",
      "kit/thread",
    ],
    packages: /^node:/,
  },
  {
    name: "cryptex/dictionary",
    files: /^packages\/cryptex\/src\/dictionary\//,
    may: ["kit/errors", "kit/format", "kit/graph"],
    packages: /^jsonc-parser$/,
  },
  {
    name: "cryptex/harvest",
    files: /^packages\/cryptex\/src\/harvest\//,
    may: [
      "cryptex/work-thread-url",
      "cryptex/dictionary",
      "cryptex/scan-runner",
      "kit/files",
      "kit/format",
      "kit/memory",
      "kit/thread",
    ],
    packages: /^(node:|@vscode\/tree-sitter-wasm($|\/))/,
  },
  {
    name: "cryptex/results",
    files: /^packages\/cryptex\/src\/results\//,
    may: ["cryptex/scan-runner", "kit/errors"],
    packages: /^node:timers\/promises$/,
  },
  {
    name: "cryptex/telemetry-agent",
    files: /^packages\/cryptex\/src\/telemetry-agent\//,
    may: ["cryptex/results", "cryptex/scan-runner", "kit/abort", "kit/errors", "kit/format", "kit/http"],
    packages: /^node:/,
  },
  {
    name: "cryptex/fleet-results",
    files: /^packages\/cryptex\/src\/fleet-results\//,
    may: ["cryptex/results", "cryptex/scan-runner", "kit/fleet", "kit/format"],
    packages: /^(bun$|node:crypto$)/,
  },
  {
    name: "cryptex/fleet",
    files: /^packages\/cryptex\/src\/fleet\//,
    may: [
      "cryptex/work-thread-url",
      "cryptex/archives",
      "cryptex/fleet-results",
      "cryptex/rule-packages",
      "cryptex/rules",
      "cryptex/scan-runner",
      "cryptex/signing",
      "cryptex/version",
      "cryptex/telemetry-agent",
      "kit/abort",
      "kit/errors",
      "kit/fleet",
      "kit/format",
      "kit/signing",
      "kit/term",
      "kit/thread",
    ],
    packages: /^node:/,
  },
  {
    name: "cryptex/service-error",
    files: /^packages\/cryptex\/src\/gateway\/service-error\.ts$/,
    may: ["kit/errors"],
    packages: /^$/,
  },
  {
    name: "cryptex/gap",
    files: /^packages\/cryptex\/src\/gap\//,
    may: [
      "cryptex/work-thread-url",
      "cryptex/dictionary",
      "cryptex/harvest",
      "cryptex/results",
      "cryptex/service-error",
      "kit/errors",
      "kit/files",
      "kit/format",
      "kit/term",
      "kit/thread",
    ],
    packages: /^(node:|ignore$|@vscode\/tree-sitter-wasm$)/,
  },
  {
    name: "cryptex/cryptex-store",
    files: /^packages\/cryptex\/src\/cryptex-store\//,
    may: [
      "cryptex/work-thread-url",
      "cryptex/dictionary",
      "cryptex/gap",
      "cryptex/results",
      "cryptex/telemetry-agent",
      "cryptex/rules",
      "cryptex/scan-runner",
      "cryptex/version",
      "kit/abort",
      "kit/errors",
      "kit/files",
      "kit/format",
      "kit/thread",
    ],
    packages: /^(bun:sqlite$|node:)/,
  },
  {
    name: "cryptex/gateway/http",
    files: /^packages\/cryptex\/src\/gateway\/(http\/|serve\.ts$|protection\.ts$)/,
    may: [
      "cryptex/gateway/page-files",
      "cryptex/cryptex-store",
      "cryptex/dictionary",
      "cryptex/engine",
      "cryptex/gap",
      "cryptex/gateway",
      "cryptex/gateway/mcp",
      "cryptex/gateway/rules",
      "cryptex/gateway/scans",
      "cryptex/gateway/services",
      "cryptex/gateway/triggers",
      "cryptex/results",
      "cryptex/rules",
      "cryptex/safe-index",
      "cryptex/scan-runner",
      "cryptex/service-error",
      "cryptex/telemetry-agent",
      "cryptex/version",
      "kit/abort",
      "kit/errors",
      "kit/format",
      "kit/http",
      "kit/telemetry",
      "kit/term",
    ],
    packages: /^(hono|node:(http|os|path))$/,
  },
  {
    name: "cryptex/gateway/mcp",
    files: /^packages\/cryptex\/src\/gateway\/mcp\//,
    may: [
      "cryptex/cryptex-store",
      "cryptex/dictionary",
      "cryptex/explain",
      "cryptex/gap",
      "cryptex/gateway",
      "cryptex/gateway/scans",
      "cryptex/gateway/services",
      "cryptex/harvest",
      "cryptex/results",
      "cryptex/rules",
      "cryptex/safe-index",
      "cryptex/service-error",
      "cryptex/version",
      "kit/abort",
      "kit/format",
      "kit/term",
    ],
    packages: /^(@modelcontextprotocol\/server(\/stdio)?|zod|node:(crypto|fs|path))$/,
  },
  {
    name: "cryptex/gateway/services",
    files: /^packages\/cryptex\/src\/gateway\/services\.ts$/,
    may: [
      "cryptex/cryptex-store",
      "cryptex/dictionary",
      "cryptex/gap",
      "cryptex/gateway",
      "cryptex/gateway/rules",
      "cryptex/gateway/scans",
      "cryptex/gateway/triggers",
      "cryptex/results",
      "cryptex/rules",
      "cryptex/service-error",
      "cryptex/telemetry-agent",
    ],
    packages: /^$/,
  },
  {
    name: "cryptex/gateway/scans",
    files: /^packages\/cryptex\/src\/gateway\/scans\//,
    may: [
      "cryptex/archives",
      "cryptex/cryptex-store",
      "cryptex/gateway",
      "cryptex/results",
      "cryptex/rules",
      "cryptex/scan-runner",
      "cryptex/service-error",
      "cryptex/version",
      "kit/abort",
      "kit/errors",
      "kit/format",
    ],
    packages: /^node:path$/,
  },
  {
    name: "cryptex/gateway/rules",
    files: /^packages\/cryptex\/src\/gateway\/rules\//,
    may: [
      "cryptex/cryptex-store",
      "cryptex/explain",
      "cryptex/gateway",
      "cryptex/gateway/scans",
      "cryptex/rules",
      "cryptex/safe-index",
      "cryptex/scan-runner",
      "cryptex/service-error",
      "cryptex/version",
      "kit/errors",
      "kit/format",
    ],
    packages: /^node:(fs|path|timers\/promises)$/,
  },
  // The page runs in browsers: it asks the gateway by the client, and takes from the product what knows nothing of a machine.
  {
    name: "cryptex/gateway/page-files",
    files: /^packages\/cryptex\/src\/gateway\/page\/page-files\.ts$/,
    may: ["cryptex/make-page", "kit/http"],
    packages: /^$/,
  },
  { name: "cryptex/make-page", files: /^packages\/cryptex\/make\/page\.ts$/, may: [], packages: /^$/ },
  {
    name: "cryptex/gateway/page",
    files: /^packages\/cryptex\/src\/gateway\/page\//,
    may: [
      "cryptex-client",
      "cryptex/dictionary",
      "cryptex/explain",
      "cryptex/gap",
      "cryptex/scan-runner",
      "kit/format",
      "kit/page",
    ],
    packages: /^(svelte($|\/)|echarts\/)/,
  },
  { name: "cryptex-client", files: /^packages\/cryptex-client\/src\//, may: [], packages: /^$/ },
  {
    name: "cryptex/gateway/triggers",
    files: /^packages\/cryptex\/src\/gateway\/triggers\//,
    may: [
      "cryptex/cryptex-store",
      "cryptex/gateway",
      "cryptex/results",
      "cryptex/service-error",
      "cryptex/version",
      "kit/abort",
      "kit/errors",
      "kit/format",
    ],
    packages: /^(ipaddr\.js$|node:(crypto|dns\/promises|http|https|net)$)/,
  },
  {
    name: "cryptex/gateway",
    files: /^packages\/cryptex\/src\/gateway\//,
    may: [
      "cryptex/cryptex-store",
      "cryptex/engine",
      "cryptex/explain",
      "cryptex/rules",
      "cryptex/safe-index",
      "cryptex/scan-runner",
      "cryptex/service-error",
      "cryptex/version",
      "kit/abort",
      "kit/errors",
      "kit/format",
    ],
    packages: /^node:(fs|os|path)$/,
  },
  {
    name: "cryptex/signing",
    files: /^packages\/cryptex\/src\/signing\//,
    may: ["cryptex/other-engines", "kit/abort", "kit/errors", "kit/files", "kit/format", "kit/signing"],
    packages: /^node:/,
  },
  {
    name: "cryptex/rule-packages",
    files: /^packages\/cryptex\/src\/rule-packages\//,
    may: ["cryptex/rules", "cryptex/signing", "kit/errors", "kit/files", "kit/format", "kit/signing"],
    packages: /^node:/,
  },
  {
    name: "cryptex/fleet",
    files: /^packages\/cryptex\/src\/fleet\//,
    may: [
      "cryptex/rule-packages",
      "cryptex/rules",
      "cryptex/scan-runner",
      "cryptex/signing",
      "cryptex/version",
      "kit/abort",
      "kit/errors",
      "kit/fleet",
      "kit/signing",
      "kit/term",
    ],
    packages: /^node:/,
  },
  { name: "cryptex/version", files: /^packages\/cryptex\/src\/version\.ts$/, may: [], packages: /^$/ },
  {
    name: "cryptex/deps",
    files: /^packages\/cryptex\/src\/deps\.ts$/,
    may: ["kit/files"],
    packages: /^node:fs$/,
  },
  {
    name: "cryptex/commands",
    files: /^packages\/cryptex\/src\/commands\//,
    may: [
      "cryptex/fleet",
      "cryptex/fleet-results",
      "cryptex/archives",
      "cryptex/engine",
      "cryptex/rules",
      "cryptex/other-engines",
      "cryptex/safe-index",
      "cryptex/explain",
      "cryptex/scan-runner",
      "cryptex/rule-tests",
      "cryptex/watch",
      "cryptex/bisect",
      "cryptex/cryptex-store",
      "cryptex/dictionary",
      "cryptex/gateway",
      "cryptex/gateway/http",
      "cryptex/gateway/mcp",
      "cryptex/gateway/services",
      "cryptex/harvest",
      "cryptex/results",
      "cryptex/telemetry-agent",
      "cryptex/gap",
      "cryptex/signing",
      "cryptex/rule-packages",
      "cryptex/fleet",
      "cryptex/version",
      "cryptex/deps",
      "kit/fleet",
      "kit/errors",
      "kit/files",
      "kit/format",
      "kit/graph",
      "kit/signing",
      "kit/telemetry",
      "kit/term",
    ],
    packages: /^node:/,
  },
  {
    name: "cryptex/work-thread",
    files: /^packages\/cryptex\/src\/work-thread\.ts$/,
    may: [
      "cryptex/bisect",
      "cryptex/cryptex-store",
      "cryptex/product",
      "cryptex/engine",
      "cryptex/fleet",
      "cryptex/gap",
      "cryptex/harvest",
      "cryptex/rule-tests",
      "cryptex/rules",
      "cryptex/safe-index",
      "kit/thread",
    ],
    packages: /^$/,
  },
  {
    name: "cryptex/product",
    files: /^packages\/cryptex\/src\/(product|main|command-thread)\.ts$/,
    may: [
      "cryptex/work-thread-url",
      "cryptex/commands",
      "cryptex/deps",
      "cryptex/version",
      "kit/native",
      "kit/term",
    ],
    packages: /^node:fs$/,
  },

  // ---- What others put into their programs: it knows the gateway by its API alone, and takes no packages ----
  {
    name: "cryptex-client",
    files: /^packages\/cryptex-client\/(src|generated)\//,
    may: [],
    packages: /^$/,
  },
  {
    name: "node-red-cryptex",
    files: /^packages\/node-red-cryptex\/(src|nodes)\//,
    may: ["cryptex-client"],
    packages: /^node:(https|stream)$/,
  },
];

const FOLDERS = [
  ...["kit", "src", "ffi", "packages/cryptex/src", "packages/cryptex-client/src"],
  ...["packages/node-red-cryptex/src", "packages/node-red-cryptex/nodes"],
];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((name) => /\.(ts|svelte)$/.test(name))
    .sort(),
);

interface Imports {
  /** Files of this repository, as paths from its root. */
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

const importsOf = new Map(files.map((file) => [file, readImports(file)]));

function readImports(file: string): Imports {
  const text = readFileSync(join(ROOT, file), "utf8");
  const script = file.endsWith(".svelte") ? scriptsOf(text) : text;
  const named = ts.preProcessFile(script, true, true).importedFiles.map(({ fileName }) => fileName);
  const paths = named
    .filter((name) => /^(\.|#kit\/)/.test(name))
    .map((name) => (name.startsWith("#") ? name.slice(1) : relative(ROOT, join(ROOT, dirname(file), name))))
    .filter((path) => /\.(ts|svelte)$/.test(path)); // others are data
  return { files: paths, packages: named.filter((name) => !/^(\.|#kit\/)/.test(name)) };
}

function scriptsOf(component: string): string {
  return [...component.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script).join("\n");
}

function layerOf(file: string): Layer | undefined {
  return LAYERS.find((layer) => layer.files.test(file));
}

describe("import directions", () => {
  for (const file of files) {
    test(file, () => {
      const layer = layerOf(file);
      expect(layer, `${file} belongs to no layer`).toBeDefined();
      const imports = importsOf.get(file)!;
      for (const name of imports.packages) {
        expect(name, `${file} may not import ${name}`).toMatch(layer!.packages);
      }
      for (const path of imports.files) {
        const other = layerOf(path)?.name;
        const isAllowed = other !== undefined && (other === layer!.name || layer!.may.includes(other));
        expect(isAllowed, `${file} (${layer!.name}) may not import ${path} (${other ?? "no layer"})`).toBe(
          true,
        );
      }
    });
  }

  test("every edge of the table is used", () => {
    const used = new Set(
      files.flatMap((file) =>
        importsOf.get(file)!.files.map((path) => `${layerOf(file)?.name} → ${layerOf(path)?.name}`),
      ),
    );
    const allowed = LAYERS.flatMap(({ name, may }) => may.map((other) => `${name} → ${other}`));
    expect(allowed.filter((edge) => !used.has(edge))).toEqual([]);
  });

  test("no layer imports one that imports it, however far around", () => {
    expect(circlesIn(new Map(LAYERS.map(({ name, may }) => [name, may])))).toEqual([]);
  });

  test("no file imports one that imports it, however far around", () => {
    expect(circlesIn(new Map([...importsOf].map(([file, imports]) => [file, imports.files])))).toEqual([]);
  });

  test("a circle is found", () => {
    const graph = { a: ["b"], b: ["c", "d"], c: ["a"], d: [] };
    expect(circlesIn(new Map(Object.entries(graph)))).toEqual(["a → b → c → a"]);
  });
});

/** The circles of a graph, one for each edge that closes one on the way down. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]) => {
    const start = path.indexOf(node);
    if (start >= 0) circles.push([...path.slice(start), node].join(" → "));
    if (start >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return circles;
}

describe("what is found in one place only", () => {
  const commands = files.filter((name) => /^(packages\/[^/]+\/)?src\/commands\//.test(name));
  const filesWith = (pattern: RegExp) =>
    files.filter((file) => pattern.test(readFileSync(join(ROOT, file), "utf8")));

  test("casts of options: nowhere, for the flags give them their types", () => {
    const cast = /\b(options|args|given)\b[\w.?![\]"'-]*\)?\s+as\s+(?!const\b)/;
    const untyped = /(options|args): Record<string, unknown>/;
    expect(filesWith(cast).filter((name) => commands.includes(name))).toEqual([]);
    expect(filesWith(untyped).filter((name) => commands.includes(name))).toEqual([]);
  });

  test("bun:ffi: kit/native and ffi", () => {
    const importers = files.filter((file) => importsOf.get(file)!.packages.includes("bun:ffi"));
    expect(importers.filter((file) => !/^(kit\/native|ffi)\//.test(file))).toEqual([]);
  });

  test("a clock, randomness, console or process: not in stats, health, conditioning, everyday", () => {
    const impure =
      /\b(console\.|process\.|performance\.|Date\.now|new Date\b|Math\.random|getRandomValues|randomBytes|Bun\.)/;
    for (const file of files.filter((name) => /^src\/(stats|health|conditioning|everyday)\//.test(name))) {
      const code = readFileSync(join(ROOT, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      expect(code, file).not.toMatch(impure);
    }
  });

  test("process.platform: src/platform/index.ts, besides the kit and cryptex", () => {
    const users = filesWith(/process\.(platform|arch)/);
    expect(users.filter((file) => file.startsWith("src/"))).toEqual(["src/platform/index.ts"]);
  });

  test("a pool and its generators are composed: in src/pool/open.ts", () => {
    expect(filesWith(/\bnew (Pool|FullGenerator|DrbgGenerator)\(/)).toEqual(["src/pool/open.ts"]);
  });

  test("OpenTelemetry: kit/telemetry/otlp.ts, which is loaded when something is pushed and not before", () => {
    const users = files.filter((file) =>
      importsOf.get(file)!.packages.some((name) => name.startsWith("@opentelemetry/")),
    );
    expect(users).toEqual(["kit/telemetry/otlp.ts"]);
    expect(filesWith(/^import (?!type\b)[^;]*\/otlp\.ts"/m)).toEqual([]);
    expect(filesWith(/\bimport\("\.\/otlp\.ts"\)/)).toEqual(["kit/telemetry/collector.ts"]);
  });

  test("clients of NATS: in kit/fleet, loaded when a server is named and not before", () => {
    const users = files.filter((file) =>
      importsOf.get(file)!.packages.some((name) => name.startsWith("@nats-io/")),
    );
    expect(users.filter((file) => !file.startsWith("kit/fleet/"))).toEqual([]);
    expect(filesWith(/^import (?!type\b)[^;]*"@nats-io\//m)).toEqual([]);
  });

  test("the products' names: not in the kit", () => {
    expect(filesWith(/esoteric|libee|\bee_|cryptex|yara/i).filter((file) => file.startsWith("kit/"))).toEqual(
      [],
    );
  });

  test("what has to be initialised: nowhere below a top-level await that may run what needs it", () => {
    const late = filesWith(/^await serve\b[\s\S]*^(export )?(class|const|let) /m);
    expect(late).toEqual([]);
  });

  test("more than 100 lines: in no command, for a command parses, checks and runs", () => {
    const lines = (file: string) => readFileSync(join(ROOT, file), "utf8").split("\n").length - 1;
    const defining = filesWith(/^export const \w+ = command\(/m).filter((name) => commands.includes(name));
    expect(defining.length).toBeGreaterThan(15);
    expect(defining.filter((name) => lines(name) > 100)).toEqual([]);
  });

  test("no file is called utils, helpers, common or types", () => {
    expect(files.filter((name) => /\/(utils?|helpers?|common|types)\.ts$/.test(name))).toEqual([]);
  });
});
