/**
 * Tokens of a rule file, as the scanner of libyara 4.5.5 (lexer.l) cuts them. The tokens of a place do not depend on what stands before
 * it: a text that is not closed ends with its line, so that a fault does not reach the next one.
 */

import { isTooLarge, printable, regexText, textValue } from "./literals.ts";

/** Kinds of tokens. A character that is a token of its own has its code; those of YARA have names here. */
export const T = {
  end: 0,
  /** No token of YARA: `problem` says why. */
  bad: 1,
  /** A comment that is never closed begins here; libyara takes it for the end of the file. */
  unclosedComment: 2,
  percent: 37,
  ampersand: 38,
  openRound: 40,
  closeRound: 41,
  star: 42,
  plus: 43,
  comma: 44,
  minus: 45,
  dot: 46,
  colon: 58,
  less: 60,
  assign: 61,
  greater: 62,
  openSquare: 91,
  backslash: 92,
  closeSquare: 93,
  caret: 94,
  openBrace: 123,
  bar: 124,
  closeBrace: 125,
  tilde: 126,
  identifier: 128,
  number: 129,
  float: 130,
  text: 131,
  regex: 132,
  hex: 133,
  /** `$a`, `$a*`, `#a`, `@a`, `!a`. */
  string: 134,
  stringWildcard: 135,
  stringCount: 136,
  stringOffset: 137,
  stringLength: 138,
  /** `uint16be` and its like. */
  read: 139,
  /** `include "path"`, as one token. */
  include: 140,
  dots: 141,
  lessEqual: 142,
  greaterEqual: 143,
  equal: 144,
  unequal: 145,
  shiftLeft: 146,
  shiftRight: 147,
  private: 160,
  global: 161,
  rule: 162,
  meta: 163,
  strings: 164,
  ascii: 165,
  wide: 166,
  xor: 167,
  base64: 168,
  base64wide: 169,
  fullword: 170,
  nocase: 171,
  condition: 172,
  true: 173,
  false: 174,
  not: 175,
  and: 176,
  or: 177,
  at: 178,
  in: 179,
  of: 180,
  them: 181,
  for: 182,
  all: 183,
  any: 184,
  none: 185,
  entrypoint: 186,
  filesize: 187,
  matches: 188,
  contains: 189,
  startswith: 190,
  endswith: 191,
  icontains: 192,
  istartswith: 193,
  iendswith: 194,
  iequals: 195,
  import: 196,
  defined: 197,
} as const;

/** Reserved words: the kinds from `private` on, and the names of functions that read integers. */
export const KEYWORDS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(T).filter(([, kind]) => kind >= T.private),
  ...["int8", "int16", "int32"].flatMap((name) =>
    [name, `u${name}`, `${name}be`, `u${name}be`].map((word) => [word, T.read] as const),
  ),
]);

/** Bytes that a text or regular expression may have once its escapes are resolved: YR_LEX_BUF_SIZE − 2. */
const MAX_TEXT = 8_190;
const MAX_IDENTIFIER = 128;

const NUMBER = /0x[0-9a-fA-F]+|0o[0-7]+|\d+(?:(\.\d+)|KB|MB)?/y;

const SPACE = 1;
const LETTER = 2;
const DIGIT = 4;
const HEX_DIGIT = 8;
/** May stand between the braces of a hex string, outside of comments. */
const IN_HEX = 16;
const PRINTABLE = 32;
const WORD = LETTER | DIGIT;

