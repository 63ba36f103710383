/**
 * Facts from the engine on a file and some rules: which conditions hold, and the matches of all strings, whether they hold or not. It asks
 * with the rules themselves, without `private` and `global`, and with a rule of their strings beside each.
 */
import type { CompiledRules, EngineInstance, EngineScan, ExternalValue } from "../engine/engine.ts";
import type { RuleTable } from "../rules/rule-table.ts";
import type { RuleTexts } from "../rules/rule-texts.ts";
import type { StringFacts } from "./string-facts.ts";
import { openText, type Subject, stringsRule } from "./subject.ts";
import { unknown } from "./values.ts";

export interface Questions {
  readonly compiled: CompiledRules;
  /** Numbers of the rules in the set, in the order of the source. */
  readonly rules: readonly number[];
  /** For the subjects: place of the rule of its strings in the source. */
  readonly stringsAt: ReadonlyMap<number, number>;
}

export interface FileFacts {
  /** Numbers of the rules whose conditions hold. */
  readonly hold: ReadonlySet<number>;
  /** Rules whose word does not count, with the reason: the engine gave up on a string of theirs, or of a rule that they rest on. */
  readonly doubts: ReadonlyMap<number, string>;
  strings(subject: Subject): readonly StringFacts[];
}

/** Collects a rule, what it rests on, and all that the global rules rest on, in order. */
export function closureIn(texts: RuleTexts, rules: readonly number[]): number[] {
  const found = new Set<number>();
  const stack = [...rules];
  for (let rule = stack.pop(); rule !== undefined; rule = stack.pop()) {
    if (found.has(rule)) continue;
    found.add(rule);
    for (const use of texts.get(rule).uses) stack.push(use);
  }
  return [...found].sort((a, b) => a - b);
}

/** Undefined where the engine does not compile them, which it has done before. @param rules with all that they use, in order */
export function compileQuestions(
  instance: EngineInstance,
  texts: RuleTexts,
  rules: readonly number[],
  subjects: readonly Subject[],
  externals: Readonly<Record<string, ExternalValue>>,
): Questions | undefined {
  const all = rules.map((rule) => texts.get(rule));
  const modules = [...new Set(all.flatMap((text) => text.modules))];
  const parts = [
    ...modules.map((module) => `import "${module}"\n`),
    ...all.map(({ text }) => `${openText(text)}\n`),
  ];
  const taken = new Set(all.map(({ engineName }) => engineName));
  let prefix = "strings_of_";
  while ([...taken].some((name) => name.startsWith(prefix))) prefix += "_";
  const stringsAt = new Map<number, number>();
  for (const { number } of subjects) {
    const rule = stringsRule(`${prefix}${number}`, texts.get(number).text);
    if (rule === undefined) continue;
    stringsAt.set(number, rules.length + stringsAt.size);
    parts.push(rule);
  }
  const { rules: compiled } = instance.compile(Buffer.from(parts.join(""), "latin1"), externals);
  return compiled && { compiled, rules, stringsAt };
}

/** @param scan one that is done */
export function factsOf(
  { rules, stringsAt }: Questions,
  scan: EngineScan,
  { table, texts }: { readonly table: RuleTable; readonly texts: RuleTexts },
): FileFacts {
  const matched = new Map(scan.matches.map((match) => [match.rule, match]));
  const hold = new Set(rules.filter((_, place) => matched.has(place)));
  const doubts = new Map<number, string>();
  const lacks = new Map<string, string>();
  for (const { rule, string, reason } of scan.givenUp) {
    const number = rules[rule];
    if (number !== undefined)
      doubts.set(number, `the engine gave up on a string of ${table.get(number).name}: ${reason}`);
    lacks.set(`${rule} ${string}`, reason);
  }
  // Those that are used come first.
  for (const rule of rules) {
    const doubtful = texts.get(rule).uses.find((use) => doubts.has(use));
    if (doubtful !== undefined && !doubts.has(rule)) doubts.set(rule, doubts.get(doubtful)!);
  }
  return {
    hold,
    doubts,
    strings({ number, syntax }) {
      const place = stringsAt.get(number);
      if (place === undefined) return [];
      const found = new Map(matched.get(place)?.strings.map((each) => [each.string, each]));
      return syntax.strings.map(({ id }, index) => {
        const { matches = [], total = 0 } = found.get(index) ?? {};
        const lack = lacks.get(`${place} ${index}`);
        return {
          id,
          matches,
          total,
          isWhole: matches.length === total,
          ...(lack !== undefined && { lack: unknown(`the engine gave the string up: ${lack}`) }),
        };
      });
    },
  };
}
