/**
 * Finds what ClamAV lacks. Its documentation lists modules, global rules, externals, more than 64 strings, rules without strings and
 * strings of one byte (docs.clamav.net, "Using YARA rules in ClamAV"). The rest comes from its sources (libclamav/readdb.c,
 * yara_lexer.l of 1.4), and each was tried with clamscan 1.4: its grammar is that of YARA 3.3. Much of it must be found beforehand,
 * since ClamAV ends with "OK" and has lost rules, lost the sound rule behind a faulty one, or crashed.
 */
import type { Expression, HexToken, StringSyntax } from "../rules/ast.ts";
import type { RuleInFile } from "../rules/rule-files.ts";
import type { Edit } from "../rules/source.ts";
import { expressionsIn, refersToAll } from "../rules/walk.ts";

/** MAX_LDB_SUBSIGS. */
const MAX_STRINGS = 64;
/** CLI_DEFAULT_AC_MINDEPTH: bytes without a wildcard that each part of a string must begin or end with, side by side. */
const MIN_BYTES = 2;
/** LEX_BUF_SIZE, less the closing zero. */
const MAX_TEXT_BYTES = 1023;

export function clamavLacks({ file, syntax }: RuleInFile): string[] {
  const lacks = new Set<string>();
  if (syntax.modules.length > 0) lacks.add(`module "${syntax.modules[0]}": ClamAV has no modules`);
  if (syntax.isGlobal) lacks.add("global rule: ClamAV ignores the word and reports the rule itself");
  if (syntax.strings.length === 0) lacks.add("no strings: ClamAV needs at least one");
  if (syntax.strings.length > MAX_STRINGS) lacks.add(`more than ${MAX_STRINGS} strings`);
  for (const { value } of syntax.meta) {
    if (typeof value === "bigint" && value < 0n) lacks.add("negative number in meta: ClamAV cannot read it");
    if (typeof value === "string" && value.length > MAX_TEXT_BYTES) lacks.add(TOO_LONG);
  }
  for (const string of syntax.strings) for (const lack of stringLacks(string)) lacks.add(lack);
  if (!refersToAll(syntax)) lacks.add("string that nothing refers to");
  if (syntax.ruleWildcards.length > 0) lacks.add(SETS_OF_RULES);
  for (const expression of expressionsIn(syntax.condition)) {
    const lack = expressionLack(expression, file.bytes);
    if (lack) lacks.add(lack);
  }
  return [...lacks];
}

const TOO_LONG = `text of more than ${MAX_TEXT_BYTES} bytes: ClamAV cannot read it`;
const SETS_OF_RULES = '"of" over rules: ClamAV knows strings only';

function* stringLacks(string: StringSyntax): Generator<string> {
  const { xor, base64, base64wide, private: hidden, wide } = string.modifiers;
  if (xor) yield "string modifier xor";
  if (base64 !== undefined || base64wide !== undefined) yield "string modifier base64";
  if (hidden) yield "private string";
  if (string.kind === "text") {
    if (string.value.length < MIN_BYTES) yield "string of one byte";
    if (string.value.length > MAX_TEXT_BYTES) yield TOO_LONG;
  } else if (string.kind === "regex") {
    if (wide) yield "wide regular expression";
    if (string.regex.source.length > MAX_TEXT_BYTES) yield TOO_LONG;
  } else yield* hexLacks(string.tokens);
}

/** Jumps cut a hex string into parts; each is searched for by two bytes that stand side by side. */
function* hexLacks(tokens: readonly HexToken[]): Generator<string> {
  let run = 0;
  let found = false;
  const one = "hex string with a part that has no two plain bytes side by side";
  for (const token of tokens) {
    if (token.kind === "jump") {
      if (!found) yield one;
      found = false;
      run = 0;
    } else if (token.kind === "byte" && !token.not && token.mask === 0xff) {
      run++;
      if (run >= MIN_BYTES) found = true;
    } else run = 0;
    if (token.kind === "byte" && token.not) yield '"~" in a hex string';
    if (token.kind === "alternatives" && hasJump(token)) yield "jump among the alternatives of a hex string";
  }
  if (!found) yield one;
}

function hasJump(token: HexToken): boolean {
  return token.kind === "jump" || (token.kind === "alternatives" && token.choices.flat().some(hasJump));
}

function expressionLack(expression: Expression, bytes: Uint8Array): string | undefined {
  switch (expression.kind) {
    case "read":
      return expression.type.endsWith("be") ? `${expression.type}()` : undefined;
    case "count":
      return expression.in && '"#a in (…)"';
    case "length":
      return '"!a", the length of a match';
    case "of":
      if (expression.set.kind === "rules") return SETS_OF_RULES;
      if (expression.at || expression.in) return '"of" with "at" or "in"';
      return quantifierLack(expression.quantifier.kind);
    case "for-of":
      return quantifierLack(expression.quantifier.kind);
    case "for-in":
      if (expression.variables.length > 1 || expression.iterator.kind === "object")
        return "loop over a module's values";
      return quantifierLack(expression.quantifier.kind);
    case "text":
    case "regex":
      return "comparison of texts in the condition";
    case "defined":
      return '"defined"';
    case "float":
      return "number with a decimal point";
    case "negate":
      return '"-" before a number';
    case "integer":
      return String.fromCharCode(...bytes.subarray(expression.span.start, expression.span.start + 2)) === "0o"
        ? "octal number"
        : undefined;
    default:
      return undefined;
  }
}

function quantifierLack(kind: string): string | undefined {
  if (kind === "none") return '"none of"';
  return kind === "percent" ? '"% of"' : undefined;
}

/** Rewrites comments in hex strings and the escape \\r in texts, which ClamAV cannot read. */
export function editsForClamav({ file, syntax }: RuleInFile): Edit[] {
  return syntax.strings.flatMap(({ kind, span }): Edit[] => {
    const text = Buffer.from(file.bytes.subarray(span.start, span.end)).toString("latin1");
    const plain =
      kind === "hex"
        ? text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, " ")
        : kind === "text"
          ? text.replaceAll(/\\(\\|r)/g, (found) => (found === "\\r" ? "\\x0d" : found))
          : text;
    return plain === text ? [] : [[span, plain]];
  });
}
