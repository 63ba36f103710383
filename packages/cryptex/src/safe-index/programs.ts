/** Compiles a finished index by the target's own program, and finds the rules that it refuses. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, type ProgramResult, runOtherProgram } from "../other-programs.ts";
import type { CheckResult, Index, IndexRule } from "./target.ts";

/** Runs clamscan with the index as its only database, over an empty file. */
export function checkWithClamav(index: Index, signal: AbortSignal): Promise<CheckResult | undefined> {
  return check(index, signal, {
    program: "clamscan",
    version: ["--version"],
    accepts: /^ClamAV (\d[^/\s]*)/,
    args: (rules, empty) => ["--no-summary", "-d", rules, empty],
    refusals: clamavRefusals,
    // 0 and 1 are verdicts about the file; 2 is "database refused", for which a rule is named.
    codes: [0, 1, 2],
  });
}

/** Runs yara, if it is of the target's version. */
export function checkWithYara(index: Index, signal: AbortSignal, version: RegExp): Promise<CheckResult | undefined> {
  return check(index, signal, {
    program: "yara",
    version: ["--version"],
    accepts: version,
    args: (rules, empty) => ["-w", rules, empty],
    refusals: ({ stderr }, { rules, lines }) =>
      linesOf(stderr).flatMap((line) => {
        const [, number, reason] = /\((\d+)\):\s*(?:error: )?(.*)$/.exec(line) ?? [];
        return number === undefined ? [] : refusalAt(Number(number), reason!, rules, lines);
      }),
    codes: [0, 1],
  });
}

/** Runs the program of YARA-X. */
export function checkWithYaraX(index: Index, signal: AbortSignal): Promise<CheckResult | undefined> {
  return check(index, signal, {
    program: "yr",
    version: ["--version"],
    accepts: /^\D*(\d\S*)/,
    args: (rules, _, folder) => ["compile", "-o", join(folder, "compiled"), rules],
    refusals: ({ stderr }, { rules, lines }) =>
      [...stderr.matchAll(/error\[\w+\]: (.*)\n\s*--> .*?:(\d+):\d+/g)].flatMap(([, reason, number]) =>
        refusalAt(Number(number), reason!, rules, lines),
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
  refusals(result: ProgramResult, index: Index): readonly Refusal[];
  /** Exit codes with which it has read the index, or says of each rule why not. */
  readonly codes: readonly number[];
}

type Refusal = CheckResult["refused"][number];

async function check(index: Index, signal: AbortSignal, how: Check): Promise<CheckResult | undefined> {
  const path = findProgram(how.program);
  if (path === undefined) return undefined;
  const about = await runOtherProgram(path, how.version, signal);
  const version = how.accepts.exec(about.stdout.toString().trim());
  if (!version) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "cryptex-index-"));
  try {
    const [rules, empty] = [join(folder, "index.yar"), join(folder, "empty")];
    writeFileSync(rules, index.text);
    writeFileSync(empty, "");
    const by = `${how.program} ${version[1] ?? about.stdout.toString().trim()}`;
    const result = await runOtherProgram(path, how.args(rules, empty, folder), signal);
    const refused = [...new Map(how.refusals(result, index).map((each) => [each.rule, each])).values()];
    const failed = result.code === null || !how.codes.includes(result.code);
    if (refused.length === 0 && (failed || result.code === 2)) {
      const ending = result.signal ? `ended by ${result.signal}` : `exit code ${result.code}`;
      throw new Error(`${by} cannot load the index (${ending}): ${result.stderr.trim().slice(0, 500)}`);
    }
    return { by, refused };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** ClamAV says what is wrong first, and whose fault it was afterwards; or names a line. */
function clamavRefusals({ stderr }: ProgramResult, { rules, lines }: Index): Refusal[] {
  const byName = new Map(rules.map((rule) => [rule.engineName, rule]));
  const refusals: Refusal[] = [];
  let said: string | undefined;
  for (const line of linesOf(stderr)) {
    const [, text] = /^LibClamAV (?:Warning|Error): (.*)$/.exec(line) ?? [];
    if (text === undefined) continue;
    const [, number, fault] = /^yyerror\(\): .* line (\d+) (.*)$/.exec(text) ?? [];
    const [, name] = /skipping YARA\.(\w+)$|yara rule (\w+)$/.exec(text)?.filter((part) => part !== undefined) ?? [];
    if (number !== undefined) refusals.push(...refusalAt(Number(number), fault!, rules, lines));
    else if (name === undefined) said = text.replace(/^\w+(\[verify\])?: /, "");
    else {
      const rule = byName.get(name);
      if (rule) refusals.push({ rule, reason: said ?? text });
      said = undefined;
    }
  }
  return refusals;
}

function refusalAt(line: number, reason: string, rules: readonly IndexRule[], lines: readonly number[]): Refusal[] {
  const after = lines.findIndex((start) => start > line);
  const rule = rules[(after < 0 ? rules.length : after) - 1];
  return rule ? [{ rule, reason }] : [];
}

function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trimEnd());
}
