/** Writes DER for the tests: certificates and signatures, and faults in them. */

export type Der = Uint8Array;

/** Writes an element with this first byte, whatever its content is. */
export function element(first: number, ...content: readonly Der[]): Der {
  const body = Buffer.concat(content);
  const length: number[] = [];
  if (body.length < 0x80) length.push(body.length);
  else {
    for (let rest = body.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
    length.unshift(0x80 | length.length);
  }
  return Buffer.concat([Uint8Array.of(first, ...length), body]);
}

/** Writes an element of indefinite length. */
export const indefinite = (first: number, ...content: readonly Der[]): Der =>
  Buffer.concat([Uint8Array.of(first, 0x80), ...content, new Uint8Array(2)]);

export const sequence = (...fields: readonly Der[]): Der => element(0x30, ...fields);
/** Sorts what is in the set, as DER wants. */
export const set = (...items: readonly Der[]): Der => element(0x31, ...[...items].sort(Buffer.compare));
export const octets = (bytes: Uint8Array): Der => element(0x04, bytes);
export const bits = (bytes: Uint8Array): Der => element(0x03, new Uint8Array(1), bytes);
export const nothing = element(0x05);
export const flag = (value: boolean): Der => element(0x01, Uint8Array.of(value ? 0xff : 0));
export const explicit = (tag: number, ...content: readonly Der[]): Der => element(0xa0 | tag, ...content);
/** Gives an element another tag, that of a context. */
export const implicit = (tag: number, der: Der): Der =>
  Buffer.concat([Uint8Array.of((der[0]! & 0x20) | 0x80 | tag), der.subarray(1)]);

export function integer(value: number | Uint8Array): Der {
  if (typeof value !== "number") return element(0x02, value);
  const digits = [value & 0xff];
  for (let rest = value >>> 8; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff);
  if (digits[0]! >= 0x80) digits.unshift(0);
  return element(0x02, Uint8Array.from(digits));
}

export function oid(dotted: string): Der {
  const [first, second, ...rest] = dotted.split(".").map(Number) as [number, number, ...number[]];
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const septets = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left & 0x7f) | 0x80);
    return septets;
  });
  return element(0x06, Uint8Array.from(bytes));
}

export const printable = (text: string): Der => element(0x13, Buffer.from(text, "latin1"));
export const utf8 = (text: string): Der => element(0x0c, Buffer.from(text, "utf8"));
export const ia5 = (text: string): Der => element(0x16, Buffer.from(text, "latin1"));
export const bmp = (text: string): Der => element(0x1e, Buffer.from(text, "utf16le").swap16());

/** UTCTime for the years that it has, else GeneralizedTime. */
export function time(date: Date): Der {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  const isUtc = date.getUTCFullYear() >= 1950 && date.getUTCFullYear() < 2050;
  return element(isUtc ? 0x17 : 0x18, Buffer.from(isUtc ? digits.slice(2) : digits));
}

export const generalizedTime = (date: Date): Der =>
  element(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, "")));

export const algorithm = (identifier: string, parameters: Der | undefined = nothing): Der =>
  sequence(oid(identifier), ...(parameters ? [parameters] : []));
