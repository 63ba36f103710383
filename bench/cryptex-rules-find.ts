/**
 * Measures the index of rules and the search in it, on a generated set. Prints a list; asserts nothing.
 *
 *     npm run bench cryptex-rules-find [-- FOLDER]     FOLDER: rules to measure in place of generated ones
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { indexRules } from "../packages/cryptex/src/cryptex-store/rule-index.ts";
import { findRules, type RuleQuery } from "../packages/cryptex/src/cryptex-store/rule-search.ts";
import { openStore } from "../packages/cryptex/src/cryptex-store/store.ts";

/** As many as the largest collection of public sets that was looked at. */
const RULES = 12_768;
const RULES_PER_FILE = 4;
const ROUNDS = 15;
const MAIN = join(import.meta.dir, "..", "packages", "cryptex", "src", "main.ts");

const folder = mkdtempSync(join(tmpdir(), "cryptex-rules-find-"));
try {
  measure(process.argv[2] ?? generated(join(folder, "rules")), join(folder, "store.db"));
} finally {
  rmSync(folder, { recursive: true });
}

function measure(rules: string, db: string): void {
  using store = openStore(db);
  const start = performance.now();
  const first = indexRules(store, [rules]);
  line("index, first time", performance.now() - start);
  const bytes = statSync(db).size;
  const all = findRules(store, first, { words: [] }).length;
  console.log(`${all} rules in ${first.parsed} files; store ${(bytes / 2 ** 20).toFixed(1)} MiB`);
  Bun.sleepSync(100); // files that were just written are not trusted to stay as they are
  indexRules(store, [rules]);
  line(
    "index, nothing changed",
    median(() => indexRules(store, [rules])),
  );
  const scope = indexRules(store, [rules]);
  const queries: Readonly<Record<string, RuleQuery>> = {
    "one rule's name": { words: ["family77_variant_3"] },
    "a word of some": { words: ["ransom"] },
    "two words": { words: ["ransom", "loader"] },
    "a word and a tag": { words: ["ransom"], tags: ["PE"] },
    "a word of none": { words: ["no such words"] },
    "two characters": { words: ["c2"] },
    "one character": { words: ["q"] },
    "KEY:TEXT": { words: ["family:family77"] },
    "metadata alone": { words: [], meta: [{ key: "severity", value: "high" }] },
    "module alone": { words: [], modules: ["pe"] },
    "a query": { words: [], query: 'name:family77 AND (tags:"PE" OR strings:"vssadmin")' },
    "all rules": { words: [] },
  };
  for (const [name, query] of Object.entries(queries)) {
    const found = findRules(store, scope, query).length;
    line(
      `find, ${name} (${found} found)`,
      median(() => findRules(store, scope, query)),
    );
  }
  for (const words of [
    ["--version"],
    ["rules", "find", "family77_variant_3", "--rules", rules, "--db", db],
  ]) {
    const argv = [process.execPath, MAIN, ...words];
    const run = () => Bun.spawnSync(argv, { stdout: "pipe", stderr: "inherit" });
    run();
    line(`fresh process, ${words.slice(0, 2).join(" ")}`, median(run));
  }
}

function median(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

function line(name: string, ms: number): void {
  console.log(name.padEnd(52), `${ms.toFixed(2).padStart(9)} ms`);
}

/** Writes rules with words drawn by a fixed seed, as long as those of published sets: 1.2 KB with metadata and strings. */
function generated(folder: string): string {
  mkdirSync(folder);
  let seed = 1;
  // MINSTD (Park and Miller, 1988)
  const below = (limit: number) => {
    seed = (seed * 48_271) % 0x7fff_ffff;
    return seed % limit;
  };
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
  const syllables = [
    "ka",
    "ri",
    "tor",
    "mel",
    "zu",
    "shen",
    "lo",
    "pra",
    "vik",
    "dun",
    "oss",
    "eth",
    "gra",
    "bi",
  ];
  const word = () => Array.from({ length: 2 + below(3) }, () => pick(syllables)).join("");
  const kinds = [
    "loader",
    "stealer",
    "backdoor",
    "dropper",
    "miner",
    "rootkit",
    "webshell",
    "keylogger",
    "worm",
  ];
  const rule = (n: number) => {
    const kind = below(40) === 0 ? "ransom" : pick(kinds);
    const family = `family${Math.floor(n / 8)}`;
    const strings = Array.from({ length: 4 + below(8) }, (_, i) => {
      const text = Array.from({ length: 2 + below(4) }, word).join(pick([" ", "\\\\", "_", "."]));
      return `    $s${i} = "${below(50) === 0 ? "vssadmin delete shadows" : text}" ${pick(["ascii", "wide", "nocase", "fullword"])}`;
    });
    return `rule ${kind}_${family}_variant_${n % 8} : ${pick(["PE", "ELF", "SCRIPT"])} ${kind} {
  meta:
    author = "${word()} ${word()}"
    description = "Detects the ${kind} ${family}, which ${Array.from({ length: 10 }, word).join(" ")}"
    family = "${family}"
    severity = "${pick(["low", "medium", "high"])}"
    reference = "https://${word()}.example/${word()}/${n}"
    hash = "${Bun.hash(`a${n}`).toString(16)}${Bun.hash(`b${n}`).toString(16)}${Bun.hash(`c${n}`).toString(16)}"
    date = "20${10 + below(16)}-${10 + below(3)}-${10 + below(19)}"
  strings:
${strings.join("\n")}
    $code = { ${Array.from({ length: 16 }, () => (below(6) === 0 ? "??" : (16 + below(240)).toString(16))).join(" ")} }
  condition:
    ${pick(["uint16(0) == 0x5a4d and ", "pe.number_of_sections > 3 and ", ""])}any of them
}
`;
  };
  for (let n = 0; n < RULES; n += RULES_PER_FILE) {
    const rules = Array.from({ length: RULES_PER_FILE }, (_, i) => rule(n + i));
    writeFileSync(
      join(folder, `set-${String(n).padStart(6, "0")}.yar`),
      `import "pe"\n\n${rules.join("\n")}`,
    );
  }
  return folder;
}
