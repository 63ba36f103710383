/** JSON answers with an array of random elements: what the two contracts of ANU have in common. */
import { PART_BYTES, type RandomAnswer } from "./random-answer.ts";

export interface ElementArray {
  /** hex: digits in quotation marks, two for each byte. */
  readonly kind: "uint8" | "uint16" | "hex";
  /** Elements. */
  readonly length: number;
  /** Bytes of each element. */
  readonly size: number;
  /** The body before and after the elements. */
  readonly head: string;
  readonly tail: string;
}

/** Most elements of an array. */
export const MAX_ELEMENTS = 65_536;

export function arrayAnswer({ kind, length, size, head, tail }: ElementArray): RandomAnswer {
  // With its comma.
  const mostText = kind === "hex" ? 2 * size + 3 : 1 + (kind === "uint8" ? 3 : 5);
  const mostLength = head.length + length * mostText - 1 + tail.length;
  return {
    bytes: length * size,
    length: kind === "hex" ? mostLength : undefined,
    mostLength,
    whole: (bytes) => head + elements(kind, size, bytes) + tail,
    *parts() {
      const atOnce = Math.floor((PART_BYTES - head.length - tail.length) / mostText);
      for (let done = 0; done < length; done += atOnce) {
        const count = Math.min(atOnce, length - done);
        const before = done === 0 ? head : ",";
        const after = done + count === length ? tail : "";
        const encode = (bytes: Uint8Array) => Buffer.from(before + elements(kind, size, bytes) + after);
        yield { bytes: count * size, encode };
      }
      return undefined;
    },
  };
}

/** Reads the requests of a contract, each query once: clients repeat theirs. */
export class KnownArrays {
  readonly #known = new Map<string, RandomAnswer>();

  /** @param parse reads a query @throws Refusal */
  constructor(private readonly parse: (query: URLSearchParams) => ElementArray) {}

  /** @throws Refusal */
  read(query: string): RandomAnswer {
    const known = this.#known.get(query);
    if (known) return known;
    const answer = arrayAnswer(this.parse(new URLSearchParams(query)));
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    if (query.length <= MAX_KNOWN_LENGTH) this.#known.set(query, answer);
    return answer;
  }
}

const MAX_KNOWN = 256;
const MAX_KNOWN_LENGTH = 128;

function elements(kind: ElementArray["kind"], size: number, bytes: Uint8Array): string {
  switch (kind) {
    case "uint8":
      return decimals(bytes);
    case "uint16":
      return Uint16Array.from(
        { length: bytes.length / 2 },
        (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!,
      ).join(",");
    case "hex": {
      const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
      const blocks = Array.from({ length: bytes.length / size }, (_, i) =>
        hex.slice(2 * size * i, 2 * size * (i + 1)),
      );
      return `"${blocks.join('","')}"`;
    }
  }
}

/** Equals `bytes.join(",")` in a third of the time, which is most of the time that an answer takes. */
function decimals(bytes: Uint8Array): string {
  let end = 0;
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i]!;
    for (let digit = 0; digit < 4; digit++) TEXT[end + digit] = DECIMALS[4 * value + digit]!;
    end += WIDTHS[value]!;
  }
  return TEXT.toString("latin1", 0, end - 1);
}

/** "0," to "255,", four bytes each, of which WIDTHS says how many are used. */
const DECIMALS = Buffer.from(Array.from({ length: 256 }, (_, value) => `${value},`.padEnd(4)).join(""));
const WIDTHS = Uint8Array.from({ length: 256 }, (_, value) => `${value},`.length);
const TEXT = Buffer.alloc(4 * MAX_ELEMENTS);
