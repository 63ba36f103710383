/** Random regular expressions: literals, classes, anchors, word boundaries, groups, alternations, greedy and lazy quantifiers. */
import type { Random } from "../random.ts";
import { anyCase, type Unnamed, widened } from "./pattern.ts";

/** A part of an expression: its text, and data that it matches when nothing around it objects. */
interface Part {
  readonly text: string;
  readonly sample: () => string;
}

/** YARA refuses expressions that have both greedy and lazy quantifiers. */
type Greed = "" | "?";

export function regexPattern(random: Random): Unnamed {
  const greed: Greed = random.chance(0.6) ? "" : "?";
  const body = sequence(random, greed, 2);
  const start = random.chance(0.06) ? "^" : random.chance(0.12) ? "\\b" : "";
  const end = random.chance(0.05) ? "$" : random.chance(0.12) ? random.pick(["\\b", "\\B"]) : "";
  const nocase = random.chance(0.2);
  const flags = `${nocase ? "i" : ""}${random.chance(0.2) ? "s" : ""}`;
  const wide = random.chance(0.2);
  const ascii = random.chance(wide ? 0.5 : 0.1);
  const fullword = random.chance(0.15);
  const alsoNocase = !nocase && random.chance(0.1);
  const words = [
    wide ? " wide" : "",
    ascii ? " ascii" : "",
    fullword ? " fullword" : "",
    alsoNocase ? " nocase" : "",
    random.chance(0.04) ? " private" : "",
  ];
  // An empty alternative: found wherever nothing else is.
  const orNothing = end === "" && random.chance(0.005);
  return {
    text: `/${start}${body.text}${end}${orNothing ? "|" : ""}/${flags}${words.join("")}`,
    plant: () => {
      const sample = nocase || alsoNocase ? anyCase(random, body.sample()) : body.sample();
      const bytes = Buffer.from(sample, "latin1");
      const sides = fullword || start !== "" || end !== "" ? random.pick(["", " ", "-"]) : "";
      const padded = Buffer.concat([Buffer.from(sides), bytes, Buffer.from(sides)]);
      return wide && (!ascii || random.chance(0.5)) ? widened(padded) : padded;
    },
    differences: [
      // Behind an open lazy range the rest is looked for by itself, and may be empty.
      ...(orNothing || /\.\{\d+,\}\?/.test(body.text) ? ["empty-matches"] : []),
      ...(wide && ascii ? ["regex-ascii-and-wide"] : []),
      ...(start === "\\b" || /\\[bB]/.test(end) ? ["word-boundary-at-the-end"] : []),
    ],
  };
}

/** An expression for `matches` and for functions of modules: found in the text where `found` is part of it. */
export function regexFor(random: Random, found: string): string {
  const escaped = found.replace(/[^a-zA-Z0-9_]/g, (character) => {
    const code = character.charCodeAt(0);
    return `\\x${code.toString(16).padStart(2, "0")}`;
  });
  const loose = random.chance(0.3) ? escaped.replace(/[a-z]/, "\\w") : escaped;
  return `/${loose}${random.pick(["", "", "*", "{1,3}", "x?"])}/${random.pick(["", "", "i", "s", "is"])}`;
}

function sequence(random: Random, greed: Greed, depth: number): Part {
  const parts: Part[] = [];
  const length = random.int(1, 4);
  for (let index = 0; index < length; index++) {
    // A literal of two or three letters in most places: an expression without one is slow, and found everywhere.
    if (index === 0 || random.chance(0.5)) parts.push(literal(random.text(random.int(2, 3), "abcxyz0")));
    parts.push(element(random, greed, depth));
  }
  return {
    text: parts.map((part) => part.text).join(""),
    sample: () => parts.map((part) => part.sample()).join(""),
  };
}

function element(random: Random, greed: Greed, depth: number): Part {
  const inner = atom(random, greed, depth);
  if (!random.chance(0.45)) return inner;
  return repeated(random, inner, greed);
}

function atom(random: Random, greed: Greed, depth: number): Part {
  const kind = random.next() % (depth > 0 ? 9 : 7);
  switch (kind) {
    case 0:
      return { text: ".", sample: () => random.pick(["a", "Z", "0", "#", "\x80"]) };
    case 1:
    case 2:
      return shorthand(random);
    case 3:
    case 4:
      return characterClass(random);
    case 5:
      return escapedByte(random);
    case 6:
      return literal(random.pick(["q", "Q", "_", "-", " ", "7"]));
    case 7: {
      const inner = sequence(random, greed, depth - 1);
      return { text: `(${inner.text})`, sample: inner.sample };
    }
    default: {
      const choices = Array.from({ length: random.int(2, 3) }, () => sequence(random, greed, depth - 1));
      return {
        text: `(${choices.map((choice) => choice.text).join("|")})`,
        sample: () => random.pick(choices).sample(),
      };
    }
  }
}

function literal(text: string): Part {
  return { text, sample: () => text };
}

const SHORTHANDS: Readonly<Record<string, string>> = {
  "\\w": "aZ_5",
  "\\W": " -\n\x90",
  "\\d": "0189",
  "\\D": "x_ ",
  "\\s": " \t\n\r",
  "\\S": "a_.",
};

function shorthand(random: Random): Part {
  const text = random.pick(Object.keys(SHORTHANDS));
  return { text, sample: () => random.text(1, SHORTHANDS[text] ?? "") };
}

function escapedByte(random: Random): Part {
  const choices: readonly (readonly [string, string])[] = [
    ["\\n", "\n"],
    ["\\t", "\t"],
    ["\\.", "."],
    ["\\/", "/"],
    ["\\x41", "A"],
    ["\\xff", "\xff"],
    ["\\x00", "\0"],
    ["\\\\", "\\"],
    ["\\[", "["],
  ];
  const [text, byte] = random.pick(choices);
  return { text, sample: () => byte };
}

const CLASSES: readonly (readonly [string, string])[] = [
  ["[a-f]", "abf"],
  ["[a-zA-Z0-9_]", "gG5_"],
  ["[^a-c]", "dzZ -"],
  ["[xyz]", "xyz"],
  ["[\\w-]", "a-_"],
  ["[\\d.]", "05."],
  ["[^\\s]", "ab."],
  ["[\\x80-\\xff]", "\x80\xc3\xff"],
  ["[^0]", "1aA\0"],
  ["[]a]", "]a"],
  ["[a-]", "a-"],
  ["[.*]", ".*"],
];

function characterClass(random: Random): Part {
  const [text, members] = random.pick(CLASSES);
  return { text, sample: () => random.text(1, members) };
}

function repeated(random: Random, inner: Part, greed: Greed): Part {
  const low = random.int(0, 3);
  const choices: readonly (readonly [string, number, number])[] = [
    ["*", 0, 6],
    ["+", 1, 6],
    ["?", 0, 1],
    [`{${low + 1}}`, low + 1, low + 1],
    [`{${low},${low + 4}}`, low, low + 4],
    [`{${low},}`, low, low + 5],
    [`{,${low + 1}}`, 0, low + 1],
    // Of a group it might be too complex for the engine.
    ...(inner.text.startsWith("(") ? [] : [[`{${low},${low + 90}}`, low, low + 60] as const]),
  ];
  const [text, least, most] = random.pick(choices);
  return {
    text: `${inner.text}${text}${greed}`,
    sample: () => Array.from({ length: random.int(least, most) }, () => inner.sample()).join(""),
  };
}
