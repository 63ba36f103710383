/** Compiles a source by programs of others, and finds the rules that they refuse. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ResolvedRule } from "../rules/resolve.ts";
import { ruleAt, type Source } from "../rules/source.ts";
import { findProgram, type ProgramResult, runOtherProgram } from "./program.ts";

export interface CheckResult {
  /** Program and version. */
  readonly by: string;
  readonly refused: readonly { readonly rule: ResolvedRule; readonly reason: string }[];
}

/** Runs clamscan with the source as its only database, over an empty file. */
export function checkWithClamav(source: Source, signal: AbortSignal): Promise<CheckResult | undefined> {
  return check(source, signal, {
    program: "clamscan",
    version: ["--version"],
    accepts: /^ClamAV (\d[^/\s]*)/,
    args: (rules, empty) => ["--no-summary", "-d", rules, empty],
    refusals: clamavRefusals,
    // 0 and 1 are verdicts about the file; 2 is "database refused", for which a rule is named.
    codes: [0, 1, 2],
  });
}

/** Runs yara, if it is of the wanted version. */
export function checkWithYara(
  source: Source,
  signal: AbortSignal,
  version: RegExp,
): Promise<CheckResult | undefined> {
  return check(source, signal, {
    program: "yara",
    version: ["--version"],
    accepts: version,
    args: (rules, empty) => ["-w", rules, empty],
    refusals: ({ stderr }, source) =>
      linesOf(stderr).flatMap((line) => {
        const [, number, reason] = /\((\d+)\):\s*(?:error: )?(.*)$/.exec(line) ?? [];
        return number === undefined ? [] : refusalAt(Number(number), reason!, source);
      }),
    codes: [0, 1],
  });
}

/** Runs the program of YARA-X. */
export function checkWithYaraX(source: Source, signal: AbortSignal): Promise<CheckResult | undefined> {
  return check(source, signal, {
    program: "yr",
    version: ["--version"],
    accepts: /^\D*(\d\S*)/,
    args: (rules, _, folder) => ["compile", "-o", join(folder, "compiled"), rules],
    refusals: ({ stderr }, source) =>
      [...stderr.matchAll(/error\[\w+\]: (.*)\n\s*--> .*?:(\d+):\d+/g)].flatMap(([, reason, number]) =>
        refusalAt(Number(number), reason!, source),
      ),
    codes: [0, 1],
  });
}

interface Check {
  readonly program: string;
  readonly version: readonly string[];
  /** Matches what the program says of itself; the first group, if there is one, is its version. */
  readonly accepts: RegExp;
  args(rules: string, empty: string, folder: string): string[];
  refusals(result: ProgramResult, source: Source): readonly Refusal[];
  /** Exit codes with which it has read the source, or says of each rule why not. */
  readonly codes: readonly number[];
}

type Refusal = CheckResult["refused"][number];

async function check(source: Source, signal: AbortSignal, how: Check): Promise<CheckResult | undefined> {
  const path = findProgram(how.program);
  if (path === undefined) return undefined;
  const about = await runOtherProgram(path, how.version, signal);
  const version = how.accepts.exec(about.stdout.toString().trim());
  if (!version) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "cryptex-check-"));
  try {
    const [rules, empty] = [join(folder, "rules.yar"), join(folder, "empty")];
    writeFileSync(rules, source.text);
    writeFileSync(empty, "");
    const by = `${how.program} ${version[1] ?? about.stdout.toString().trim()}`;
    const result = await runOtherProgram(path, how.args(rules, empty, folder), signal);
    // The first thing that is said of a rule is the cause, the rest its consequence.
    const found = how.refusals(result, source).toReversed();
    const refused = [...new Map(found.map((each) => [each.rule, each])).values()].reverse();
    const failed = result.code === null || !how.codes.includes(result.code);
    if (refused.length === 0 && (failed || result.code === 2)) {
      const ending = result.signal ? `ended by ${result.signal}` : `exit code ${result.code}`;
      throw new Error(`${by} cannot load the rules (${ending}): ${result.stderr.trim().slice(0, 500)}`);
    }
    return { by, refused };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** ClamAV says what is wrong first, and whose fault it was afterwards; or names a line. */
function clamavRefusals({ stderr }: ProgramResult, source: Source): Refusal[] {
  const byName = new Map(source.rules.map((rule) => [rule.engineName, rule]));
  const refusals: Refusal[] = [];
  let said: string | undefined;
  for (const line of linesOf(stderr)) {
    const [, text] = /^LibClamAV (?:Warning|Error): (.*)$/.exec(line) ?? [];
    if (text === undefined) continue;
    const [, number, fault] = /^yyerror\(\): .* line (\d+) (.*)$/.exec(text) ?? [];
    const [, name] =
      /skipping YARA\.(\w+)$|yara rule (\w+)$/.exec(text)?.filter((part) => part !== undefined) ?? [];
    if (number !== undefined) refusals.push(...refusalAt(Number(number), fault!, source));
    else if (name === undefined) said = text.replace(/^\w+(\[verify\])?: /, "");
    else {
      const rule = byName.get(name);
      if (rule) refusals.push({ rule, reason: said ?? "it is refused without a reason" });
      said = undefined;
    }
  }
  return refusals;
}

function refusalAt(line: number, reason: string, source: Source): Refusal[] {
  const place = ruleAt(line, source);
  return place ? [{ rule: place.rule, reason }] : [];
}

function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trimEnd());
}
