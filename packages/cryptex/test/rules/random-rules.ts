/** Random rules as text: most of them sound, with every construct of the language, and random damage to them. */

export class RandomRules {
  #state: number;
  #rules = 0;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Mulberry32. */
  #below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)]!;
  }

  /** Takes a bad choice now and then. */
  #mostly(good: readonly string[], bad: readonly string[]): string {
    return this.#pick(this.#below(30) === 0 ? bad : good);
  }

  #many(make: () => string, min: number, max: number, between = ""): string {
    return Array.from({ length: min + this.#below(max - min + 1) }, make).join(between);
  }

  /** A rule with a name of its own, on lines of its own or on one. */
  rule(): string {
    const name = `r${this.#rules++}`;
    const line = this.#pick(["\n  ", " ", "\r\n\t"]);
    const hasStrings = this.#below(8) > 0;
    const meta = this.#below(3) > 0 ? "" : `meta: ${this.#many(() => this.#meta(), 1, 3, line)}${line}`;
    const strings = Array.from({ length: 1 + this.#below(3) }, (_, index) => this.#string(index));
    const section = hasStrings ? `strings:${line}${strings.join(line)}${line}` : "";
    const condition = `${this.#statement(this.#below(4))}${hasStrings ? " or any of them" : ""}`;
    const modifiers = this.#pick(["", "", "", "private ", "global ", "private global "]);
    const tags = this.#pick(["", "", " : one", " : one two"]);
    return `${modifiers}rule ${name}${tags} {${line}${meta}${section}condition:${line}${condition} }`;
  }

  /** A text with one to three bytes or words of it deleted, replaced or put in. */
  damaged(text: string): string {
    let damaged = text;
    for (let count = 1 + this.#below(3); count > 0; count--) {
      const at = this.#below(damaged.length);
      const kind = this.#below(3);
      const word = kind === 0 ? "" : this.#pick(WORDS);
      damaged = damaged.slice(0, at) + word + damaged.slice(kind === 2 ? at : at + 1 + this.#below(3));
    }
    return damaged;
  }

  #meta(): string {
    const values = [
      '"x"',
      "1",
      "-5",
      "true",
      "false",
      '"\\x41\\""',
      "0x1F",
      "10KB",
      "0o17",
      "9223372036854775807",
    ];
    return `m${this.#below(5)} = ${this.#mostly(values, ["9223372036854775808", "1.5", "-true", "/x/"])}`;
  }

  #string(index: number): string {
    const id = `$${this.#pick(["a", "b", "_x"])}${index}`;
    switch (this.#below(3)) {
      case 0: {
        const text = this.#many(
          () => this.#pick(["a", "b", "\\n", '\\"', "\\\\", "\\x41", "\xe9", " ", "//", "/*", "}"]),
          1,
          6,
        );
        return `${id} = "${this.#mostly([text], ["", `${text}\\q`, `${text}\\x4`])}" ${this.#modifiers(TEXT_MODIFIERS)}`;
      }
      case 1:
        return `${id} = { ${this.#hex(2)} } ${this.#mostly(["", "", "private"], ["wide", "private private"])}`;
      default: {
        const flags = this.#mostly(["", "", "i", "s", "is"], ["si", "x"]);
        return `${id} = /${this.#regex(2)}/${flags} ${this.#modifiers(REGEX_MODIFIERS)}`;
      }
    }
  }

  #modifiers(sound: readonly string[]): string {
    return this.#mostly(sound, [
      this.#many(() => this.#pick([...TEXT_MODIFIERS, ...BAD_MODIFIERS]), 1, 3, " "),
    ]);
  }

  #hex(depth: number): string {
    const item = (): string => {
      switch (this.#below(8)) {
        case 0:
          return this.#mostly(
            ["41 [1] 42", "41 [2-4] 42", "00[0-2][1]00", "41 [ 3 - 5 ] 41"],
            [
              "[0]",
              "41 [5-3] 41",
              "41 [300] 42",
              "41 [1-300]42",
              "[-3]",
              "[]",
              "41 [4294967297] 42",
              "41 [a] 41",
              "41 [4-] 41",
            ],
          );
        case 1:
          return depth > 0 ? `(${this.#many(() => this.#hex(depth - 1), 1, 3, "|")})` : "42";
        case 2:
          return this.#pick(["/* } */", "// }\n", "/**/"]);
        default:
          return this.#mostly(
            ["41", "4a", "F?", "?0", "??", "~41", "~4?", "~?A"],
            ["0", "~??", "~", "4 1", "zz", ""],
          );
      }
    };
    return `41 ${this.#many(item, 0, 4, this.#pick([" ", "", "\n"]))} 42`;
  }

  #regex(depth: number): string {
    const quantifiers = [
      "",
      "",
      "",
      "",
      "*",
      "+",
      "?",
      "{2}",
      "{2,}",
      "{,3}",
      "{1,3}",
      "{ 1,2}",
      "{1 , 2}",
      "{}",
      "{,}",
      "{a}",
    ];
    const badQuantifiers = [
      "*?",
      "+?",
      "??",
      "{3,1}",
      "{2}?",
      "{99999}",
      "{32767}",
      "**",
      "{3}{2}",
      "{4294967297}",
    ];
    const item = (): string => {
      switch (this.#below(5)) {
        case 0:
          return this.#mostly(
            ["\\w", "\\W", "\\d", "\\s", "\\n", "\\x41", "\\.", "\\/", "\\-", "\\q", "\\{"],
            ["\\1", "\\x4", "\\b", "\\B", "^", "$", ")", "("],
          );
        case 1:
          return this.#class();
        case 2:
          return depth > 0 ? `(${this.#regex(depth - 1)})` : ".";
        default:
          return this.#pick(["a", "b", "0", "\xe9", " ", "{", "}", "]", "-", '"', ",", ":", "."]);
      }
    };
    const choice = (): string => this.#many(() => item() + this.#mostly(quantifiers, badQuantifiers), 1, 4);
    return choice() + this.#pick(["", "", "", "", "|", `|${choice()}`, `||${choice()}`]);
  }

  #class(): string {
    const member = (): string =>
      this.#mostly(
        [
          "a",
          "b",
          "z",
          "a-z",
          "\\w",
          "\\]",
          "\\x41",
          "\\x41-\\x5a",
          "\\d-z",
          "^",
          "[",
          " ",
          "\\-",
          ".",
          "\\/",
        ],
        ["-", "\xe9", "\xe9-\xff", "\\x4", "z-a", "\t", "\\w-a"],
      );
    return `[${this.#pick(["", "^"])}${this.#pick(["", "", "]"])}a${this.#many(member, 0, 4)}]`;
  }

  #value(depth: number): string {
    if (depth <= 0)
      return this.#pick([
        "1",
        "2",
        "filesize",
        "0x10",
        "3KB",
        "0o17",
        "uint16(0)",
        "(1+1)",
        "1MB",
        "-1",
        "~3",
      ]);
    switch (this.#below(5)) {
      case 0:
        return `(${this.#value(depth - 1)})`;
      case 1:
        return `${this.#pick(["uint8", "int32be"])}(${this.#value(depth - 1)})`;
      case 2:
        return `${this.#pick(["-", "~"])}${this.#value(depth - 1)}`;
      default: {
        const operator = this.#pick(["+", "-", "*", "\\", "%", "&", "|", "^"]);
        return `${this.#value(depth - 1)} ${operator} ${this.#value(depth - 1)}`;
      }
    }
  }

  #statement(depth: number): string {
    if (depth <= 0)
      return this.#pick(["true", "false", "filesize > 3", "any of them", '"a" contains "b"', "filesize"]);
    const part = (): string => this.#statement(depth - 1);
    switch (this.#below(12)) {
      case 0:
        return `${part()} and ${part()}`;
      case 1:
        return `${part()} or ${part()}`;
      case 2:
        return `${this.#pick(["not", "defined"])} ${part()}`;
      case 3:
        return `(${part()})`;
      case 4: {
        const over = this.#mostly(
          [`(0..${this.#value(depth - 1)})`, "(1,2,3)", '("a","b")'],
          ["()", "(1)", "them", "1"],
        );
        const variables = this.#mostly(["i"], ["i, j", "i, j, k", ""]);
        return `for ${this.#quantifier()} ${variables} in ${over} : (${part()})`;
      }
      case 5:
        return `for ${this.#quantifier()} of them : ($ at ${this.#value(0)} and ${part()})`;
      case 6:
        return `${this.#pick([this.#quantifier(), "50%"])} of them`;
      case 7:
        return `${this.#quantifier()} of ${this.#pick(["them", "($*)"])} ${this.#pick(["at 0", "in (0..9)"])}`;
      case 8:
        return `"x" matches /${this.#regex(1)}/`;
      default: {
        const operator = this.#pick(["==", "!=", "<", ">", "<=", ">="]);
        return `${this.#value(depth - 1)} ${operator} ${this.#value(depth - 1)}`;
      }
    }
  }

  #quantifier(): string {
    return this.#pick(["any", "all", "none", "2", "1 + 1"]);
  }
}

