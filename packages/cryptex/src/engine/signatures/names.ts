/** Distinguished names (X.501): as they are shown, and in the form in which OpenSSL compares them. */
import type { Ber } from "./ber.ts";
import { Malformed, TAG } from "./encoding.ts";
import { attributeName } from "./object-identifiers.ts";

export interface Name {
  /** `/C=DE/O=Example/CN=Name`, at most 255 bytes of whole entries, all of them printable ASCII. */
  readonly line: string;
  /** Equal for names that OpenSSL takes for equal: case, spaces at the ends and repeated spaces do not count, nor does the type of string. */
  readonly canonical: string;
}

/** Types of ASN1_PRINTABLE, which OpenSSL takes in a name; types without a definition (7 and so on) are among them. */
const NAME_TYPES: ReadonlySet<number> = new Set([
  ...[7, 8, 9, 11, 13, 14, 15, 29],
  TAG.bitString,
  TAG.utf8String,
  TAG.sequence,
  TAG.numericString,
  TAG.printableString,
  TAG.t61String,
  TAG.ia5String,
  TAG.universalString,
  TAG.bmpString,
]);
/** ASN1_MASK_CANON: strings that are compared without regard to case and spaces. */
const COMPARED_AS_TEXT: ReadonlySet<number> = new Set([
  TAG.utf8String,
  TAG.bmpString,
  TAG.universalString,
  TAG.printableString,
  TAG.t61String,
  TAG.ia5String,
]);
/** OpenSSL reads no more than that of a name (X509_NAME_MAX). */
const MAX_NAME_BYTES = 1024 * 1024;
/** The buffer that upstream's authenticode parser gives to X509_NAME_oneline holds 256 bytes, with the zero at the end. */
const MAX_LINE = 255;
/** OpenSSL writes an identifier without a name into 80 bytes. */
const MAX_TYPE_NAME = 79;

export interface NameEntry {
  readonly type: string;
  readonly tag: number;
  readonly value: Uint8Array;
}

/** @throws Malformed also for text that is not what its type says, as OpenSSL does when it makes the canonical form */
export function readName(elements: Ber): Name {
  const start = elements.offset;
  const sets = elements.list((name) => name.list(readNameEntry, TAG.set));
  if (elements.offset - start > MAX_NAME_BYTES) throw new Malformed("a name of more than 1 MiB");
  return { line: writeLine(sets.flat()), canonical: writeCanonical(sets) };
}

export function readNameEntry(set: Ber): NameEntry {
  return set.sequence((fields) => {
    const type = fields.oid();
    const { tag, bytes } = fields.oneOf(NAME_TYPES);
    return { type, tag, value: bytes };
  });
}

/**
 * Writes a name as X509_NAME_oneline of OpenSSL 1.1.1 does. That of 3.0 puts a backslash before slashes, which upstream takes out again,
 * and before plus signs and a plus sign between entries of one set, which it overlooks: rules would not find the same name any more.
 */
function writeLine(entries: readonly NameEntry[]): string {
  let line = "";
  for (const { type, value } of entries) {
    const name = attributeName(type).slice(0, MAX_TYPE_NAME);
    // An entry too long to fit is not worth writing, and may be a megabyte.
    if (line.length + 1 + name.length + 1 + value.length > MAX_LINE) break;
    let text = "";
    for (const byte of value)
      text +=
        byte >= 0x20 && byte <= 0x7e
          ? String.fromCharCode(byte)
          : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    const entry = `/${name}=${text}`;
    if (line.length + entry.length > MAX_LINE) break;
    line += entry;
  }
  return line;
}

/** Writes the sets in their order and each set's entries sorted, as their DER form is. */
function writeCanonical(sets: readonly (readonly NameEntry[])[]): string {
  return sets
    .filter((set) => set.length > 0)
    .map((set) => set.map(canonicalEntry).sort().join("+"))
    .join("/");
}

function canonicalEntry({ type, tag, value }: NameEntry): string {
  if (!COMPARED_AS_TEXT.has(tag))
    return `${type}=${tag}:${value.length}:${Buffer.from(value).toString("latin1")}`;
  const text = readText(tag, value);
  if (text === undefined) throw new Malformed("text that is not what its type says");
  // Only ASCII has case and spaces here.
  const canonical = text
    .replace(/^[\t-\r ]+|[\t-\r ]+$/g, "")
    .replace(/[\t-\r ]+/g, " ")
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `${type}=${TAG.utf8String}:${canonical.length}:${canonical}`;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a string as ASN1_STRING_to_UTF8 does: undefined for a type that has no text, and for text that is not valid. */
export function readText(tag: number | undefined, value: Uint8Array): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      try {
        return utf8.decode(value);
      } catch {
        return undefined;
      }
    case TAG.bmpString:
      return readCodePoints(value, 2);
    case TAG.universalString:
      return readCodePoints(value, 4);
    case TAG.numericString:
    case TAG.printableString:
    case TAG.t61String:
    case TAG.ia5String:
    case TAG.utcTime:
    case TAG.generalizedTime:
    case TAG.visibleString:
      // OpenSSL takes a byte of these for the character of that number.
      return Buffer.from(value).toString("latin1");
    default:
      return undefined;
  }
}

function readCodePoints(value: Uint8Array, width: 2 | 4): string | undefined {
  const buffer = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const parts: string[] = [];
  for (let at = 0; at < buffer.length; at += width) {
    const codePoint = buffer.readUIntBE(at, width);
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return undefined;
    parts.push(String.fromCodePoint(codePoint));
  }
  return parts.join("");
}
