/**
 * Measures the index of rules and the search in it, on a generated set. Prints a list; asserts nothing.
 *
 *     npm run bench cryptex-rules-find [-- FOLDER]     FOLDER: rules to measure in place of generated ones
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexRules } from "../packages/cryptex/src/cryptex-store/rule-index.ts";
import { findRules, type RuleQuery } from "../packages/cryptex/src/cryptex-store/rule-search.ts";
import { openStore } from "../packages/cryptex/src/cryptex-store/store.ts";
import { writeRules } from "./cryptex/generated-rules.ts";

/** As many as the largest collection of public sets that was looked at. */
const RULES = 12_768;
const RULES_PER_FILE = 4;
const ROUNDS = 15;
const NAME_WIDTH = 48;
const MAIN = join(import.meta.dir, "..", "packages", "cryptex", "src", "main.ts");

const folder = mkdtempSync(join(tmpdir(), "cryptex-rules-find-"));
try {
  const [rules = join(folder, "rules")] = process.argv.slice(2);
  if (process.argv.length === 2) writeRules(rules, { rules: RULES, perFile: RULES_PER_FILE });
  await measure(rules, join(folder, "store.db"));
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(rules: string, db: string): Promise<void> {
  using store = openStore(db);
  const start = performance.now();
  const first = await indexRules(store, [rules]);
  console.log("index, first time".padEnd(NAME_WIDTH), `${(performance.now() - start).toFixed(0)} ms`);
  const count = findRules(store, first, { words: [] }).length;
  const size = (statSync(db).size / 2 ** 20).toFixed(1);
  console.log(`${count} rules, ${first.parsed} files read; store ${size} MiB`);
  console.log(`\n${`of ${ROUNDS} rounds`.padEnd(NAME_WIDTH)}   median wall   least CPU`);
  Bun.sleepSync(100); // files that were just written are not trusted to stay as they are
  const scope = await indexRules(store, [rules]);
  await report("index, nothing changed", () => indexRules(store, [rules]));
  const queries: Readonly<Record<string, RuleQuery>> = {
    "one rule's name": { words: ["family77_variant_3"] },
    "a word of some": { words: ["ransom"] },
    "two words": { words: ["ransom", "high"] },
    "a word and a tag": { words: ["ransom"], tags: ["PE"] },
    "a word of none": { words: ["no such words"] },
    "two characters": { words: ["c2"] },
    "one character": { words: ["q"] },
    "KEY:TEXT": { words: ["family:family77"] },
    "metadata alone": { words: [], meta: [{ key: "severity", value: "high" }] },
    "module alone": { words: [], modules: ["pe"] },
    "a query": { words: [], query: 'name:family77 AND (tags:loader OR strings:"vssadmin")' },
    "all rules": { words: [] },
  };
  for (const [name, query] of Object.entries(queries)) {
    const found = findRules(store, scope, query).length;
    await report(`find, ${name} (${found} found)`, async () => findRules(store, scope, query));
  }
  for (const words of [
    ["--version"],
    ["rules", "find", "family77_variant_3", "--rules", rules, "--db", db],
  ]) {
    await reportProcess(`fresh process, ${words.slice(0, 2).join(" ")}`, [process.execPath, MAIN, ...words]);
  }
}

async function report(name: string, work: () => Promise<unknown>): Promise<void> {
  await rounds(name, async () => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
}

async function reportProcess(name: string, command: string[]): Promise<void> {
  await rounds(name, async () => {
    const { resourceUsage } = Bun.spawnSync(command, { stdout: "ignore", stderr: "inherit" });
    return Number(resourceUsage.cpuTime.total);
  });
}

/** @param work returns the microseconds of CPU time that it took */
async function rounds(name: string, work: () => Promise<number>): Promise<void> {
  const walls: number[] = [];
  let leastUs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    leastUs = Math.min(leastUs, await work());
    walls.push(performance.now() - start);
  }
  const median = walls.sort((a, b) => a - b)[ROUNDS >> 1]!;
  const ms = (value: number) => `${value.toFixed(2).padStart(9)} ms`;
  console.log(name.padEnd(NAME_WIDTH), ms(median), ms(leastUs / 1000));
}
