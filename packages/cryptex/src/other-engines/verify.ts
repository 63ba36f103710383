/**
 * Compares the answers of this program's engine with those of yara and YARA-X, where they are installed: the same rules, the same
 * files, rule by rule and match by match.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolError } from "#kit/errors.ts";
import type { ResolvedRule } from "../rules/resolve.ts";
import type { Quarantined } from "../rules/rule-info.ts";
import { FILE_EXTERNALS } from "../rules/rule-set.ts";
import { type Source, writeSource } from "../rules/source.ts";
import { type CheckResult, checkWithYara, checkWithYaraX } from "./check.ts";
import { findProgram, runOtherProgram } from "./program.ts";

/** Matches by file, then by the rule's name in the source: offsets with the string's name, `$a@16`. */
export type Answers = Map<string, Map<string, ReadonlySet<string>>>;

export interface OtherEngine {
  readonly name: string;
  readonly program: string;
  check(source: Source, signal: AbortSignal): Promise<CheckResult | undefined>;
  args(rules: string, list: string): string[];
  parse(stdout: Buffer): Answers;
  /** Finds the files that it could not scan, with its words; nothing can be said of them. */
  failures(stderr: string): ReadonlyMap<string, string>;
}

export const OTHER_ENGINES: readonly OtherEngine[] = [
  {
    name: "yara",
    program: "yara",
    check: (source, signal) => checkWithYara(source, signal, /^\d/),
    args: (rules, list) => ["-w", "-s", "-L", "--scan-list", rules, list],
    parse: parseYara,
    failures: (stderr) => failuresIn(stderr, /^error scanning (.+?): (error: \d+|[^:\n]+)$/gm),
  },
  {
    name: "yara-x",
    program: "yr",
    check: checkWithYaraX,
    args: (rules, list) => [
      "scan",
      "--disable-console-logs",
      "-o",
      "ndjson",
      "-s1",
      "--scan-list",
      rules,
      list,
    ],
    parse: parseYaraX,
    failures: (stderr) => failuresIn(stderr, /^error: .*"(.+)": (.+)$/gm),
  },
];

export interface Verification {
  readonly engines: readonly string[];
  readonly files: number;
  readonly rules: number;
  readonly differences: readonly Difference[];
  /** Rules and files that could not be compared, and why. */
  readonly not_compared: readonly {
    readonly rule?: string;
    readonly path?: string;
    readonly engine?: string;
    readonly reason: string;
  }[];
}

/** One file and rule on which engines do not agree. */
export interface Difference {
  readonly path: string;
  readonly rule: string;
  readonly yes: readonly string[];
  readonly no: readonly string[];
  /** Where all say yes: matches that are not found by all, by engine. */
  readonly matches?: Readonly<Record<string, readonly string[]>>;
}

export interface Comparison {
  readonly rules: readonly ResolvedRule[];
  /** Rules and rule files that our engine does not evaluate. */
  readonly lost: readonly Quarantined[];
  /** Paths of regular files, and what our engine says of them. */
  readonly files: readonly string[];
  readonly own: Answers;
  readonly ownName: string;
}

/** @throws ToolError where no other engine is installed, or one fails; the signal's reason */
export async function verifyEngines(
  { rules, lost, files, own, ownName }: Comparison,
  signal: AbortSignal,
): Promise<Verification> {
  const installed = OTHER_ENGINES.filter(({ program }) => findProgram(program) !== undefined);
  if (installed.length === 0) {
    throw new ToolError("there is no other engine to compare with: neither yara nor yr is installed");
  }
  const not_compared: Verification["not_compared"][number][] = lost.map(({ rule, file, reason }) =>
    rule === null ? { path: file, engine: ownName, reason } : { rule, engine: ownName, reason },
  );
  let compared = rules;
  const drop = (lost: ReadonlyMap<ResolvedRule, string>, engine?: string) => {
    const all = new Map(lost);
    for (const rule of compared) {
      const missing = rule.uses.find((use) => all.has(use));
      if (missing && !all.has(rule)) all.set(rule, `depends on "${missing.syntax.name}"`);
    }
    for (const [{ syntax }, reason] of all)
      not_compared.push({ rule: syntax.name, ...(engine && { engine }), reason });
    compared = compared.filter((rule) => !all.has(rule));
  };
  // The programs set an external once for all files.
  const perFile = rules.filter(({ syntax }) =>
    syntax.names.some(({ name }) => FILE_EXTERNALS.some((each) => each === name)),
  );
  drop(new Map(perFile.map((rule) => [rule, "it uses an external variable that differs from file to file"])));
  for (const engine of installed) {
    for (;;) {
      const result = await engine.check(writeSource(compared), signal);
      if (!result || result.refused.length === 0) break;
      drop(new Map(result.refused.map(({ rule, reason }) => [rule, reason])), result.by);
    }
  }
  const listed = files.filter((path) => !/[\n\r]/.test(path));
  for (const path of files)
    if (!listed.includes(path)) not_compared.push({ path, reason: "its name has a line end" });
  const answers = new Map([[ownName, own]]);
  const failed = new Set<string>();
  for (const engine of installed) {
    const { found, failures } = await ask(engine, writeSource(compared), listed, signal);
    answers.set(engine.name, found);
    for (const [path, reason] of failures) {
      not_compared.push({ path, engine: engine.name, reason: `it could not scan the file: ${reason}` });
      failed.add(path);
    }
  }
  const scanned = listed.filter((path) => !failed.has(path));
  return {
    engines: [...answers.keys()],
    files: scanned.length,
    rules: compared.length,
    differences: differencesOf(compared, scanned, answers),
    not_compared,
  };
}

