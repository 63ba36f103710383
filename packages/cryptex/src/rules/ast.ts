/**
 * Syntax tree of a rule file. Offsets count bytes of the file; a span is half open. Text that came from the file is held as a
 * binary string: one character a byte, U+0000 to U+00FF.
 */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A rule file as far as it can be parsed: what is wrong is in `faults`, everything else is in the lists. In order of the file. */
export interface RuleFileSyntax {
  readonly imports: readonly ImportSyntax[];
  readonly includes: readonly IncludeSyntax[];
  readonly rules: readonly RuleSyntax[];
  readonly faults: readonly SyntaxFault[];
  /** Offset of a comment behind the last rule that is never closed: the engine takes what follows for text, in silence. */
  readonly unclosedComment?: number;
}

export interface ImportSyntax {
  readonly module: string;
  readonly span: Span;
  /** 1 is the first. */
  readonly line: number;
}

export interface IncludeSyntax {
  readonly path: string;
  readonly span: Span;
  readonly line: number;
}

/** A stretch of the file that is not YARA. */
export interface SyntaxFault {
  /** Name of the rule that is lost by it; undefined where no rule, or no name, could be made out. */
  readonly rule?: string;
  /** The bytes that are lost by it. */
  readonly span: Span;
  /** Where the parser stopped. Both begin with 1; the column counts bytes. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface RuleSyntax {
  readonly name: string;
  readonly nameSpan: Span;
  /** From the first modifier, or `rule`, to the closing brace. */
  readonly span: Span;
  /** Lines of the first and the last byte of the span. */
  readonly line: number;
  readonly endLine: number;
  readonly isGlobal: boolean;
  readonly isPrivate: boolean;
  readonly tags: readonly string[];
  readonly meta: readonly MetaSyntax[];
  readonly strings: readonly StringSyntax[];
  readonly condition: Expression;
  /**
   * Modules whose fields or functions the condition uses: names before a dot, which nothing else can be, and names that the file imports
   * before the rule; a loop variable of the same name hides them.
   */
  readonly modules: readonly string[];
  /** Other names that the condition uses: rules or externals. */
  readonly names: readonly NameUse[];
  /** Prefixes of rule names, as in `any of (apt_*)`. The places have the asterisk, too. */
  readonly ruleWildcards: readonly NameUse[];
}

export interface NameUse {
  readonly name: string;
  /** Every place. */
  readonly spans: readonly Span[];
}

export interface MetaSyntax {
  readonly key: string;
  /** A string is binary: the bytes after escapes are resolved. */
  readonly value: string | bigint | boolean;
  readonly span: Span;
}

export interface StringModifiers {
  readonly ascii?: true;
  readonly wide?: true;
  readonly nocase?: true;
  readonly fullword?: true;
  readonly private?: true;
  /** Lowest and highest key, 0 to 255. */
  readonly xor?: readonly [number, number];
  /** Alphabet; "" is the standard one. */
  readonly base64?: string;
  readonly base64wide?: string;
}

export type StringSyntax = {
  /** With its dollar sign; "$" alone is anonymous. */
  readonly id: string;
  readonly span: Span;
  readonly line: number;
  readonly modifiers: StringModifiers;
} & StringValue;

export type StringValue =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "hex"; readonly tokens: readonly HexToken[] }
  | { readonly kind: "regex"; readonly regex: RegexSyntax };

export type HexToken =
  /** `value & mask` of a byte; mask 0xff is a plain byte, 0 is `??`. `not` is `~`. */
  | { readonly kind: "byte"; readonly value: number; readonly mask: number; readonly not: boolean }
  /** `max` is Infinity where it is open. */
  | { readonly kind: "jump"; readonly min: number; readonly max: number }
  | { readonly kind: "alternatives"; readonly choices: readonly (readonly HexToken[])[] };

export interface RegexSyntax {
  /** Between the slashes, as it stands in the file. */
  readonly source: string;
  readonly nocase: boolean;
  readonly dotAll: boolean;
}

export type BinaryOperator =
  | "or"
  | "and"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "contains"
  | "icontains"
  | "startswith"
  | "istartswith"
  | "endswith"
  | "iendswith"
  | "iequals"
  | "matches"
  | "+"
  | "-"
  | "*"
  | "\\"
  | "%"
  | "&"
  | "|"
  | "^"
  | "<<"
  | ">>";

export interface Range {
  readonly low: Expression;
  readonly high: Expression;
}

export type Quantifier =
  | { readonly kind: "all" | "any" | "none" }
  | { readonly kind: "count" | "percent"; readonly value: Expression };

/** An id is "$a", "$a*", "$" for the anonymous strings or "$*" for all. */
export type StringSet =
  | { readonly kind: "them" }
  | { readonly kind: "strings"; readonly ids: readonly string[] };
export type RuleSetSyntax = { readonly kind: "rules"; readonly names: readonly string[] };

export type Iterator =
  | { readonly kind: "range"; readonly range: Range }
  | { readonly kind: "values"; readonly values: readonly Expression[] }
  | { readonly kind: "object"; readonly object: Expression };

/** The span takes in parentheses around the expression. Identifiers of strings begin with "$", for counts, offsets and lengths too. */
export type Expression = { readonly span: Span } & (
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "regex"; readonly regex: RegexSyntax }
  | { readonly kind: "filesize" }
  | { readonly kind: "entrypoint" }
  /** A rule, an external, a loop variable or a module. */
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "member"; readonly object: Expression; readonly field: string }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression }
  | { readonly kind: "call"; readonly callee: Expression; readonly arguments: readonly Expression[] }
  /** `uint16be(0)` and its like; `type` is the name of the function. */
  | { readonly kind: "read"; readonly type: string; readonly offset: Expression }
  /** `$a`, `$a at 0`, `$a in (0..9)`; "$" is the string of the innermost `for … of`. */
  | { readonly kind: "string"; readonly id: string; readonly at?: Expression; readonly in?: Range }
  | { readonly kind: "count"; readonly id: string; readonly in?: Range }
  /** `@a[1]`, `!a[1]`; without an index it is the first. */
  | { readonly kind: "offset" | "length"; readonly id: string; readonly index?: Expression }
  | { readonly kind: "not" | "defined" | "negate" | "complement"; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "of";
      readonly quantifier: Quantifier;
      readonly set: StringSet | RuleSetSyntax;
      readonly at?: Expression;
      readonly in?: Range;
    }
  | {
      readonly kind: "for-of";
      readonly quantifier: Quantifier;
      readonly set: StringSet;
      readonly body: Expression;
    }
  | {
      readonly kind: "for-in";
      readonly quantifier: Quantifier;
      readonly variables: readonly string[];
      readonly iterator: Iterator;
      readonly body: Expression;
    }
);
