/** Random hex strings: bytes, nibbles, wildcards, negations, jumps, alternatives. */
import type { Random } from "../random.ts";
import type { Unnamed } from "./pattern.ts";

interface Piece {
  readonly text: string;
  /** As a regular expression: YARA 4.2.3 has no `~` in hex strings. */
  readonly regex: string;
  readonly sample: () => Uint8Array;
}

const byteText = (value: number) => value.toString(16).padStart(2, "0").toUpperCase();

export function hexPattern(random: Random): Unnamed {
  const negates = random.chance(0.2);
  const pieces: Piece[] = [];
  const length = random.int(2, 8);
  for (let index = 0; index < length; index++) {
    const atEdge = index === 0 || index === length - 1;
    if (atEdge) pieces.push(random.chance(0.15) ? maskedPiece(random) : bytePiece(random));
    else pieces.push(innerPiece(random, negates));
    // What is too short is found everywhere; two literal bytes in a row give the engine something to look for.
    if (random.chance(0.6)) pieces.push(bytePiece(random));
  }
  const text = `{ ${pieces.map((piece) => piece.text).join(random.pick([" ", " ", "", " /* and */ "]))} }`;
  const isPrivate = random.chance(0.05) ? " private" : "";
  const usesNegation = pieces.some((piece) => piece.text.includes("~"));
  return {
    text: text + isPrivate,
    ...(usesNegation ? { classicText: `/${pieces.map((piece) => piece.regex).join("")}/s${isPrivate}` } : {}),
    plant: () => {
      const bytes = Buffer.concat(pieces.map((piece) => piece.sample()));
      if (random.chance(0.1)) bytes[random.next() % bytes.length]! ^= 1;
      return bytes;
    },
    differences: text.split("[").length > 2 ? ["several-jumps"] : [],
  };
}

function innerPiece(random: Random, negates: boolean): Piece {
  const kind = random.next() % 10;
  if (kind < 3) return bytePiece(random);
  if (kind < 5) return maskedPiece(random);
  if (kind < 7) return negates ? negatedPiece(random) : bytePiece(random);
  if (kind < 9) return jumpPiece(random, negates);
  return alternativesPiece(random);
}

function bytePiece(random: Random): Piece {
  // Few values, so that strings share bytes and occur in parts.
  const value = random.chance(0.7) ? random.int(0x41, 0x48) : random.int(0, 255);
  return { text: byteText(value), regex: `\\x${byteText(value)}`, sample: () => Uint8Array.of(value) };
}

function maskedPiece(random: Random): Piece {
  const value = random.int(0, 255);
  const digits = byteText(value);
  const kind = random.next() % 3;
  const text = kind === 0 ? "??" : kind === 1 ? `${digits[0]}?` : `?${digits[1]}`;
  const mask = kind === 0 ? 0 : kind === 1 ? 0xf0 : 0x0f;
  return {
    text,
    regex: kind === 0 ? "." : `[${matching(value & mask, mask)}]`,
    sample: () => Uint8Array.of((value & mask) | (random.int(0, 255) & ~mask)),
  };
}

function negatedPiece(random: Random): Piece {
  const value = random.int(0x40, 0x4f);
  const digits = byteText(value);
  const kind = random.next() % 3;
  const mask = kind === 0 ? 0xff : kind === 1 ? 0xf0 : 0x0f;
  const text = kind === 0 ? `~${digits}` : kind === 1 ? `~${digits[0]}?` : `~?${digits[1]}`;
  return {
    text,
    regex: `[^${matching(value & mask, mask)}]`,
    sample: () => Uint8Array.of(random.chance(0.9) ? value ^ (mask & 0x11) : value),
  };
}

/** Bytes with these bits, as the inside of a class. */
function matching(value: number, mask: number): string {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => (byte & mask) === value);
  return bytes.map((byte) => `\\x${byteText(byte)}`).join("");
}

function jumpPiece(random: Random, small: boolean): Piece {
  const low = random.int(0, 6);
  const kind = random.next() % (small ? 2 : 5);
  // Beyond 200 bytes an engine looks for the two sides apart and joins them.
  const [text, high]: [string, number] =
    kind === 0
      ? [`[${low + 1}]`, low + 1]
      : kind === 1
        ? [`[${low}-${low + 5}]`, low + 5]
        : kind === 2
          ? [`[${low}-${low + random.int(190, 400)}]`, low + 260]
          : kind === 3
            ? [`[${low}-]`, low + 900]
            : [random.chance(0.5) ? "[-]" : `[${random.int(180, 300)}-700]`, 500];
  const least = text === "[-]" ? 0 : kind === 0 ? low + 1 : kind === 4 ? 300 : low;
  return {
    text,
    // Dots one by one: with a count they would be greedy, which cannot stand beside what is lazy.
    regex: kind === 0 ? ".".repeat(low + 1) : `.{${low},${low + 5}}?`,
    sample: () => random.bytes(random.int(least, high)),
  };
}

function alternativesPiece(random: Random): Piece {
  const choices = Array.from({ length: random.int(2, 4) }, () =>
    Array.from({ length: random.int(1, 3) }, () =>
      random.chance(0.15) ? maskedPiece(random) : bytePiece(random),
    ),
  );
  return {
    text: `( ${choices.map((choice) => choice.map((piece) => piece.text).join(" ")).join(" | ")} )`,
    regex: `(${choices.map((choice) => choice.map((piece) => piece.regex).join("")).join("|")})`,
    sample: () => Buffer.concat(random.pick(choices).map((piece) => piece.sample())),
  };
}
