/** Sorts the errors of libyara 4.5.5 into those of syntax and those beyond it; its codes do not tell them apart. */

const SYNTAX: readonly RegExp[] = [
  // The scanner.
  /^non-ascii character$/,
  /^unterminated (string|regular expression)$/,
  /^illegal escape sequence$/,
  /^identifier too long$/,
  /^(empty|malformed) regular expression$/,
  /^out of space in lex_buf$/,
  /^integer overflow in "(0x[0-9a-fA-F]+|0o[0-7]+|\d+([KM]B)?)"$/,
  // The grammar.
  /^syntax error/,
  /^memory exhausted$/,
  /^too many loop variables$/,
  /^iterator yields one value on each iteration , but the loop expects \d+$/,
  // Hex strings and regular expressions; base64 makes a regular expression of a text, which cannot fail.
  /^invalid hex string "/,
  /^invalid regular expression "/,
  /^greedy and ungreedy quantifiers can't be mixed/,
  // A regular expression in a condition is named without its string.
  /^(repeat interval too large|bad repeat interval|backreferences are not allowed|bad character range)$/,
  /^missing terminating \] for character class$/,
  // Modifiers.
  /^duplicated modifier$/,
  /^invalid modifier combination: /,
  /^can not specify multiple alphabets$/,
  /^length of base64 alphabet must be 64$/,
  /^invalid xor range$/,
  /^(lower|upper) bound for xor range exceeded/,
  /^xor lower bound exceeds upper bound$/,
];

const BEYOND_SYNTAX: readonly RegExp[] = [
  // Names.
  /^duplicated (identifier|string identifier|tag identifier|metadata identifier|loop identifier) "/,
  /^undefined (string|identifier) "/,
  /^unreferenced string "/,
  /^rule identifier ".*" matches previously used wildcard rule set$/,
  /^wrong use of anonymous string$/,
  /^(unknown module|invalid module name|invalid field name) "/,
  /^".*" is not (a structure|an array or dictionary|a function)$/,
  // Types.
  /^wrong type "/,
  /^wrong type for /,
  /^type mismatch$/,
  /^strings don't support ".*" operation$/,
  /^wrong usage of identifier "/,
  /^wrong arguments for function "/,
  /^unknown type for argument /,
  /^(array indexes|dictionary keys) must be of /,
  /^identifier ".*" is not iterable$/,
  /^iterator for ".*" yields /,
  /^enumerations must be all the same type$/,
  // Values.
  /^empty string "/,
  /^division by zero$/,
  /^invalid value in condition: "/,
  /^percentage must be between /,
  /^integer overflow in ".* [-+*] .*"$/,
  // Limits of the engine's code.
  /^loop nesting limit exceeded$/,
  /^'for <quantifier> of <string set>' loops can't be nested$/,
  /^regular expression is too (large|complex)$/,
  /^too many strings in rule "/,
  // Includes, which the program resolves before the engine sees a rule.
  /^includes are disabled$/,
  // Shifts by a negative number, and more than 128 arguments, come without a word.
  /^$/,
];

/** @throws Error for a message that is in neither list, or in both */
export function isSyntaxMessage(message: string): boolean {
  const isSyntax = SYNTAX.some((pattern) => pattern.test(message));
  const isBeyond = BEYOND_SYNTAX.some((pattern) => pattern.test(message));
  if (isSyntax !== isBeyond) return isSyntax;
  throw new Error(`the tables do not tell what kind of message this is: ${JSON.stringify(message)}`);
}
