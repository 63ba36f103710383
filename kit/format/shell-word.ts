/** Words of command lines: quoted for a POSIX shell, and split as one would. */

/** Quotes a word of a command line for a POSIX shell, where it needs that. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A word's next part: blanks, 'all as it is', "all but \ before one of \ " $ `", \ before one sign, or other signs. */
const PART = /[ \t\n]+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^ \t\n'"\\]+)/y;

/** Signs that mean something to a shell where they are not quoted: it would run, join or replace something. */
const OPERATORS = /[|&;<>()$`]/;

/**
 * Splits a command line into its words, with the quotes of a POSIX shell (XCU 2.2). Nothing is replaced and no wildcard matched.
 * @throws SyntaxError for a quote without its end, and for what only a shell can do
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  PART.lastIndex = 0;
  while (PART.lastIndex < line.length) {
    const part = PART.exec(line);
    if (!part) throw new SyntaxError("a quote or a backslash has nothing after it that ends it");
    const [whole, plain, double, sign, bare] = part;
    if (sign === "\n") continue; // the line goes on
    const quoted = plain ?? double?.replace(/\\(?:([\\"$`])|\n)/g, "$1") ?? sign;
    if (quoted === undefined && bare === undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const operator = OPERATORS.exec(bare ?? double?.replace(/\\[\s\S]/g, "").match(/[$`]/)?.[0] ?? "");
    if (operator) throw new SyntaxError(`'${operator[0]}' is for a shell, and there is none`);
    word = (word ?? "") + (quoted ?? whole);
  }
  return word === undefined ? words : [...words, word];
}
