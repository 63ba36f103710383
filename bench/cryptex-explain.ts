/**
 * Counts how often `cryptex explain` has no explanation, by reason: on rounds of the differential test and, where CRYPTEX_RULESETS names
 * a folder of public rule sets, with the rules of each over files of its own and of /usr/bin. Prints a table; asserts nothing.
 *
 *     npm run bench cryptex-explain
 *
 * ROUNDS is the number of rounds (6), FILES that of files of each kind for a set (6); CRYPTEX_DIFFERENTIAL_SEED the first round's seed.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ENGINE } from "../packages/cryptex/src/engine/engine-file.ts";
import { makeLibyara } from "../packages/cryptex/src/engine/own-engine.ts";
import { compileSet } from "../packages/cryptex/src/rules/build-rule-set.ts";
import { pathExternals } from "../packages/cryptex/src/scan-runner/paths.ts";
import {
  type Agreement,
  agreementOfRound,
  countAgreement,
  explainableRules,
  newAgreement,
  type SampleFile,
} from "../packages/cryptex/test/explain/agreement.ts";

const ROUNDS = Number(process.env["ROUNDS"] ?? 6);
const FILES = Number(process.env["FILES"] ?? 6);
const SEED = Number(process.env["CRYPTEX_DIFFERENTIAL_SEED"] ?? 20_260_000);
/** Larger files take their time and add nothing to the count. */
const MAX_BYTES = 8 * 2 ** 20;
const KINDS = ["engine", "time", "size", "unknown", "disagreement"] as const;

console.log(`libyara ${ENGINE.version}, ${ENGINE.digest.slice(0, 12)}\n`);
row(["rules and files", "rules", "files", "pairs", "match", ...KINDS, "unavailable"]);
row(Array.from({ length: 6 + KINDS.length }, () => "---"));
const all = newAgreement();
differential();
const folder = process.env["CRYPTEX_RULESETS"];
if (folder === undefined) console.log("\nskipped: public sets, for CRYPTEX_RULESETS names no folder");
else {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) publicSet(name, path);
  }
  report("all", "", "", all);
}
for (const example of all.examples) console.log(`\n${example}`);

function differential(): void {
  const agreement = newAgreement();
  let rules = 0;
  let files = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const made = agreementOfRound(SEED + round, agreement);
    rules += made.rules;
    files += made.files;
  }
  report(`differential, seeds ${SEED} to ${SEED + ROUNDS - 1}`, rules, files, agreement);
  add(agreement);
}

function publicSet(name: string, path: string): void {
  const request = { paths: [path], includeFolders: [], externals: {} };
  const { rules, compiled } = compileSet(request, { facts: ENGINE, newInstance: makeLibyara });
  if (!compiled) return;
  const files = [...spread(filesIn(path, true)), ...spread(filesIn("/usr/bin", false))];
  const agreement = countAgreement(explainableRules({ rules }, {}), compiled.save(), files, newAgreement());
  report(name, rules.length, files.length, agreement);
  add(agreement);
}

function filesIn(path: string, recursive: boolean): string[] {
  return readdirSync(path, { recursive, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((each) => {
      const stats = statSync(each, { throwIfNoEntry: false });
      return stats?.isFile() && stats.size <= MAX_BYTES;
    })
    .sort();
}

/** Takes some of them, evenly spread. */
function spread(paths: readonly string[]): SampleFile[] {
  const step = Math.max(1, paths.length / FILES);
  return Array.from({ length: Math.min(FILES, paths.length) }, (_, index) => {
    const path = paths[Math.floor(index * step)]!;
    return { name: path, bytes: readFileSync(path), externals: pathExternals(path) };
  });
}

function add({ pairs, matching, unavailable, examples }: Agreement): void {
  all.pairs += pairs;
  all.matching += matching;
  for (const [kind, count] of unavailable)
    all.unavailable.set(kind, (all.unavailable.get(kind) ?? 0) + count);
  all.examples.push(...examples);
}

function report(
  name: string,
  rules: number | "",
  files: number | "",
  { pairs, matching, unavailable }: Agreement,
): void {
  const counts = KINDS.map((kind) => unavailable.get(kind) ?? 0);
  const lost = counts.reduce((sum, count) => sum + count, 0);
  row([name, rules, files, pairs, matching, ...counts, `${((100 * lost) / pairs).toFixed(4)} %`]);
}

function row(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
