/** Formats of data in files and pipes, and the symbols or bytes that are read from them. */
import { requireBitCount } from "../stats/bits.ts";
import { BitGroups, type Decoder, TextBits, TextNumbers, WordBytes, WordSymbols } from "./input-decoders.ts";

/**
 * - `bytes`: as they are;
 * - `bits`: symbols of bits one after the other, the most significant bit of a byte first;
 * - `ascii`: the characters 0 and 1 for bits, with or without white space, as NIST's STS takes them;
 * - `u16le`, `u32le`, `u64le`: whole numbers of so many bits, least significant byte first;
 * - `csv`: whole numbers in decimal, row by row, all columns, with or without a heading.
 */
export const INPUT_FORMATS = ["bytes", "bits", "ascii", "u16le", "u32le", "u64le", "csv"] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

const WORD_BYTES = { u16le: 2, u32le: 4, u64le: 8 } as const;

/** Decoded data. */
export interface Decoded {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Remarks on how the data were read, once they have been. */
  readonly notes: () => readonly string[];
}

/**
 * Reads symbols, one a byte.
 * @param bits per symbol; undefined: 1 of bits and text of bits, and of numbers as many as they have, which must be at most 8
 */
export function symbolsFrom(
  raw: AsyncIterable<Uint8Array>,
  format: InputFormat,
  name: string,
  bits: number | undefined,
): Decoded {
  if (bits !== undefined) requireBitCount("bits", bits);
  switch (format) {
    case "bytes":
      return { pieces: raw, notes: () => [] };
    case "bits":
      return decoded(raw, new BitGroups(bits ?? 1));
    case "ascii":
      return decoded(raw, new TextBits(name, bits ?? 1));
    case "csv":
      return decoded(raw, new TextNumbers(name, bits));
    default:
      return decoded(raw, new WordSymbols(name, WORD_BYTES[format], bits));
  }
}

/** Reads the bytes of a string of bits. Numbers of several bytes give their most significant bit first. */
export function bytesFrom(raw: AsyncIterable<Uint8Array>, format: InputFormat, name: string): Decoded {
  switch (format) {
    case "bytes":
    case "bits":
      return { pieces: raw, notes: () => [] };
    case "ascii":
      return decoded(raw, new TextBits(name, 8));
    case "csv":
      return decoded(raw, new TextNumbers(name, undefined));
    default:
      return decoded(raw, new WordBytes(name, WORD_BYTES[format]));
  }
}

/** Tells whether as many bytes come out of a format as go in. */
export function keepsLength(format: InputFormat): boolean {
  return format !== "ascii" && format !== "csv";
}

function decoded(raw: AsyncIterable<Uint8Array>, decoder: Decoder): Decoded {
  async function* pieces() {
    for await (const piece of raw) {
      const out = decoder.decode(piece);
      if (out.length > 0) yield out;
    }
    const last = decoder.end();
    if (last.length > 0) yield last;
  }
  return { pieces: pieces(), notes: () => decoder.notes() };
}

/** Fewer characters may be chance, or anything. */
const LEAST_CHARACTERS = 16;

/** Hints at `--input-format ascii` where all bytes are the characters 0 and 1, and line ends; undefined for other data. */
export function textOfBitsHint(bytes: Uint8Array): string | undefined {
  let bits = 0;
  for (const byte of bytes) {
    if (byte === 0x30 || byte === 0x31) bits++;
    else if (byte !== 0x0a && byte !== 0x0d && byte !== 0x20 && byte !== 0x09) return undefined;
  }
  if (bits < LEAST_CHARACTERS) return undefined;
  return "the data are text of the characters 0 and 1, and each character was taken for a byte: --input-format ascii takes each for a bit";
}