const ALPHABET = "!@#$%^&*(){}[].,|ABCDEFGHIJ\\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu";
const TEXT_MODIFIERS = [
  ...[
    "",
    "",
    "",
    "ascii",
    "wide",
    "nocase",
    "fullword",
    "private",
    "ascii wide nocase",
    "xor",
    "xor(3)",
    "xor(1-20)",
  ],
  ...["xor(0x10-0xff) wide", "base64", "base64wide", "base64 base64wide", `base64("${ALPHABET}")`],
];
const REGEX_MODIFIERS = ["", "", "", "ascii wide", "wide", "nocase", "private fullword"];
const BAD_MODIFIERS = ["xor(300)", "xor(9-3)", 'base64("abc")', `base64wide("${ALPHABET}")`, "xor()"];

const WORDS = [
  ...[
    '"',
    "{",
    "}",
    "/",
    "\\",
    "(",
    ")",
    "[",
    "]",
    "$",
    "#",
    "@",
    "!",
    "*",
    "\n",
    "\r",
    "\t",
    " ",
    "a",
    "1",
    ".",
    "..",
  ],
  ...[
    "\xe9",
    "\0",
    "\v",
    ":",
    "=",
    "-",
    "%",
    "~",
    "?",
    "|",
    ";",
    "//",
    "/*",
    "*/",
    "0x",
    "KB",
    "x",
    "$a*",
    "#a",
    "@a[1]",
  ],
  ...[
    "rule",
    "condition",
    "strings",
    "meta",
    "and",
    "of",
    "in",
    "at",
    "not",
    "for",
    "private",
    "xor",
    'import "pe"',
    "them",
  ],
];
