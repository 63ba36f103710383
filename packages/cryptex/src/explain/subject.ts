/** A rule that is to be explained: its syntax, and the texts by which the engine is asked about it. */
import type { RuleSyntax } from "../rules/ast.ts";
import { parseRuleFile } from "../rules/parser.ts";
import type { RuleInfo } from "../rules/rule-info.ts";
import { binaryString } from "../rules/rule-text.ts";
import type { RuleText } from "../rules/rule-texts.ts";
import { T, Tokens } from "../rules/tokens.ts";

export interface Subject {
  readonly number: number;
  readonly info: RuleInfo;
  readonly engineName: string;
  readonly modules: readonly string[];
  readonly syntax: RuleSyntax;
  /** The text that spans of the syntax point into, a binary string. */
  readonly source: string;
}

export function subjectOf(number: number, info: RuleInfo, { engineName, text, modules }: RuleText): Subject {
  const source = `${modules.map((module) => `import "${module}"\n`).join("")}${text}`;
  const syntax = parseRuleFile(Buffer.from(source, "latin1")).rules[0];
  if (!syntax) throw new Error(`the text of the rule ${engineName} cannot be parsed`);
  return { number, info, engineName, modules, syntax, source };
}

/**
 * A rule without `private` and `global`: the engine then says of each by itself whether its condition holds, and shows all strings.
 * The text is a binary string.
 */
export function openText(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const { kind, start, end } of tokensOf(text)) {
    if (kind !== T.private && kind !== T.global) continue;
    parts.push(text.slice(from, start));
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

/** A rule with the same strings that matches where any of them does, so that the engine keeps all their matches. */
export function stringsRule(name: string, text: string): string | undefined {
  const open = openText(text);
  let start: number | undefined;
  for (const token of tokensOf(open)) {
    if (token.kind === T.strings) start ??= token.start;
    else if (token.kind === T.condition && start !== undefined)
      return `rule ${name} { ${open.slice(start, token.start)} condition: any of them }\n`;
  }
  return undefined;
}

function* tokensOf(text: string): Generator<Tokens> {
  const bytes = Buffer.from(text, "latin1");
  const tokens = new Tokens(binaryString(bytes), bytes);
  while (tokens.next() !== T.end && !tokens.is(T.unclosedComment)) yield tokens;
}
