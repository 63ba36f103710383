/** Shared by the parts of the benchmark: rules, commands of the contenders, and rows of tables. */

import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { median } from "simple-statistics";
import { shellWord } from "#kit/format/shell-word.ts";
import { BenchError, type Run, row, run, takeTurns } from "../program/measure.ts";
import { writeRules } from "./generated-rules.ts";

export const PROGRAM = join(import.meta.dir, "..", "..", "dist", "cryptex");

const RULES = 3_000;
/** Exit code where a rule of a public set, or a file, could not be evaluated. */
const INCOMPLETE = 3;

export interface Contender {
  readonly command: readonly string[];
  /** Is called before each run, and not measured. */
  readonly prepare?: () => void;
}

export class Workbench {
  /** Folder of the rules, absolute. */
  readonly rules: string;
  readonly rulesName: string;
  /** A file that includes all of them, as yara takes rules. */
  readonly index: string;

  /** @param folder empty, for all that is measured with */
  constructor(
    readonly folder: string,
    readonly rounds: number,
  ) {
    const given = process.env["CRYPTEX_RULESETS"];
    this.rules = given === undefined ? join(folder, "rules") : resolve(given);
    if (given === undefined) writeRules(this.rules, { rules: RULES, perFile: 4 });
    this.rulesName = given ?? `${RULES} generated ones`;
    const files = globSync("**/*.{yar,yara}", { cwd: this.rules }).sort();
    if (files.length === 0) throw new BenchError(`no .yar files below ${this.rules}`, []);
    this.index = join(folder, "index.yar");
    writeFileSync(this.index, files.map((file) => `include "${join(this.rules, file)}"\n`).join(""));
  }

  /** Runs all commands once per turn. A contender without a command has no runs. */
  async turns<Name extends string>(
    contenders: Readonly<Record<Name, Contender | undefined>>,
    rounds = this.rounds,
  ): Promise<Record<Name, Run[]>> {
    const actions = Object.entries<Contender | undefined>(contenders).map(([name, contender]) => [
      name,
      async () => {
        contender?.prepare?.();
        return contender ? [await measured(contender.command)] : [];
      },
    ]);
    const values = Object.entries<Run[][]>(await takeTurns(Object.fromEntries(actions), rounds));
    return Object.fromEntries(values.map(([name, runs]) => [name, runs.flat()])) as Record<Name, Run[]>;
  }

  /** Makes a folder, or empties it. */
  emptied(name: string): string {
    const path = join(this.folder, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    return path;
  }

  /** A scan as if it were the first one. */
  firstScan(...args: readonly string[]): Contender {
    return { ...this.scan(...args), prepare: () => this.forget() };
  }

  /** Forgets compiled rules and seen files. */
  forget(): void {
    for (const home of ["cache", "data"]) rmSync(join(this.folder, home), { recursive: true, force: true });
  }

  /** `cryptex scan` with the rules, its store and its cache in the folder, its result thrown away. */
  scan(...args: readonly string[]): Contender {
    const homes = ["cache", "data"].map(
      (home) => `XDG_${home.toUpperCase()}_HOME=${shellWord(join(this.folder, home))}`,
    );
    return shell([...homes, "exec", ...[PROGRAM, "scan", "--rules", this.rules, ...args].map(shellWord)]);
  }

  /** yara, compiling the rules as it does each time. Undefined where it is not installed. */
  yara(...args: readonly string[]): Contender | undefined {
    const yara = Bun.which("yara");
    if (!yara) return undefined;
    return shell(["exec", ...[yara, "-p", "1", "-w", ...args].map(shellWord)]);
  }
}

function shell(words: readonly string[]): Contender {
  return { command: ["/bin/sh", "-c", `${words.join(" ")} > /dev/null`] };
}

export function measured(command: readonly string[]): Promise<Run> {
  return run(command, [0, INCOMPLETE]);
}

export const cpu = ({ cpuSeconds }: Run) => cpuSeconds;
export const wall = ({ seconds }: Run) => seconds;

/** Prints a contender: medians, with the least values in brackets. */
export function contender(name: string, runs: readonly Run[]): void {
  const cell = (values: readonly number[]) =>
    `${seconds(median([...values]))} (${seconds(Math.min(...values))})`;
  row(name, cell(runs.map(cpu)), cell(runs.map(wall)), "", "");
}

export const CONTENDERS = [
  "",
  "CPU s, median (least)",
  "wall s, median (least)",
  "ratio, of medians (of least)",
  "target",
] as const;

/** Prints a ratio beside its target. */
export function ratio(
  name: string,
  [ours, theirs]: readonly [readonly Run[], readonly Run[]],
  of: (run: Run) => number,
  target: string,
): void {
  const [a, b] = [ours.map(of), theirs.map(of)];
  const ofMedians = median(a) / median(b);
  const ofLeast = Math.min(...a) / Math.min(...b);
  row(name, "", "", `${ofMedians.toFixed(2)} (${ofLeast.toFixed(2)})`, target);
}

function seconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2);
}
