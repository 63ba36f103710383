/**
 * Random strings of rules, each with pieces of data in which it occurs: what rules do not find is no test of them. A piece may
 * also miss narrowly, as with a letter before it where the string is a full word.
 */
import { quoted } from "../files/fact.ts";
import type { Random } from "../random.ts";
import { hexPattern } from "./hex.ts";
import { regexPattern } from "./regex.ts";

export interface Pattern {
  /** With its dollar sign. */
  readonly id: string;
  /** Behind the equals sign: the string and its modifiers. */
  readonly text: string;
  /** In the words of YARA 4.2.3, where it cannot be said the same way there. */
  readonly classicText?: string;
  /** Makes a piece of data in which it occurs, or nearly. */
  readonly plant: () => Uint8Array;
  /** Known differences between versions of YARA that it can run into. */
  readonly differences: readonly string[];
}

/** A pattern before it has a name. */
export type Unnamed = Omit<Pattern, "id">;

export function randomPattern(random: Random, id: string): Pattern {
  const kind = random.next() % 10;
  if (kind < 5) return { id, ...textPattern(random) };
  return { id, ...(kind < 8 ? regexPattern(random) : hexPattern(random)) };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const WORDS = [
  "kestrel",
  "ember",
  "Lantern",
  "oakMoss",
  "TIDE",
  "quartz9",
  "_hinge",
  "Vv",
  "cmd.exe",
  "GET /",
];
/** Sixty-four characters that are not in the standard order. */
const ALPHABET = "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA9876543210!?";

interface TextModifiers {
  readonly ascii: boolean;
  readonly wide: boolean;
  readonly nocase: boolean;
  readonly fullword: boolean;
  readonly private: boolean;
  readonly xor?: readonly [number, number];
  readonly base64?: string;
  readonly base64wide?: string;
}

function textPattern(random: Random): Unnamed {
  const value = randomText(random);
  const modifiers = randomModifiers(random, value.length);
  const differences: string[] = [];
  return {
    text: `${quoted(value)}${modifierText(random, modifiers)}`,
    plant: () => textPlant(random, value, modifiers),
    differences,
  };
}

function randomText(random: Random): string {
  switch (random.next() % 6) {
    case 0:
    case 1:
      return random.pick(WORDS);
    case 2:
      return random.text(random.int(3, 24), `${LETTERS}0123456789`);
    case 3:
      return random.text(random.int(2, 12), "aAbB01 _-./\\\"'");
    case 4:
      return random.text(random.int(1, 4), "ab");
    default:
      return Buffer.from(random.bytes(random.int(2, 10))).toString("latin1");
  }
}

function randomModifiers(random: Random, length: number): TextModifiers {
  const wide = random.chance(0.3);
  const shared = { wide, ascii: random.chance(wide ? 0.5 : 0.15), private: random.chance(0.06) };
  const plain = { ...shared, nocase: false, fullword: false };
  const kind = random.next() % 10;
  if (kind < 2) {
    const low = random.pick([0, 1, 3, random.int(0, 255)]);
    return {
      ...plain,
      fullword: random.chance(0.2),
      xor: random.chance(0.4) ? [0, 255] : [low, random.int(low, 255)],
    };
  }
  if (kind < 4 && length >= 3) {
    const alphabet = random.chance(0.3) ? ALPHABET : "";
    const which = random.next() % 3;
    // One alphabet serves both.
    return {
      ...plain,
      ...(which !== 0 ? { base64: alphabet } : {}),
      ...(which !== 1 ? { base64wide: alphabet } : {}),
    };
  }
  return { ...shared, nocase: random.chance(0.3), fullword: random.chance(0.25) };
}

function modifierText(random: Random, modifiers: TextModifiers): string {
  const words: string[] = [];
  for (const name of ["ascii", "wide", "nocase", "fullword", "private"] as const)
    if (modifiers[name]) words.push(name);
  const { xor } = modifiers;
  if (xor !== undefined) {
    const [low, high] = xor;
    if (low === 0 && high === 255) words.push(random.chance(0.5) ? "xor" : "xor(0-255)");
    else words.push(low === high ? `xor(${low})` : `xor(0x${low.toString(16)}-${high})`);
  }
  for (const name of ["base64", "base64wide"] as const) {
    const alphabet = modifiers[name];
    if (alphabet !== undefined) words.push(alphabet === "" ? name : `${name}("${alphabet}")`);
  }
  // Their order is free.
  if (random.chance(0.3)) words.reverse();
  return words.map((word) => ` ${word}`).join("");
}

function textPlant(random: Random, value: string, modifiers: TextModifiers): Uint8Array {
  let bytes: Uint8Array = Buffer.from(modifiers.nocase ? anyCase(random, value) : value, "latin1");
  if (random.chance(0.08)) bytes[random.next() % bytes.length]! ^= 1 << (random.next() % 8);
  const asWide = modifiers.wide && (!modifiers.ascii || random.chance(0.5));
  if (asWide) bytes = widened(bytes);
  const base64 = modifiers.base64 ?? modifiers.base64wide;
  if (base64 !== undefined) return base64Plant(random, bytes, modifiers);
  if (modifiers.fullword) {
    const sides = asWide ? ["", "x\0", ".\0", " \0"] : ["", "x", "9", "_", ".", " ", "\n"];
    bytes = Buffer.concat([
      Buffer.from(random.pick(sides), "latin1"),
      bytes,
      Buffer.from(random.pick(sides), "latin1"),
    ]);
  }
  if (modifiers.xor === undefined) return bytes;
  const [low, high] = modifiers.xor;
  const key = random.chance(0.1) ? random.int(0, 255) : random.int(low, high);
  return bytes.map((byte) => byte ^ key);
}

/** The encoded text, with other bytes encoded before and behind it so that each of the three alignments comes up. */
function base64Plant(random: Random, bytes: Uint8Array, modifiers: TextModifiers): Uint8Array {
  const whole = Buffer.concat([random.bytes(random.int(0, 3)), bytes, random.bytes(random.int(0, 3))]);
  let encoded = whole.toString("base64");
  if ((modifiers.base64 ?? modifiers.base64wide) !== "") {
    const standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    encoded = encoded.replace(/[^=]/g, (character) => ALPHABET[standard.indexOf(character)] ?? "");
  }
  const plain = Buffer.from(encoded, "latin1");
  const asWide = modifiers.base64wide !== undefined && (modifiers.base64 === undefined || random.chance(0.5));
  return asWide ? widened(plain) : plain;
}

export function widened(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 * bytes.length);
  bytes.forEach((byte, index) => {
    out[2 * index] = byte;
  });
  return out;
}

export function anyCase(random: Random, text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) =>
    random.chance(0.5) ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
