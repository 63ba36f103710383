/** Byte formats of `stream`. An encoder takes pieces of any length and makes one continuous text of them. */
import type { Host } from "../../platform/host.ts";

export type Format = "raw" | "hex" | "base64";

export interface Encoder {
  /** Returns the piece as text. The returned buffer is reused two calls later. */
  encode(piece: Uint8Array): Uint8Array;
  /** Bytes that were kept back: they are in no text yet. */
  readonly keptBytes: number;
  /** Drops the bytes kept back. */
  forget(): void;
  /** Returns the bytes kept back so far, as text. */
  end(): Uint8Array;
}

/** @param host its native library writes long hexadecimal texts, if it can be loaded */
export function encoder(format: Format, host?: Pick<Host, "native">): Encoder {
  switch (format) {
    case "raw":
      return { encode: (piece) => piece, keptBytes: 0, forget() {}, end: () => NOTHING };
    case "hex":
      return new HexEncoder(host);
    case "base64":
      return new Base64Encoder();
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Loading the native library pays from this length on. */
const LONG_PIECE_BYTES = 1 << 16;

class HexEncoder implements Encoder {
  readonly keptBytes = 0;
  /** One is written while the other is filled. */
  readonly #texts = [NOTHING, NOTHING];

  constructor(private readonly host?: Pick<Host, "native">) {}

  encode(piece: Uint8Array): Uint8Array {
    const native = piece.length >= LONG_PIECE_BYTES ? this.host?.native : undefined;
    // Through a string: three times as fast as a table here.
    if (!native?.ok) return text(piece, "hex");
    const length = 2 * piece.length;
    const digits = this.#texts.shift()!;
    const out = digits.length < length ? new Uint8Array(length) : digits;
    this.#texts.push(out);
    native.library.writeHex(piece, out.subarray(0, length));
    return out.subarray(0, length);
  }

  forget(): void {}

  end(): Uint8Array {
    return NOTHING;
  }
}

/** Keeps back the one or two bytes that do not fill a group: padding comes only at the very end. */
class Base64Encoder implements Encoder {
  #rest: Uint8Array = NOTHING;

  encode(piece: Uint8Array): Uint8Array {
    const joined = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole = joined.length - (joined.length % 3);
    this.#rest = joined.slice(whole);
    return base64(joined.subarray(0, whole));
  }

  get keptBytes(): number {
    return this.#rest.length;
  }

  forget(): void {
    this.#rest.fill(0);
    this.#rest = NOTHING;
  }

  end(): Uint8Array {
    return base64(this.#rest);
  }
}

function base64(bytes: Uint8Array): Uint8Array {
  return text(bytes, "base64");
}

function text(bytes: Uint8Array, encoding: "hex" | "base64"): Uint8Array {
  return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(encoding), "latin1");
}
