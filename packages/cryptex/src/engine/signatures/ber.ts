/**
 * Reads BER (X.690), element by element and only as deep as it is asked to: what stands in an element that nobody opens may be anything.
 * It takes what OpenSSL's templates (crypto/asn1/tasn_dec.c of 3.0) take and refuses what they refuse, because `pe.signatures` shows
 * exactly what OpenSSL could read. Hence indefinite lengths and strings in pieces, which DER forbids, are read, and texts and times
 * are not looked into. It never recurses but for strings in pieces, at most six deep.
 */

/** Says that bytes do not have the form that was asked for. */
export class Malformed extends Error {
  override name = "Malformed";
}

/**
 * Counts what was read of one file's signatures, so that a file cannot make the reader slow or large. The limits are far over what
 * signers write (some 1,000 elements and 10 certificates; a revocation list may bring 100,000 elements more).
 */
export class ReadingLimits {
  #elements = 500_000;
  #certificates = 1_000;

  countElement(): void {
    if (this.#elements-- <= 0) throw new TooMuch("more than 500,000 elements");
  }

  countCertificate(): void {
    if (this.#certificates-- <= 0) throw new TooMuch("more than 1,000 certificates");
  }
}

/** Says that a file holds more than is read of it. */
export class TooMuch extends Error {
  override name = "TooMuch";
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

const UNIVERSAL = 0;
const CONTEXT = 2;
/** From this tag on a header takes more than one byte before the length. */
const HIGH_TAG = 31;
/** Longest OBJECT IDENTIFIER that is shown in dotted form; none in use is longer than 20 bytes. */
const MAX_DOTTED_OID = 128;
/** OpenSSL's INT_MAX / 128, over which the next seven bits of a tag would overflow. */
const MAX_TAG_BEFORE_SHIFT = 0x7fffffff >> 7;
/** ASN1_MAX_STRING_NEST of OpenSSL. */
const MAX_STRING_NEST = 5;

/** Types that never come in pieces. */
const ALWAYS_PRIMITIVE: ReadonlySet<number> = new Set([
  TAG.boolean,
  TAG.integer,
  TAG.null,
  TAG.oid,
  TAG.enumerated,
]);

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

/** A value of any type, in the form in which OpenSSL's ASN1_TYPE keeps it. */
export interface AnyValue {
  /** Universal tag, or undefined for the other classes. */
  readonly tag: number | undefined;
  /** With its header for SEQUENCE, SET and the other classes; else the content alone. */
  readonly value: Uint8Array;
  /** DER for values whose encoding OpenSSL makes anew, the bytes as they were for SEQUENCE, SET and the other classes. */
  readonly der: Uint8Array;
}

/** Elements that follow one another in a range of bytes, read from the first to the last. */
export class Ber {
  #at: number;

  constructor(
    readonly bytes: Uint8Array,
    readonly limits: ReadingLimits,
    start = 0,
    readonly end = bytes.length,
  ) {
    this.#at = start;
  }

  get more(): boolean {
    return this.#at < this.end;
  }

  /** The offset of the next element in `bytes`. */
  get offset(): number {
    return this.#at;
  }

  /** Tells whether an element follows and has this tag; a context tag unless said otherwise. */
  follows(tag: number, tagClass = CONTEXT): boolean {
    if (!this.more) return false;
    const element = readHeader(this.bytes, this.#at, this.end);
    return element.tag === tag && element.tagClass === tagClass;
  }

  /** Steps over the next element, whatever it is, and returns it. */
  next(): Element {
    this.limits.countElement();
    const element = readHeader(this.bytes, this.#at, this.end);
    this.#at = element.end;
    return element;
  }

  #take(tag: number, context: number | undefined): Element {
    const element = this.next();
    const [wantedClass, wantedTag] = context === undefined ? [UNIVERSAL, tag] : [CONTEXT, context];
    if (element.tag !== wantedTag || element.tagClass !== wantedClass)
      throw new Malformed(`tag ${element.tagClass}:${element.tag} where ${wantedClass}:${wantedTag} belongs`);
    return element;
  }

  /** Reads a SEQUENCE, tagged implicitly where a context tag is given, to its end. */
  sequence<T>(read: (fields: Ber) => T, context?: number): T {
    const element = this.#take(TAG.sequence, context);
    if (!element.constructed) throw new Malformed("a SEQUENCE that is not constructed");
    return this.#within(element, read);
  }

  /** Reads `[context] EXPLICIT`. */
  explicit<T>(context: number, read: (content: Ber) => T): T {
    const element = this.#take(TAG.sequence, context);
    if (!element.constructed) throw new Malformed("an explicit tag that is not constructed");
    return this.#within(element, read);
  }

  /** Steps over a constructed element with this context tag, whatever is in it. */
  skipConstructed(context: number): void {
    if (!this.#take(TAG.sequence, context).constructed)
      throw new Malformed("a SEQUENCE that is not constructed");
  }

  /** Reads SEQUENCE OF, or SET OF where the tag says so. OpenSSL does not ask for the "constructed" bit here. */
  list<T>(read: (items: Ber) => T, tag: number = TAG.sequence, context?: number): T[] {
    const element = this.#take(tag, context);
    const items = this.#open(element);
    const found: T[] = [];
    while (items.more) {
      items.refuseEndOfContents();
      found.push(read(items));
    }
    return found;
  }

  /** Reads the content of a primitive type, pieces joined. */
  primitive(tag: number, context?: number): Uint8Array {
    return this.#content(this.#take(tag, context), tag);
  }

  /** Reads an OBJECT IDENTIFIER in dotted form, or as `#` and hex where it is longer than 128 bytes. */
  oid(context?: number): string {
    return dottedOid(this.primitive(TAG.oid, context));
  }

  /** Reads a universal string or time of any of these types. */
  oneOf(tags: ReadonlySet<number>): { readonly tag: number; readonly bytes: Uint8Array } {
    const element = this.next();
    if (element.tagClass !== UNIVERSAL || !tags.has(element.tag)) throw new Malformed("not one of the types");
    return { tag: element.tag, bytes: this.#anyOf(element).value };
  }

  any(): AnyValue {
    this.refuseEndOfContents();
    return this.#anyOf(this.next());
  }

  /** Throws where two zeros, which end content of indefinite length, stand in content of definite length. */
  refuseEndOfContents(): void {
    if (this.#at + 1 < this.end && this.bytes[this.#at] === 0 && this.bytes[this.#at + 1] === 0)
      throw new Malformed("an end of contents that ends nothing");
  }

  finish(): void {
    if (this.more) throw new Malformed("more elements than fields");
  }

  #open(element: Element): Ber {
    return new Ber(this.bytes, this.limits, element.content, element.contentEnd);
  }

  #within<T>(element: Element, read: (content: Ber) => T): T {
    const content = this.#open(element);
    const result = read(content);
    content.finish();
    return result;
  }

  #content(element: Element, tag: number): Uint8Array {
    let content = this.bytes.subarray(element.content, element.contentEnd);
    if (element.constructed) {
      if (ALWAYS_PRIMITIVE.has(tag)) throw new Malformed("a primitive type that is constructed");
      const pieces: Uint8Array[] = [];
      this.#collectPieces(element, pieces, 0);
      content = joinBytes(pieces);
    }
    checkContent(tag, content);
    return tag === TAG.bitString ? withoutUnusedBits(content) : content;
  }

  #collectPieces(element: Element, pieces: Uint8Array[], depth: number): void {
    const content = this.#open(element);
    while (content.more) {
      content.refuseEndOfContents();
      const piece = content.next();
      if (!piece.constructed) pieces.push(this.bytes.subarray(piece.content, piece.contentEnd));
      else if (depth >= MAX_STRING_NEST) throw new Malformed("pieces of pieces of a string, too deep");
      else this.#collectPieces(piece, pieces, depth + 1);
    }
  }

  #anyOf(element: Element): AnyValue {
    const { tag } = element;
    const isUniversal = element.tagClass === UNIVERSAL;
    const whole = this.bytes.subarray(element.start, element.end);
    if (!isUniversal || tag === TAG.sequence || tag === TAG.set) {
      if (isUniversal && !element.constructed)
        throw new Malformed("a SEQUENCE or SET that is not constructed");
      return { tag: isUniversal ? tag : undefined, value: whole, der: whole };
    }
    const value = this.#content(element, tag);
    return { tag, value, der: tag < HIGH_TAG ? encodeElement(tag, value) : whole };
  }
}

/** Reads all of `bytes` that belongs to the first element; what follows it is of no concern, as for OpenSSL's d2i functions. */
export function decode<T>(bytes: Uint8Array, limits: ReadingLimits, read: (elements: Ber) => T): T {
  return read(new Ber(bytes, limits));
}

/** Returns undefined where `decode` throws Malformed. */
export function tryDecode<T>(
  bytes: Uint8Array,
  limits: ReadingLimits,
  read: (elements: Ber) => T,
): T | undefined {
  try {
    return decode(bytes, limits, read);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Reads tag and length (X.690, 8.1), and finds the end where the length is indefinite. */
function readHeader(bytes: Uint8Array, start: number, limit: number): Element {
  const header = readTagAndLength(bytes, start, limit);
  if (header.length !== undefined) {
    const end = header.content + header.length;
    return { ...header, start, indefinite: false, contentEnd: end, end };
  }
  const contentEnd = findEndOfContents(bytes, header.content, limit);
  return { ...header, start, indefinite: true, contentEnd, end: contentEnd + 2 };
}

function readTagAndLength(bytes: Uint8Array, start: number, limit: number) {
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
function findEndOfContents(bytes: Uint8Array, start: number, limit: number): number {
  let open = 1;
  for (let at = start; at < limit; ) {
    if (at + 1 < limit && bytes[at] === 0 && bytes[at + 1] === 0) {
      open--;
      if (open === 0) return at;
      at += 2;
      continue;
    }
    const { content, length } = readTagAndLength(bytes, at, limit);
    if (length === undefined) open++;
    at = content + (length ?? 0);
  }
  throw new Malformed("content of indefinite length without an end");
}

/** Checks what OpenSSL checks of a content while it reads (asn1_ex_c2i). */
function checkContent(tag: number, content: Uint8Array): void {
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

function withoutUnusedBits(content: Uint8Array): Uint8Array {
  const unused = content[0]!;
  if (unused === 0 || content.length === 1) return content;
  const clean = Uint8Array.from(content);
  clean[clean.length - 1]! &= 0xff << unused;
  return clean;
}

export function dottedOid(content: Uint8Array): string {
  if (content.length > MAX_DOTTED_OID) return `#${Buffer.from(content).toString("hex")}`;
  const parts: bigint[] = [];
  let part = 0n;
  for (const byte of content) {
    part = (part << 7n) | BigInt(byte & 0x7f);
    if (byte & 0x80) continue;
    if (parts.length > 0) parts.push(part);
    else {
      const first = part < 80n ? part / 40n : 2n;
      parts.push(first, part - first * 40n);
    }
    part = 0n;
  }
  return parts.join(".");
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
