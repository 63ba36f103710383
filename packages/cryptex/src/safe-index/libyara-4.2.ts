/**
 * Finds what libyara 4.2 lacks of the language of 4.5: the differences between the grammars and the modules of v4.2.3 and v4.5.5
 * (libyara/lexer.l, hex_grammar.y, re_lexer.l, grammar.y, parser.c, modules/*). Each was tried with yara 4.2.3.
 */
import type { Expression, HexToken, StringSyntax } from "../rules/ast.ts";
import type { RuleInFile } from "../rules/rule-files.ts";
import { expressionsIn, fieldPath, refersToAll } from "../rules/walk.ts";

/** Fields and functions that came after 4.2.3, by module. A name ends where the next one may begin. */
const LATER_FIELDS: readonly string[] = [
  "dex.class.field.static",
  "dotnet.classes",
  "dotnet.number_of_classes",
  "elf.telfhash",
  "elf.import_md5",
  "math.to_string",
  "pe.IMPORT_DELAYED",
  "pe.IMPORT_STANDARD",
  "pe.IMPORT_ANY",
  "pe.rich_signature.version_data",
  "pe.import_rva",
  "pe.delayed_import_rva",
  "pe.import_details.functions.rva",
  "pe.delayed_import_details",
  "pe.number_of_delayed_imports",
  "pe.number_of_delayed_imported_functions",
  "pe.export_details.rva",
  "pe.is_signed",
  ...[
    "verified",
    "digest_alg",
    "digest",
    "file_digest",
    "number_of_certificates",
    "certificates",
    "signer_info",
    "number_of_countersignatures",
    "countersignatures",
  ].map((field) => `pe.signatures.${field}`),
];

export function libyara42Lacks({ syntax }: RuleInFile): string[] {
  const lacks = new Set<string>();
  for (const string of syntax.strings) for (const lack of stringLacks(string)) lacks.add(lack);
  if (!refersToAll(syntax)) lacks.add("string that nothing refers to: allowed by its underscore since 4.5");
  for (const expression of expressionsIn(syntax.condition)) {
    const lack = expressionLack(expression);
    if (lack) lacks.add(lack);
  }
  return [...lacks];
}

function* stringLacks(string: StringSyntax): Generator<string> {
  if (string.kind === "hex" && string.tokens.some(hasNot)) yield '"~" in a hex string';
  if (string.kind === "regex") {
    if (/\{0*(,0+)?\}/.test(string.regex.source)) yield "repeat of zero in a regular expression";
    if (/\{\d* *, *\d*\}/.test(string.regex.source) && /\{[^}]* [^}]*\}/.test(string.regex.source)) {
      yield "blank in the repeat of a regular expression: another meaning before 4.5";
    }
  }
}

function hasNot(token: HexToken): boolean {
  return token.kind === "byte"
    ? token.not
    : token.kind === "alternatives" && token.choices.flat().some(hasNot);
}

function expressionLack(expression: Expression): string | undefined {
  switch (expression.kind) {
    case "of":
      return expression.at && '"of" with "at"';
    case "for-in": {
      const { iterator } = expression;
      const overTexts = iterator.kind === "values" && iterator.values.some(({ kind }) => kind === "text");
      return overTexts ? "loop over texts" : undefined;
    }
    case "member": {
      const path = fieldPath(expression);
      return path !== undefined && LATER_FIELDS.includes(path) ? `${path}: came after 4.2` : undefined;
    }
    default:
      return undefined;
  }
}
