/** A tree that changes in every way while it is walked and scanned: the counts add up, and nothing outside is read. */
import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { runScan } from "../../src/scan-runner/runner.ts";
import { MAX_SIZE } from "../../src/scan-runner/walk.ts";
import { Random } from "../support/random.ts";
import { RuleFolder } from "../support/rule-folder.ts";
import { expectCountsOf, ownThread, ruleSetOf } from "./support.ts";

const SEED = Number(process.env["CRYPTEX_SEED"] ?? Date.now() % 2 ** 31);
const SCANS = 8;
const FOLDERS = 12;
const FILES = 40;

const CHANGES: readonly ((file: string, folder: string, outside: string) => void)[] = [
  (file) => rmSync(file, { recursive: true, force: true }),
  (file, _, outside) => {
    rmSync(file, { recursive: true, force: true });
    symlinkSync(outside, file);
  },
  (file) => {
    rmSync(file, { recursive: true, force: true });
    mkdirSync(file);
  },
  (file) => truncateSync(file, 1),
  (file) => writeFileSync(file, "needle ".repeat(1000)),
  (file) => renameSync(file, `${file}.renamed`),
  (_, folder) => {
    renameSync(folder, `${folder}.renamed`);
    renameSync(`${folder}.renamed`, folder);
  },
  (_, folder, outside) => {
    renameSync(folder, `${folder}.away`);
    symlinkSync(outside, folder);
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
  },
];

test("files and folders come, go, and become others", async () => {
  console.log(`seed ${SEED}`);
  using rules = new RuleFolder({ "rules.yar": 'rule needle { strings: $a = "needle" condition: $a }' });
  using outside = new RuleFolder({ secret: "needle" });
  const ruleSet = ruleSetOf(rules);
  for (let round = 0; round < SCANS; round++) {
    const random = new Random(SEED + round);
    using tree = new RuleFolder();
    for (let i = 0; i < FOLDERS; i++)
      for (let j = 0; j < FILES; j++) tree.write(`d${i}/f${j}`, random.chance(0.5) ? "needle" : "hay");
    const change = () => {
      const folder = tree.at(`d${random.int(0, FOLDERS - 1)}`);
      try {
        random.pick(CHANGES)(`${folder}/f${random.int(0, FILES - 1)}`, folder, outside.path);
      } catch {
        // another change was before it
      }
    };
    const events = [];
    const scan = runScan({
      ruleSet,
      walk: { roots: [tree.path], exclude: [], maxSize: MAX_SIZE, maxDepth: 9, follow: false },
      threads: 2,
      timeoutMs: 60_000,
      maxStrings: 1,
      listClean: true,
      signal: new AbortController().signal,
      // Between what the walk finds and what is read then, much changes.
      startThread: (data, listener) => {
        const thread = ownThread(data, listener);
        const post: typeof thread.post = (batch) => {
          for (let i = 0; i < 30; i++) change();
          thread.post(batch);
        };
        return { ...thread, post };
      },
    });
    for await (const event of scan) events.push(event);
    expectCountsOf(events);
    const paths = events.flatMap((event) => ("path" in event ? [event.path!] : []));
    expect(paths.every((path) => path.startsWith(`${tree.path}/`))).toBe(true);
    expect(paths.some((path) => path.includes("secret"))).toBe(false);
  }
}, 600_000);
