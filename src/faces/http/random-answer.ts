/** Answers with random bytes in them, which can be made whole or in parts. */
import { onlyKnown, parameter, wholeNumber } from "#kit/http/query.ts";

export interface RandomAnswer {
  /** Random bytes in it. */
  readonly bytes: number;
  /** Length of the body; undefined where the bytes decide. */
  readonly length: number | undefined;
  /** The most that it can be. */
  readonly mostLength: number;
  /** @param bytes as many as it has; they may be wiped once the body was copied */
  whole(bytes: Uint8Array): string | Uint8Array<ArrayBuffer>;
  /** Parts of the body, in order, each of at most `PART_BYTES`. */
  parts(): Iterator<Part, undefined>;
}

export interface Part {
  /** Random bytes in it. */
  readonly bytes: number;
  encode(bytes: Uint8Array): Uint8Array;
}

/** Most bytes of random data in one answer. Streams have no such limit. */
export const MAX_REQUEST_BYTES = 1 << 20;

/** Longer answers are made when their turn has come, and not at all for those who have gone by then. */
export const AT_ONCE_BYTES = 16_384;

/** Longer answers are made in parts of at most this length, each when the connection has room for it. */
export const PART_BYTES = 65_536;

/** GET /api/v1/bytes. @throws Refusal */
export function bytesAnswer(query: string): RandomAnswer {
  const given = new URLSearchParams(query);
  onlyKnown(given, ["n"]);
  const bytes = wholeNumber("n", parameter(given, "n"), 1, MAX_REQUEST_BYTES);
  return {
    bytes,
    length: bytes,
    mostLength: bytes,
    whole: (made) => made as Uint8Array<ArrayBuffer>,
    *parts() {
      for (let done = 0; done < bytes; done += PART_BYTES)
        yield { bytes: Math.min(PART_BYTES, bytes - done), encode: (made) => made };
      return undefined;
    },
  };
}