const CLASS = new Uint8Array(256);
for (let code = 32; code < 127; code++) CLASS[code] = PRINTABLE;
for (const space of " \t\r\n") CLASS[space.charCodeAt(0)]! |= SPACE | IN_HEX;
for (const letter of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
  CLASS[letter.charCodeAt(0)]! |= LETTER;
for (const digit of "0123456789") CLASS[digit.charCodeAt(0)]! |= DIGIT;
for (const digit of "0123456789abcdefABCDEF") CLASS[digit.charCodeAt(0)]! |= HEX_DIGIT | IN_HEX;
for (const sign of "-|~?[]()") CLASS[sign.charCodeAt(0)]! |= IN_HEX;

const [LINE_FEED, QUOTE, HASH, DOLLAR, EXCLAMATION, SLASH, AT] = [10, 34, 35, 36, 33, 47, 64] as const;

/** Reads one token after another; the fields describe the one read last. */
export class Tokens {
  kind: number = T.end;
  start = 0;
  end = 0;
  /** Offset behind the token before it. */
  before = 0;
  /** True where a line feed lies between this token and the one before it, or nothing is before it. */
  freshLine = true;
  /** Message about a bad token, and the offset it speaks of. */
  problem = "";
  problemAt = 0;
  private readonly limit: number;
  /** No comment is closed from here on; kept so that a file full of opened comments is not searched to its end for each. */
  private noCommentEndsFrom = Number.POSITIVE_INFINITY;

  /** `source` is the file as a binary string, `bytes` the same. */
  constructor(
    readonly source: string,
    private readonly bytes: Uint8Array,
  ) {
    this.limit = bytes.length;
  }

  /** Tells if the token is of a kind; `kind` itself would be taken for unchanged by the type checker behind `next`. */
  is(kind: number): boolean {
    return this.kind === kind;
  }

  /** Reads the token at or behind an offset. */
  seek(offset: number): void {
    this.end = offset;
    this.next();
  }

  /** Returns what takes the tokens back to here. */
  mark(): () => void {
    const { kind, start, end, before, freshLine, problem, problemAt } = this;
    return () => void Object.assign(this, { kind, start, end, before, freshLine, problem, problemAt });
  }

  /** Raw text of the token. */
  get raw(): string {
    return this.source.slice(this.start, this.end);
  }

  /** Reads the next token and returns its kind. */
  next(): number {
    const { bytes, limit } = this;
    let at = this.end;
    this.before = at;
    this.freshLine = at === 0;
    for (;;) {
      if (at >= limit) return this.put(T.end, limit, limit);
      const code = bytes[at]!;
      if ((CLASS[code]! & SPACE) !== 0) {
        if (code === LINE_FEED) this.freshLine = true;
        at++;
      } else if (code === SLASH && this.follows(at, SLASH)) {
        at = this.lineEnd(at);
      } else if (code === SLASH && this.follows(at, T.star)) {
        const close = this.commentEnd(at);
        if (close < 0) return this.put(T.unclosedComment, at, this.lineEnd(at));
        for (; at < close; at++) if (bytes[at] === LINE_FEED) this.freshLine = true;
      } else break;
    }
    return this.token(at);
  }

  private put(kind: number, start: number, end: number): number {
    this.kind = kind;
    this.start = start;
    this.end = end;
    return kind;
  }

  private bad(start: number, end: number, problemAt: number, problem: string): number {
    this.problemAt = problemAt;
    this.problem = problem;
    return this.put(T.bad, start, end);
  }

  private token(at: number): number {
    const code = this.bytes[at]!;
    const type = CLASS[code]!;
    if ((type & LETTER) !== 0) return this.word(at);
    if ((type & DIGIT) !== 0) return this.number(at);
    switch (code) {
      case QUOTE:
        return this.textString(at);
      case SLASH:
        return this.regularExpression(at);
      case T.openBrace: {
        const end = this.hexEnd(at);
        return end <= 0 ? this.put(T.openBrace, at, at + 1) : this.put(T.hex, at, end);
      }
      case DOLLAR: {
        const end = this.wordEnd(at + 1);
        return this.bytes[end] === T.star
          ? this.put(T.stringWildcard, at, end + 1)
          : this.put(T.string, at, end);
      }
      case HASH:
        return this.put(T.stringCount, at, this.wordEnd(at + 1));
      case AT:
        return this.put(T.stringOffset, at, this.wordEnd(at + 1));
      case EXCLAMATION:
        if (this.follows(at, T.assign)) return this.put(T.unequal, at, at + 2);
        return this.put(T.stringLength, at, this.wordEnd(at + 1));
      case T.dot:
        if (this.follows(at, T.dot)) return this.put(T.dots, at, at + 2);
        break;
      case T.less:
        if (this.follows(at, T.assign)) return this.put(T.lessEqual, at, at + 2);
        if (this.follows(at, T.less)) return this.put(T.shiftLeft, at, at + 2);
        break;
      case T.assign:
        if (this.follows(at, T.assign)) return this.put(T.equal, at, at + 2);
        break;
      case T.greater:
        if (this.follows(at, T.assign)) return this.put(T.greaterEqual, at, at + 2);
        if (this.follows(at, T.greater)) return this.put(T.shiftRight, at, at + 2);
        break;
    }
    if ((type & PRINTABLE) !== 0) return this.put(code, at, at + 1);
    let end = at + 1;
    while (end < this.limit && (CLASS[this.bytes[end]!]! & (PRINTABLE | SPACE)) === 0) end++;
    const name = code.toString(16).padStart(2, "0");
    return this.bad(
      at,
      end,
      at,
      `the byte 0x${name} is no ASCII text: it can stand in strings and comments only`,
    );
  }

  private follows(at: number, code: number): boolean {
    return this.bytes[at + 1] === code;
  }

  private lineEnd(at: number): number {
    const found = this.bytes.indexOf(LINE_FEED, at);
    return found < 0 || found > this.limit ? this.limit : found;
  }

  /** Offset behind the comment that begins with `/` and `*` here, or -1. */
  private commentEnd(at: number): number {
    if (at >= this.noCommentEndsFrom) return -1;
    const found = this.source.indexOf("*/", at + 2);
    if (found >= 0 && found + 2 <= this.limit) return found + 2;
    this.noCommentEndsFrom = at;
    return -1;
  }

  private wordEnd(at: number): number {
    const { bytes, limit } = this;
    let end = at;
    while (end < limit && (CLASS[bytes[end]!]! & WORD) !== 0) end++;
    return end;
  }

  private word(at: number): number {
    const end = this.wordEnd(at);
    if (end - at <= 11) {
      const word = this.source.slice(at, end);
      const keyword = KEYWORDS.get(word);
      if (keyword !== undefined) return this.put(keyword, at, end);
      if (word === "include" && this.includePath(at, end)) return this.kind;
    }
    if (end - at > MAX_IDENTIFIER) {
      return this.bad(
        at,
        end,
        at,
        `a name has at most ${MAX_IDENTIFIER} characters, this one has ${end - at}`,
      );
    }
    return this.put(T.identifier, at, end);
  }

  private includePath(start: number, wordEnd: number): boolean {
    const { bytes, limit } = this;
    let at = wordEnd;
    while (at < limit && (bytes[at] === 32 || bytes[at] === 9)) at++;
    if (at === wordEnd || at >= limit || bytes[at] !== QUOTE) return false;
    const open = at++;
    while (at < limit && bytes[at] !== QUOTE && bytes[at] !== LINE_FEED) at++;
    const length = at - open - 1;
    if (at >= limit || bytes[at] === LINE_FEED)
      this.bad(start, at, open, 'the path has no closing " on its line');
    else if (length > MAX_TEXT) this.bad(start, at + 1, open, tooLong("path", length));
    else this.put(T.include, start, at + 1);
    return true;
  }

  private number(at: number): number {
    NUMBER.lastIndex = at;
    const [raw, fraction] = NUMBER.exec(this.source)!;
    const end = at + raw.length;
    if (fraction !== undefined) return this.put(T.float, at, end);
    // 12 decimal digits and "MB" are below 2^63.
    if (raw.length > 14 && isTooLarge(raw)) {
      return this.bad(at, end, at, "the number is larger than 9223372036854775807");
    }
    return this.put(T.number, at, end);
  }

  private textString(start: number): number {
    const { bytes, limit } = this;
    let badEscape = -1;
    for (let at = start + 1; at < limit; at++) {
      const code = bytes[at];
      if (code === QUOTE) {
        if (badEscape >= 0) {
          const written = printable(this.source.slice(badEscape, badEscape + 2));
          const problem = `"${written}" is no escape of a string: there are \\" \\\\ \\t \\n \\r and \\x with two hex digits`;
          return this.bad(start, at + 1, badEscape, problem);
        }
        if (at - start - 1 > MAX_TEXT) {
          const { length } = textValue(this.source.slice(start, at + 1));
          if (length > MAX_TEXT) return this.bad(start, at + 1, start, tooLong("string", length));
        }
        return this.put(T.text, start, at + 1);
      }
      if (code === LINE_FEED) break;
      if (code === T.backslash && at + 1 < limit && bytes[at + 1] !== LINE_FEED) {
        if (badEscape < 0 && !this.isTextEscape(at + 1)) badEscape = at;
        at++;
      }
    }
    return this.bad(start, this.lineEnd(start), start, 'the string has no closing " on its line');
  }

  private isTextEscape(at: number): boolean {
    switch (this.bytes[at]) {
      case QUOTE:
      case T.backslash:
      case 110: // n
      case 114: // r
      case 116: // t
        return true;
      case 120: // x
        return (
          at + 2 < this.limit &&
          (CLASS[this.bytes[at + 1]!]! & HEX_DIGIT) !== 0 &&
          (CLASS[this.bytes[at + 2]!]! & HEX_DIGIT) !== 0
        );
      default:
        return false;
    }
  }

  private regularExpression(start: number): number {
    const { bytes, limit } = this;
    for (let at = start + 1; at < limit; at++) {
      const code = bytes[at];
      if (code === SLASH) {
        let end = at + 1;
        if (end < limit && bytes[end] === 105) end++;
        if (end < limit && bytes[end] === 115) end++;
        const length = at - start - 1;
        if (length > MAX_TEXT || bytes[start + 1] === 0) {
          const seen = regexText(this.source.slice(start + 1, at)).length;
          if (seen > MAX_TEXT) return this.bad(start, end, start, tooLong("regular expression", seen));
          if (seen === 0) return this.bad(start, end, start, "the regular expression is empty");
        }
        return this.put(T.regex, start, end);
      }
      if (code === LINE_FEED) break;
      if (code === T.backslash && at + 1 < limit && bytes[at + 1] !== LINE_FEED) {
        at++;
        if (bytes[at] === 0) return this.bad(start, this.lineEnd(at), at, "a NUL byte cannot be escaped");
      }
    }
    return this.bad(start, this.lineEnd(start), start, "the regular expression has no closing / on its line");
  }

  /**
   * Returns the offset behind the hex string that begins with the brace here. Such a token consists of hex digits, signs, blanks and
   * comments, up to the first brace outside of a comment; any other brace is a token of its own. Where it is none, the answer is the
   * offset of what cannot stand in it, with a minus sign.
   */
  hexEnd(start: number): number {
    const { bytes, limit } = this;
    let at = start + 1;
    while (at < limit) {
      const code = bytes[at]!;
      if ((CLASS[code]! & IN_HEX) !== 0) at++;
      else if (code === T.closeBrace) return at > start + 1 ? at + 1 : -at;
      else if (code !== SLASH) return -at;
      else if (this.follows(at, SLASH)) at = this.lineEnd(at) + 1;
      else if (this.follows(at, T.star)) {
        const end = this.commentEnd(at);
        if (end < 0) return -at;
        at = end;
      } else return -at;
    }
    return -limit;
  }
}

function tooLong(what: string, length: number): string {
  return `a ${what} has at most ${MAX_TEXT} bytes, this one has ${length}`;
}