async function ask(
  engine: OtherEngine,
  source: Source,
  files: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly found: Answers; readonly failures: ReadonlyMap<string, string> }> {
  const folder = mkdtempSync(join(tmpdir(), "cryptex-verify-"));
  try {
    const [rules, list] = [join(folder, "rules.yar"), join(folder, "files")];
    writeFileSync(rules, source.text);
    writeFileSync(list, files.map((path) => `${path}\n`).join(""));
    const {
      code,
      signal: endedBy,
      stdout,
      stderr,
    } = await runOtherProgram(findProgram(engine.program)!, engine.args(rules, list), signal);
    if (code !== 0) {
      throw new ToolError(
        `${engine.program} failed (${endedBy ?? `exit code ${code}`}): ${stderr.trim().slice(0, 500)}`,
      );
    }
    return { found: engine.parse(stdout), failures: engine.failures(stderr) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lists what engines do not agree on. Private rules are shown by none. */
export function differencesOf(
  rules: readonly ResolvedRule[],
  files: readonly string[],
  answers: ReadonlyMap<string, Answers>,
): Difference[] {
  const differences: Difference[] = [];
  for (const path of files) {
    for (const { engineName, syntax } of rules) {
      const found = [...answers].map(([engine, all]) => ({
        engine,
        matches: all.get(path)?.get(engineName),
      }));
      const yes = found.filter(({ matches }) => matches).map(({ engine }) => engine);
      const no = found.filter(({ matches }) => !matches).map(({ engine }) => engine);
      const common = { path, rule: syntax.name, yes, no };
      if (yes.length > 0 && no.length > 0) differences.push(common);
      if (no.length > 0) continue;
      const counts = new Map<string, number>();
      for (const match of found.flatMap(({ matches }) => [...matches!]))
        counts.set(match, (counts.get(match) ?? 0) + 1);
      if ([...counts.values()].every((count) => count === found.length)) continue;
      const partial = found.map(({ engine, matches }) => [
        engine,
        [...matches!].filter((each) => counts.get(each)! < found.length),
      ]);
      differences.push({ ...common, matches: Object.fromEntries(partial) });
    }
  }
  return differences;
}

/** Reads `yara -s -L`: a line `RULE PATH`, then a line `0xOFFSET:LENGTH:$id: data` for each match. */
export function parseYara(stdout: Buffer): Answers {
  const answers: Answers = new Map();
  let matches = new Set<string>();
  for (const line of stdout.toString("utf8").split("\n")) {
    const [, offset, id] = /^0x([0-9a-f]+):\d+:(\$\w*): /.exec(line) ?? [];
    if (offset !== undefined) {
      matches.add(`${id}@${Number.parseInt(offset, 16)}`);
      continue;
    }
    const [, rule, path] = /^([A-Za-z_]\w*) (.+)$/.exec(line) ?? [];
    if (rule === undefined) continue;
    matches = new Set();
    add(answers, path!, rule, matches);
  }
  return answers;
}

/** Reads `yr scan -o ndjson -s`: an object a file. */
export function parseYaraX(stdout: Buffer): Answers {
  const answers: Answers = new Map();
  for (const line of stdout.toString("utf8").split("\n")) {
    if (line === "") continue;
    const { path, rules } = JSON.parse(line) as {
      path: string;
      rules: { identifier: string; strings?: { identifier: string; offset: number }[] }[];
    };
    for (const { identifier, strings = [] } of rules) {
      add(answers, path, identifier, new Set(strings.map((each) => `${each.identifier}@${each.offset}`)));
    }
  }
  return answers;
}

function failuresIn(stderr: string, line: RegExp): Map<string, string> {
  return new Map([...stderr.matchAll(line)].map(([, path, reason]) => [path!, reason!]));
}

function add(answers: Answers, path: string, rule: string, matches: ReadonlySet<string>): void {
  const ofFile = answers.get(path) ?? new Map();
  answers.set(path, ofFile.set(rule, matches));
}
