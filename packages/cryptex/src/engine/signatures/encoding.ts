/**
 * Headers and contents of BER (X.690): one element's, without a look into what is in it. Takes and refuses what OpenSSL 3.0 does
 * (ASN1_get_object, asn1_find_end and asn1_ex_c2i in crypto/asn1).
 */

/** Says that bytes do not have the form that was asked for. */
export class Malformed extends Error {
  override name = "Malformed";
}

/** Tags of class universal (X.680, 8.4). */
export const TAG = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  oid: 6,
  enumerated: 10,
  utf8String: 12,
  sequence: 16,
  set: 17,
  numericString: 18,
  printableString: 19,
  t61String: 20,
  ia5String: 22,
  utcTime: 23,
  generalizedTime: 24,
  visibleString: 26,
  universalString: 28,
  bmpString: 30,
} as const;

/** From this tag on a header takes more than one byte before the length. */
export const HIGH_TAG = 31;
/** Longest OBJECT IDENTIFIER that is shown in dotted form; none in use is longer than 20 bytes. */
const MAX_DOTTED_OID = 128;
/** OpenSSL's INT_MAX / 128, over which the next seven bits of a tag would overflow. */
const MAX_TAG_BEFORE_SHIFT = 0x7fffffff >> 7;
export interface Element {
  /** 0 universal, 1 application, 2 context, 3 private. */
  readonly tagClass: number;
  readonly tag: number;
  readonly constructed: boolean;
  readonly indefinite: boolean;
  /** Offsets of the header, of the content, of the first byte behind the content and behind the element. */
  readonly start: number;
  readonly content: number;
  readonly contentEnd: number;
  readonly end: number;
}

/**
 * Reads a header, and finds the end where the length is indefinite.
 * @param limit offset of the end of what holds the element
 * @param count is called for each header that the search for the end steps over
 */
export function readHeader(bytes: Uint8Array, start: number, limit: number, count: () => void): Element {
  const header = readTagAndLength(bytes, start, limit);
  if (header.length !== undefined) {
    const end = header.content + header.length;
    return { ...header, start, indefinite: false, contentEnd: end, end };
  }
  const contentEnd = findEndOfContents(bytes, header.content, limit, count);
  return { ...header, start, indefinite: true, contentEnd, end: contentEnd + 2 };
}

/** Reads a tag and a length (X.690, 8.1.2 and 8.1.3). The length is undefined where it is indefinite. */
export function readTagAndLength(bytes: Uint8Array, start: number, limit: number) {
  let at = start;
  const byte = (): number => {
    if (at >= limit) throw new Malformed("a header that is cut off");
    return bytes[at++]!;
  };
  const first = byte();
  let tag = first & 0x1f;
  if (tag === HIGH_TAG) {
    tag = 0;
    for (let more = true; more; ) {
      const next = byte();
      more = (next & 0x80) !== 0;
      tag = tag * 128 + (next & 0x7f);
      if (more && tag > MAX_TAG_BEFORE_SHIFT) throw new Malformed("a tag that is too large");
    }
  }
  const constructed = (first & 0x20) !== 0;
  let length: number | undefined = byte();
  if (length === 0x80) {
    if (!constructed) throw new Malformed("an indefinite length of what is not constructed");
    length = undefined;
  } else if (length > 0x80) {
    let octets = length & 0x7f;
    length = 0;
    if (at + octets > limit) throw new Malformed("a length that is cut off");
    for (; octets > 0; octets--) length = Math.min(length * 256 + byte(), Number.MAX_SAFE_INTEGER / 256);
  }
  if (length !== undefined && length > limit - at) throw new Malformed("longer than what holds it");
  return { tagClass: first >> 6, tag, constructed, content: at, length };
}

/** Returns the offset of the two zeros that end content of indefinite length. Goes through it once, however deep it is nested. */
function findEndOfContents(bytes: Uint8Array, start: number, limit: number, count: () => void): number {
  let open = 1;
  for (let at = start; at < limit; ) {
    if (at + 1 < limit && bytes[at] === 0 && bytes[at + 1] === 0) {
      open--;
      if (open === 0) return at;
      at += 2;
      continue;
    }
    count();
    const { content, length } = readTagAndLength(bytes, at, limit);
    if (length === undefined) open++;
    at = content + (length ?? 0);
  }
  throw new Malformed("content of indefinite length without an end");
}

