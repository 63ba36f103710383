/**
 * Finds what YARA-X refuses although libyara accepts it, as far as a rule's text shows it: from its page "Differences with YARA", each tried
 * with yara-x 1.23. What a rule's text does not show (regular expressions that match nothing) is found by its own program.
 */
import type { Expression, StringSyntax } from "../rules/ast.ts";
import type { RuleInFile } from "../rules/rule-files.ts";
import { expressionsIn } from "../rules/walk.ts";

/** The shortest text whose base64 form has three characters that do not depend on its neighbours. */
const MIN_BASE64_BYTES = 3;
/** Escapes in regular expressions besides punctuation. */
const KNOWN_ESCAPE = /^[abfnrtvBdDsSwWx]$/;

export function yaraXLacks({ file, syntax }: RuleInFile): string[] {
  const lacks = new Set<string>();
  const { span, nameSpan, ruleWildcards } = syntax;
  const head = Buffer.from(file.bytes.subarray(span.start, nameSpan.start)).toString("latin1");
  if (/\b(private|global)\b[\s\S]*\b\1\b/.test(head)) lacks.add("modifier of a rule twice");
  if (ruleWildcards.length > 0) lacks.add("wildcard of rules");
  if (!isUtf8(file.bytes.subarray(span.start, span.end))) lacks.add("text that is not UTF-8");
  for (const string of syntax.strings) for (const lack of stringLacks(string)) lacks.add(lack);
  for (const expression of expressionsIn(syntax.condition)) {
    const lack = expressionLack(expression);
    if (lack) lacks.add(lack);
  }
  return [...lacks];
}

function* stringLacks(string: StringSyntax): Generator<string> {
  const { base64, base64wide } = string.modifiers;
  const encoded = base64 !== undefined || base64wide !== undefined;
  if (string.kind === "text" && encoded && string.value.length < MIN_BASE64_BYTES) {
    yield `base64 of less than ${MIN_BASE64_BYTES} bytes`;
  }
  if (string.kind === "regex") yield* regexLacks(string.regex.source);
}

function* regexLacks(source: string): Generator<string> {
  for (const [, escaped] of source.matchAll(/\\([\s\S])/g)) {
    if (/[A-Za-z0-9]/.test(escaped!) && !KNOWN_ESCAPE.test(escaped!)) {
      yield `unknown escape \\${escaped} in a regular expression`;
    }
  }
  const withoutEscapesAndClasses = source.replaceAll(/\\[\s\S]/g, "_").replaceAll(/\[\^?\]?[^\]]*\]/g, "_");
  if (/\{(?!\d*(, *\d*)?\})/.test(withoutEscapesAndClasses))
    yield '"{" that is no repeat in a regular expression';
}

function expressionLack(expression: Expression): string | undefined {
  switch (expression.kind) {
    case "entrypoint":
      return '"entrypoint": use pe.entry_point';
    case "index":
      return expression.index.kind === "negate" ? "negative index" : undefined;
    case "regex": {
      const [lack] = regexLacks(expression.regex.source);
      return lack;
    }
    default:
      return undefined;
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
