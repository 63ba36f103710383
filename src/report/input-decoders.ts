/** Decoders of input formats: pieces in, symbols or bytes out, however the data are cut into pieces. */
import { plural } from "#kit/format/numbers.ts";
import { InputError } from "../errors.ts";

export interface Decoder {
  /** Returns what a piece completes, in memory of its own. @throws InputError for data of another format, with their place */
  decode(piece: Uint8Array): Uint8Array;
  /** Returns what the end completes. @throws InputError where the data end within a number */
  end(): Uint8Array;
  /** Remarks, once all is decoded. */
  notes(): readonly string[];
}

/** Bits to symbols, the most significant bit first. */
export class BitGroups implements Decoder {
  #group = 0;
  #held = 0;

  constructor(private readonly bits: number) {}

  decode(piece: Uint8Array): Uint8Array {
    const out = new Uint8Array(Math.floor((this.#held + 8 * piece.length) / this.bits));
    let at = 0;
    for (const byte of piece) {
      for (let shift = 7; shift >= 0; shift--) {
        if (this.push((byte >> shift) & 1)) out[at++] = this.take();
      }
    }
    return out;
  }

  /** Appends a bit. Returns true once a symbol is whole. */
  push(bit: number): boolean {
    this.#group = (this.#group << 1) | bit;
    return ++this.#held === this.bits;
  }

  take(): number {
    const symbol = this.#group;
    this.#group = 0;
    this.#held = 0;
    return symbol;
  }

  end(): Uint8Array {
    return NOTHING;
  }

  notes(): readonly string[] {
    if (this.#held === 0) return [];
    return [
      `the last ${plural(this.#held, "bit")} do not fill a symbol of ${this.bits} bits and were left out`,
    ];
  }
}

/** The characters 0 and 1 to symbols. */
export class TextBits implements Decoder {
  readonly #groups: BitGroups;
  #read = 0;

  constructor(
    private readonly name: string,
    bits: number,
  ) {
    this.#groups = new BitGroups(bits);
  }

  decode(piece: Uint8Array): Uint8Array {
    const out = new Uint8Array(piece.length);
    let at = 0;
    for (const [i, byte] of piece.entries()) {
      if (byte === ZERO || byte === ONE) {
        if (this.#groups.push(byte & 1)) out[at++] = this.#groups.take();
      } else if (!isBlank(byte)) {
        throw new InputError(`${this.name}: ${shown(byte)} at byte ${this.#read + i} is neither 0 nor 1`, {
          hints: ["--input-format ascii is for text of 0 and 1, with or without line ends"],
        });
      }
    }
    this.#read += piece.length;
    return out.subarray(0, at);
  }

  end(): Uint8Array {
    return NOTHING;
  }

  notes(): readonly string[] {
    return this.#groups.notes();
  }
}

/** Whole words of some bytes, from pieces that may end within one. */
abstract class Words implements Decoder {
  #rest: Uint8Array = new Uint8Array(0);
  #read = 0;

  constructor(
    protected readonly name: string,
    protected readonly width: number,
  ) {}

  decode(piece: Uint8Array): Uint8Array {
    const joined = new Uint8Array(this.#rest.length + piece.length);
    joined.set(this.#rest);
    joined.set(piece, this.#rest.length);
    const whole = joined.length - (joined.length % this.width);
    const out = this.convert(joined.subarray(0, whole), this.#read);
    this.#read += whole;
    this.#rest = joined.subarray(whole);
    return out;
  }

  end(): Uint8Array {
    if (this.#rest.length === 0) return NOTHING;
    throw new InputError(
      `${this.name} ends within a number: ${plural(this.#read + this.#rest.length, "byte")} are no multiple of ${this.width}`,
    );
  }

  /** @param from place of the first byte in the data */
  protected abstract convert(words: Uint8Array, from: number): Uint8Array;

  abstract notes(): readonly string[];
}

/** Numbers of several bytes, least significant first, to those bytes with the most significant first. */
export class WordBytes extends Words {
  protected override convert(words: Uint8Array): Uint8Array {
    for (let at = 0; at < words.length; at += this.width) words.subarray(at, at + this.width).reverse();
    return words;
  }

  override notes(): readonly string[] {
    return [];
  }
}

/** Numbers of several bytes, least significant first, to symbols: their low bits. */
export class WordSymbols extends Words {
  #cut = 0;

  constructor(
    name: string,
    width: number,
    private readonly bits: number | undefined,
  ) {
    super(name, width);
  }

  protected override convert(words: Uint8Array, from: number): Uint8Array {
    const out = new Uint8Array(words.length / this.width);
    const mask = (1 << (this.bits ?? 8)) - 1;
    for (let i = 0, at = 0; i < out.length; i++, at += this.width) {
      const low = words[at]!;
      let isWide = (low & mask) !== low;
      for (let j = 1; j < this.width; j++) isWide ||= words[at + j] !== 0;
      if (isWide) {
        if (this.bits === undefined) throw tooWide(this.name, numberAt(words, at, this.width), from + at);
        this.#cut++;
      }
      out[i] = low & mask;
    }
    return out;
  }

  override notes(): readonly string[] {
    return cutNotes(this.#cut, this.bits);
  }
}

/** Decimal numbers in text to symbols: their low bits. */
export class TextNumbers implements Decoder {
  /** Value of the digits so far, up to 2⁵³, and the same modulo 256; no digit yet where it is undefined. */
  #value: number | undefined;
  #low = 0;
  /** True until the first number or heading. */
  #atStart = true;
  #inHeading = false;
  #hadHeading = false;
  /** True after a comma, until the next field or line. */
  #wantsField = false;
  #read = 0;
  #cut = 0;

  constructor(
    private readonly name: string,
    private readonly bits: number | undefined,
  ) {}

  decode(piece: Uint8Array): Uint8Array {
    const out = new Uint8Array(piece.length);
    let at = 0;
    for (const byte of piece) {
      if (this.#read < BYTE_ORDER_MARK.length && byte === BYTE_ORDER_MARK[this.#read]) {
        this.#read++;
        continue;
      }
      if (this.#inHeading) {
        this.#inHeading = byte !== LINE_FEED;
      } else if (byte >= ZERO && byte <= NINE) {
        this.#value = Math.min(2 ** 53, 10 * (this.#value ?? 0) + (byte - ZERO));
        this.#low = (10 * this.#low + (byte - ZERO)) & 0xff;
      } else if (isBlank(byte) || isComma(byte)) {
        if (this.#value !== undefined) out[at++] = this.#take();
        else if (isComma(byte) && this.#wantsField) throw this.#fault("an empty field");
        this.#wantsField = isComma(byte) || (this.#wantsField && byte !== LINE_FEED);
      } else if (this.#atStart && this.#value === undefined && beginsHeading(byte)) {
        this.#inHeading = true;
        this.#hadHeading = true;
        this.#atStart = false;
      } else {
        throw this.#fault(shown(byte));
      }
      this.#read++;
    }
    return out.subarray(0, at);
  }

  end(): Uint8Array {
    return this.#value === undefined ? NOTHING : Uint8Array.of(this.#take());
  }

  notes(): readonly string[] {
    return [
      ...(this.#hadHeading ? ["the first line was taken for a heading"] : []),
      ...cutNotes(this.#cut, this.bits),
    ];
  }

  #take(): number {
    const mask = (1 << (this.bits ?? 8)) - 1;
    if (this.#value! > mask) {
      if (this.bits === undefined) throw tooWide(this.name, String(this.#value), this.#read);
      this.#cut++;
    }
    const symbol = this.#low & mask;
    this.#value = undefined;
    this.#low = 0;
    this.#atStart = false;
    this.#wantsField = false;
    return symbol;
  }

  #fault(found: string): InputError {
    return new InputError(`${this.name}: ${found} at byte ${this.#read} among the numbers`, {
      hints: [
        "--input-format csv is for whole numbers, with commas, blanks or line ends between, and a heading if any",
      ],
    });
  }
}

const NOTHING = new Uint8Array(0);
const ZERO = 0x30;
const ONE = 0x31;
const NINE = 0x39;
const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function isComma(byte: number): boolean {
  return byte === 0x2c || byte === 0x3b;
}

/** Tells letters, quotation marks and the number sign from what would be a number gone wrong, such as a minus sign. */
function beginsHeading(byte: number): boolean {
  return /[a-z"'#_]/i.test(String.fromCharCode(byte)) || byte >= 0x80;
}

/** The character itself if it can be shown, and its code. */
function shown(byte: number): string {
  const code = `0x${byte.toString(16).padStart(2, "0")}`;
  return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}' (${code})` : code;
}

function numberAt(words: Uint8Array, at: number, width: number): string {
  let value = 0n;
  for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(words[at + i]!);
  return String(value);
}

function tooWide(name: string, value: string, at: number): InputError {
  return new InputError(`${name}: the number ${value} at byte ${at} does not fit 8 bits`, {
    hints: ["assess takes the low B bits of each number with --bits-per-symbol B"],
  });
}

function cutNotes(cut: number, bits: number | undefined): readonly string[] {
  if (cut === 0) return [];
  return [`of ${plural(cut, "number")} too wide for a symbol the low ${plural(bits!, "bit")} were taken`];
}
