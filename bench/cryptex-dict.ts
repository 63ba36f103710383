/**
 * Measures the dictionary: import, search and export of generated entries. Prints a list; asserts nothing.
 *
 *     npm run bench cryptex-dict [-- ENTRIES]     default: 20,000
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storedDictionary } from "../packages/cryptex/src/cryptex-store/dictionary.ts";
import { openStore } from "../packages/cryptex/src/cryptex-store/store.ts";
import { checkDictionary } from "../packages/cryptex/src/dictionary/check.ts";
import type { EntryQuery } from "../packages/cryptex/src/dictionary/dictionary.ts";
import { writeJson } from "../packages/cryptex/src/dictionary/formats/json.ts";
import { writeMarkdown } from "../packages/cryptex/src/dictionary/formats/markdown.ts";
import { readDictionary } from "../packages/cryptex/src/dictionary/formats/read.ts";
import { importInto } from "../packages/cryptex/src/dictionary/import.ts";
import { generatedDictionary } from "./cryptex/generated-dictionary.ts";

const ROUNDS = 9;
const NAME_WIDTH = 44;
const OPTIONS = { existing: "refuse", strict: false, onlyTries: false, who: "bench" } as const;

const [entries = "20000"] = process.argv.slice(2);
const json = Buffer.from(generatedDictionary(Number(entries)));
const folder = mkdtempSync(join(tmpdir(), "cryptex-dict-"));
try {
  measure();
} finally {
  rmSync(folder, { recursive: true });
}

function measure(): void {
  console.log(`${entries} entries, ${(json.length / 2 ** 20).toFixed(1)} MiB of JSON\n`);
  console.log(`${`of ${ROUNDS} rounds`.padEnd(NAME_WIDTH)}   median wall    least CPU    first CPU`);
  let stores = 0;
  report("import into an empty store", () => {
    using store = openStore(join(folder, `${stores++}.db`));
    importInto(storedDictionary(store), readDictionary(json, "generated"), OPTIONS);
  });
  const path = join(folder, "0.db");
  using store = openStore(path);
  const dictionary = storedDictionary(store);
  report("import again, nothing changed", () =>
    importInto(dictionary, readDictionary(json, "generated"), OPTIONS),
  );
  const [one] = dictionary.all().slice(777);
  const queries: Readonly<Record<string, EntryQuery>> = {
    "a whole codename": { words: [one!.codename] },
    "a whole symbol, as a word": { words: [one!.symbol] },
    "a symbol": { symbol: one!.symbol },
    "part of symbols": { words: ["verify_sec"] },
    "a word of many": { words: ["section"] },
    "two words": { words: ["section", "header"] },
    "a word of none": { words: ["no such words"] },
    "a word and a status": { words: ["section"], statuses: ["ported"] },
    "a tag": { tags: ["io"] },
    "a status": { statuses: ["stable"] },
    "two characters": { words: ["io"] },
  };
  for (const [name, query] of Object.entries(queries)) {
    const { total } = dictionary.find({ ...query, limit: 100 });
    report(`find, ${name} (${total} found)`, () => dictionary.find({ ...query, limit: 100 }));
  }
  report("get", () => dictionary.get(one!.codename));
  report("needed by", () => dictionary.usedBy(one!.codename));
  report("edit", () =>
    dictionary.edit(one!.codename, ({ revision }) => ({ owner: `${revision}` }), { who: "bench" }),
  );
  report("check", () => checkDictionary(dictionary.all()));
  report("export, JSON", () => writeJson(dictionary.all()));
  report("export, Markdown", () => writeMarkdown(dictionary.all()));
  console.log(`\nstore ${(statSync(path).size / 2 ** 20).toFixed(1)} MiB`);
}

function report(name: string, work: () => unknown): void {
  const walls: number[] = [];
  const cpusMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    walls.push(performance.now() - start);
    cpusMs.push((user + system) / 1000);
  }
  const median = walls.sort((a, b) => a - b)[ROUNDS >> 1]!;
  const ms = (value: number) => `${value.toFixed(2).padStart(9)} ms`;
  console.log(name.padEnd(NAME_WIDTH), ms(median), ms(Math.min(...cpusMs)), ms(cpusMs[0]!));
}
