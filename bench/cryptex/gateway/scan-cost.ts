/** Compares a scan by `POST /scans` with the same scan by `cryptex scan`: processor time of either process with all its threads. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "simple-statistics";
import { BenchError, heading, row, run, takeTurns } from "../../program/measure.ts";
import type { Served } from "../../program/served.ts";
import { writeRules } from "../generated-rules.ts";
import { writeProgramFiles } from "../program-files.ts";
import { PROGRAM } from "../workbench.ts";
import type { GatewayBench } from "./gateway-bench.ts";
import { homesIn, serve } from "./serve.ts";

const RULES = 3_000;
/** Each matches the files that it is named in. */
const MARKS = 5;
/** One file in so many is found, by one rule, in the tree with few matches. */
const FEW = 20;
const TREE = { folders: 20, filesPerFolder: 100 };
const THREADS = "2";
const TARGET = "≤ 1.1";
/** A look at the scan's state costs the gateway a fifth of a millisecond. */
const LOOK_MS = 100;

export async function scanCost({ folder, rounds }: GatewayBench): Promise<void> {
  const place = join(folder, "scans");
  const rules = join(place, "rules");
  mkdirSync(place);
  writeRules(rules, { rules: RULES, perFile: 4 });
  const marks = Array.from({ length: MARKS }, (_, at) => mark(at));
  writeFileSync(join(rules, "marks.yar"), marks.map(markRule).join(""));
  const trees = {
    few: (file: number) => (file % FEW === 0 ? marks[0]! : ""),
    many: () => marks.join(" "),
  };
  const files = TREE.folders * TREE.filesPerFolder;
  heading(
    `a scan of ${files} files with ${RULES + MARKS} rules, ${THREADS} threads`,
    ...["CPU s, median (least)", "ratio, of medians (of least)", "target"],
  );
  for (const [name, end] of Object.entries(trees)) {
    const tree = join(place, name);
    mkdirSync(tree);
    writeProgramFiles(tree, { ...TREE, end });
    await compare(name, { folder: place, rules, tree }, rounds);
  }
}

const mark = (at: number) => `the mark number ${at} of this file`;
const markRule = (text: string, at: number) =>
  `rule mark_${at} : mark { meta: author = "somebody" severity = 70 strings: $a = "${text}" condition: $a }\n`;

interface Contest {
  readonly folder: string;
  readonly rules: string;
  readonly tree: string;
}

async function compare(name: string, { folder, rules, tree }: Contest, rounds: number): Promise<void> {
  await using served = await serve({ folder, rules, root: tree, flags: ["--threads", THREADS] });
  const empty = join(folder, "empty");
  writeFileSync(empty, "");
  const program = async (path: string) => {
    const words = [
      "scan",
      "--rules",
      rules,
      "--threads",
      THREADS,
      "--format",
      "ndjson",
      path,
      "-o",
      "/dev/null",
    ];
    const env = Object.entries(homesIn(folder)).map((pair) => pair.join("="));
    return (await run(["env", ...env, PROGRAM, ...words])).cpuSeconds;
  };
  let matches = 0;
  const gateway = async () => {
    const before = served.cpuSeconds();
    matches = await scanned(served);
    return served.cpuSeconds() - before;
  };
  // The first turn, which is left out, compiles the rules for both.
  const taken = await takeTurns(
    { program: () => program(tree), start: () => program(empty), gateway },
    rounds,
  );
  const cell = (values: readonly number[]) =>
    `${median([...values]).toFixed(2)} (${Math.min(...values).toFixed(2)})`;
  row(`${name}: cryptex scan, ${matches} matches`, cell(taken.program), "", "");
  row(`${name}: POST /scans`, cell(taken.gateway), "", "");
  ratio(`${name}: POST /scans / cryptex scan`, taken.gateway, taken.program, TARGET);
  // A program starts and loads its rules each time; the gateway has done so.
  const starts = taken.program.map((seconds, at) => seconds - taken.start[at]!);
  ratio(`${name}: POST /scans / (cryptex scan − that of an empty file)`, taken.gateway, starts, "");
}

function ratio(name: string, ours: readonly number[], theirs: readonly number[], target: string): void {
  const ofMedians = median([...ours]) / median([...theirs]);
  const ofLeast = Math.min(...ours) / Math.min(...theirs);
  row(name, "", `${ofMedians.toFixed(2)} (${ofLeast.toFixed(2)})`, target);
}

interface ScanState {
  readonly id: string;
  readonly state: string;
  readonly endedAt: string | null;
  readonly end: { readonly matches: number; readonly complete: boolean } | null;
}

/** @returns how many matches it has found */
async function scanned(served: Served): Promise<number> {
  const { id } = await served.post<ScanState>("/scans", { root: "files", paths: ["."] });
  for (;;) {
    await Bun.sleep(LOOK_MS);
    const { endedAt, end, state } = await served.json<ScanState>(`/scans/${id}`);
    if (endedAt === null) continue;
    if (!end?.complete) throw new BenchError(`the scan is ${state}, and not complete`, []);
    return end.matches;
  }
}
