/**
 * Reads BER (X.690), element by element and only as deep as it is asked to: what stands in an element that nobody opens may be anything.
 * It takes what OpenSSL's templates (crypto/asn1/tasn_dec.c of 3.0) take and refuses what they refuse, because `pe.signatures` shows
 * exactly what OpenSSL could read. Hence indefinite lengths and strings in pieces, which DER forbids, are read, and texts and times
 * are not looked into. No function calls itself but for strings in pieces, at most six deep.
 */
import {
  checkContent,
  dottedOid,
  type Element,
  encodeElement,
  HIGH_TAG,
  joinBytes,
  Malformed,
  readHeader,
  readTagAndLength,
  TAG,
  withoutUnusedBits,
} from "./encoding.ts";

const UNIVERSAL = 0;
const CONTEXT = 2;
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
    const element = readTagAndLength(this.bytes, this.#at, this.end);
    return element.tag === tag && element.tagClass === tagClass;
  }

  /** Steps over the next element, whatever it is, and returns it. */
  next(): Element {
    const count = (): void => this.limits.countElement();
    count();
    const element = readHeader(this.bytes, this.#at, this.end, count);
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
  oid(): string {
    return dottedOid(this.primitive(TAG.oid));
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

/**
 * Reads what begins at the first of `bytes`, or returns undefined where it is malformed. Bytes behind it are of no concern, as for
 * OpenSSL's d2i functions.
 */
export function tryDecode<T>(
  bytes: Uint8Array,
  limits: ReadingLimits,
  read: (elements: Ber) => T,
): T | undefined {
  try {
    return read(new Ber(bytes, limits));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