/** Checks what OpenSSL checks of a content while it reads (asn1_ex_c2i). */
export function checkContent(tag: number, content: Uint8Array): void {
  const { length } = content;
  switch (tag) {
    case TAG.null:
      if (length !== 0) throw new Malformed("a NULL with content");
      break;
    case TAG.boolean:
      if (length !== 1) throw new Malformed("a BOOLEAN that is not one byte");
      break;
    case TAG.bitString:
      if (length === 0 || content[0]! > 7) throw new Malformed("a BIT STRING without a count of unused bits");
      break;
    case TAG.integer:
    case TAG.enumerated:
      checkInteger(content);
      break;
    case TAG.oid:
      checkOid(content);
      break;
    case TAG.bmpString:
      if (length % 2 !== 0) throw new Malformed("a BMPString of an odd length");
      break;
    case TAG.universalString:
      if (length % 4 !== 0) throw new Malformed("a UniversalString whose length is no multiple of 4");
      break;
  }
}

/** Refuses an empty integer, and one with a first byte that only repeats the sign (c2i_ibuf). */
function checkInteger(content: Uint8Array): void {
  if (content.length === 0) throw new Malformed("an empty INTEGER");
  if (content.length === 1) return;
  const [first, second] = content as unknown as [number, number];
  const signsAgree = first >> 7 === second >> 7;
  // 0xff and then nothing but zeros is the smallest number of its length, and not padded.
  const padded = first === 0 || (first === 0xff && content.some((byte, index) => index > 0 && byte !== 0));
  if (padded && signsAgree) throw new Malformed("a padded INTEGER");
}

function checkOid(content: Uint8Array): void {
  if (content.length === 0 || content.at(-1)! & 0x80)
    throw new Malformed("an OBJECT IDENTIFIER that is cut off");
  for (let index = 0; index < content.length; index++)
    if (content[index] === 0x80 && (index === 0 || (content[index - 1]! & 0x80) === 0))
      throw new Malformed("a padded part of an OBJECT IDENTIFIER");
}

/** Clears the bits of a BIT STRING that do not count. */
export function withoutUnusedBits(content: Uint8Array): Uint8Array {
  const unused = content[0]!;
  if (unused === 0 || content.length === 1) return content;
  const clean = Uint8Array.from(content);
  clean[clean.length - 1]! &= 0xff << unused;
  return clean;
}

/** Writes a checked OBJECT IDENTIFIER in dotted form, or as `#` and hex where it is longer than 128 bytes. */
export function dottedOid(content: Uint8Array): string {
  if (content.length > MAX_DOTTED_OID) return `#${Buffer.from(content).toString("hex")}`;
  let dotted = "";
  // Numbers hold a part exactly up to 2^53; no identifier in use has a larger one, but some are made from UUIDs.
  let part: number | bigint = 0;
  for (const byte of content) {
    part =
      typeof part === "number" && part < 2 ** 46
        ? part * 128 + (byte & 0x7f)
        : BigInt(part) * 128n + BigInt(byte & 0x7f);
    if (byte & 0x80) continue;
    if (dotted !== "") dotted += `.${part}`;
    else if (part < 80) dotted = part < 40 ? `0.${part}` : `1.${Number(part) - 40}`;
    else dotted = `2.${typeof part === "number" ? part - 80 : part - 80n}`;
    part = 0;
  }
  return dotted;
}

/** Writes an element in DER; `tag` is the universal tag, or the whole first byte where it is 32 or more. */
export function encodeElement(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of content) length += part.length;
  const octets: number[] = [];
  if (length < 0x80) octets.push(length);
  else {
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
    octets.unshift(0x80 | octets.length);
  }
  return joinBytes([Uint8Array.of(tag, ...octets), ...content]);
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
