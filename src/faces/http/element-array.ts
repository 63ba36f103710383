/** JSON answers with an array of random elements, and the queries for them: what the two contracts of ANU have in common. */
import { oneOf, onlyKnown, parameter, wholeNumber } from "#kit/http/query.ts";
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

/** Kinds of elements, by the type that a client asks for. */
const KINDS = { hex8: "hex", hex16: "hex", uint8: "uint8", uint16: "uint16" } as const;

/** Types of elements, and limits. Numbers are of one unit, blocks of hexadecimal digits of as many as `size` says. */
interface Contract<T extends keyof typeof KINDS> {
  /** Bytes of a unit of each type. */
  readonly unitBytes: Readonly<Record<T, number>>;
  readonly mostElements: number;
  /** Most units of a block. */
  readonly mostUnits: number;
}

/** Bytes of a block, at most. Clients send a size with every type: with numbers, too, it may not be larger, and means nothing. */
export const MAX_BLOCK_BYTES = 1_024;

/** `_` is the time, by which jQuery keeps browsers from answering themselves; it means nothing here. */
const PARAMETERS = ["type", "length", "size", "_"];

/** Reads `type`, `length` and `size`. @throws Refusal */
export function parseArray<T extends keyof typeof KINDS>(
  query: URLSearchParams,
  { unitBytes, mostElements, mostUnits }: Contract<T>,
): Pick<ElementArray, "kind" | "length" | "size"> & { readonly type: T } {
  onlyKnown(query, PARAMETERS);
  const type = oneOf("type", parameter(query, "type"), Object.keys(unitBytes) as T[]);
  const length = wholeNumber("length", parameter(query, "length"), 1, mostElements);
  const kind = KINDS[type];
  const most = kind === "hex" ? mostUnits : MAX_BLOCK_BYTES;
  const units = wholeNumber("size", parameter(query, "size") ?? "1", 1, most);
  return { type, kind, length, size: unitBytes[type] * (kind === "hex" ? units : 1) };
}

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
