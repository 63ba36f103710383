/**
 * Everything that can be seen without running the program: `npm run check`, and the beginning of `npm test`.
 *
 *   bun tools/check.ts [name…]   these checks, or all
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { obscureComments } from "./doc-comments.ts";
import { staleFiles } from "./generated.ts";
import { brokenReferences } from "./references.ts";
import { misspellings } from "./spelling.ts";

const ROOT = join(import.meta.dirname, "..");
const BUN = process.execPath;

/** Returns complaints; none where everything is right. */
type Check = () => Promise<readonly string[]>;

export const CHECKS: Readonly<Record<string, Check>> = {
  types: () => command(BUN, "check", "--no-script"),
  "types of the page": () => command(BUN, "check", "--no-script", "-p", "src/faces/http/dashboard"),
  "types of the gateway's page": () =>
    command(
      BUN,
      "node_modules/svelte-check/bin/svelte-check",
      ...["--tsconfig", "packages/cryptex/src/gateway/page/app/tsconfig.json"],
      ...["--output", "machine", "--fail-on-warnings"],
    ),
  "lint and format": () =>
    command(BUN, "node_modules/@biomejs/biome/bin/biome", "ci", "--log-level=warn", "--colors=off"),
  architecture: () => command(BUN, "test", "--only-failures", "./test/architecture.test.ts"),
  "generated files": async () => {
    const stale = await staleFiles(ROOT);
    return stale.map((path) => `${path} is out of date: npm run gen`);
  },
  "references of the checklist": async () => {
    const { CHAPTERS } = await import("../src/evidence/package/requirements.ts");
    const requirements = CHAPTERS.flatMap((chapter) => chapter.requirements);
    return brokenReferences(
      ROOT,
      requirements.flatMap(({ references }) => references),
    );
  },
  "doc comments": async () =>
    readFiles().flatMap(([path, text]) =>
      /\.(ts|mjs|svelte|[ch])$/.test(path) ? obscureComments(path, text) : [],
    ),
  spelling: async () => {
    const unknown = readFiles().flatMap(([path, text]) => misspellings(path, text));
    const hint = "a word that is right goes into tools/words.txt";
    return unknown.length > 0 ? [...unknown, hint] : [];
  },
};

/** Returns what the command printed, if it failed. */
async function command(...words: string[]): Promise<string[]> {
  const child = Bun.spawn(words, { cwd: ROOT, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return exitCode === 0 ? [] : [`${stdout}${stderr}`.trim() || `${words.join(" ")}: exit code ${exitCode}`];
}

/** Made by others or by us from other files, or data. */
const NOT_OURS =
  /^(\.git|node_modules|build|dist|python\/\.?[a-z]*cache|(packages\/[^/]+\/)?(completions|man|engine|generated|test\/(vectors|golden|fixtures)))\//;

/** Every file of the project that people write, by path from the root. */
function readFiles(): [path: string, text: string][] {
  return filesBelow(ROOT).map((path) => [path, readFileSync(join(ROOT, path), "utf8")]);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const name = relative(ROOT, path);
    if (NOT_OURS.test(`${name}/`)) return [];
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [name] : [];
  });
}

/** Runs checks side by side and prints the outcome of each in order. */
export async function runChecks(names = Object.keys(CHECKS)): Promise<{ passed: number; failed: number }> {
  const outcomes = await Promise.all(
    names.map((name) => CHECKS[name]!().catch((error: unknown) => [String(error)])),
  );
  for (const [index, complaints] of outcomes.entries()) {
    console.error(`check: ${names[index]}: ${complaints.length === 0 ? "passed" : "failed"}`);
    for (const complaint of complaints) console.error(complaint);
  }
  const passed = outcomes.filter((complaints) => complaints.length === 0).length;
  return { passed, failed: outcomes.length - passed };
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const unknown = names.find((name) => !Object.hasOwn(CHECKS, name));
  if (unknown !== undefined) {
    console.error(`check: error: no check is called "${unknown}"`);
    console.error(`hint: there are ${Object.keys(CHECKS).join(", ")}`);
    process.exit(2);
  }
  const { failed } = await runChecks(names.length > 0 ? names : undefined);
  process.exit(failed > 0 ? 1 : 0);
}
