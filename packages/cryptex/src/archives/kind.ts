/** Tells by their content which bytes are an archive, whatever their name. */
import { endOfZip } from "./zip-structure.ts";

/** Kinds whose members can be read. A compressed stream is an archive with one member or, where that is a tar archive, with its members. */
export type Kind = "zip" | "tar" | "7z" | "gzip" | "bzip2" | "xz" | "zstd" | "lzip";

/** An archive that nothing here reads. */
export interface Unreadable {
  /** As a line names it. */
  readonly name: string;
}

/** Bytes at a place of the file. */
interface Magic {
  readonly bytes: string;
  readonly at?: number;
}

const ZSTD = "\x28\xb5\x2f\xfd";

const READABLE: readonly (Magic & { readonly kind: Kind })[] = [
  { kind: "zip", bytes: "PK\x03\x04" },
  { kind: "zip", bytes: "PK\x05\x06" },
  // The first of several volumes, or what was to become one.
  { kind: "zip", bytes: "PK\x07\x08PK\x03\x04" },
  { kind: "zip", bytes: "PK00PK\x03\x04" },
  { kind: "7z", bytes: "7z\xbc\xaf\x27\x1c" },
  { kind: "gzip", bytes: "\x1f\x8b\x08" },
  { kind: "bzip2", bytes: "BZh" },
  { kind: "xz", bytes: "\xfd7zXZ\0" },
  { kind: "zstd", bytes: ZSTD },
  { kind: "lzip", bytes: "LZIP" },
];

const UNREADABLE: readonly (Magic & Unreadable)[] = [
  { name: "RAR archive", bytes: "Rar!\x1a\x07" },
  { name: "cabinet", bytes: "MSCF\0\0\0\0" },
  { name: "ISO 9660 image", bytes: "CD001", at: 32769 },
  { name: "compressed stream (.Z)", bytes: "\x1f\x9d" },
  { name: "compressed stream (.lzma)", bytes: "\x5d\0" },
  { name: "compressed stream (LZ4)", bytes: "\x04\x22\x4d\x18" },
  { name: "ARJ archive", bytes: "\x60\xea" },
  { name: "LHA archive", bytes: "-lh", at: 2 },
  { name: "ACE archive", bytes: "**ACE**", at: 7 },
  { name: "Debian package", bytes: "!<arch>\ndebian-binary" },
  { name: "RPM package", bytes: "\xed\xab\xee\xdb" },
  { name: "cpio archive", bytes: "07070" },
  { name: "XAR archive", bytes: "xar!\0\x1c" },
];

export function kindOf(bytes: Uint8Array): Kind | Unreadable | undefined {
  const readable = READABLE.find((magic) => stands(magic, bytes));
  // "BZh" may begin a text: a level from 1 to 9 and the mark of a block, or of the end, follow in the stream.
  if (readable && (readable.kind !== "bzip2" || isBzip2(bytes))) return readable.kind;
  const unreadable = UNREADABLE.find((magic) => stands(magic, bytes));
  if (unreadable && (CLOSER[unreadable.name]?.(bytes) ?? true)) return { name: unreadable.name };
  const skipped = skippableFrames(bytes);
  if (skipped > 0 && stands({ bytes: ZSTD }, bytes.subarray(skipped))) return "zstd";
  if (isTar(bytes)) return "tar";
  // A ZIP file may stand behind other bytes, such as a program that unpacks it.
  return endOfZip(bytes, ZIP_TAIL) ? "zip" : undefined;
}

/**
 * Tells archives that are ZIP files as well, which programs for those open: they look at the end alone. A tar archive whose last member is
 * a ZIP file has that in it, and zeros behind it; it is none itself.
 */
export function isZipAsWell(bytes: Uint8Array, kind: Kind | Unreadable): boolean {
  if (kind === "zip") return false;
  const end = endOfZip(bytes, ZIP_TAIL);
  return end !== undefined && (kind !== "tar" || end.behind === bytes.length);
}

/** Tells, by more than the first bytes, what only begins like an archive. */
const CLOSER: Readonly<Record<string, (bytes: Uint8Array) => boolean>> = {
  "ARJ archive": isArj,
  "LHA archive": isLha,
  "compressed stream (.lzma)": isLzma,
};

/** A comment has 65,535 bytes at most, and its end 22 before that. */
const ZIP_TAIL = 65_535 + 22;

function stands({ bytes: magic, at = 0 }: Magic, bytes: Uint8Array): boolean {
  if (bytes.length < at + magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}

function isBzip2(bytes: Uint8Array): boolean {
  const level = bytes[3] ?? 0;
  const mark = Buffer.from(bytes.subarray(4, 10)).toString("hex");
  return level >= 0x31 && level <= 0x39 && ("314159265359".startsWith(mark) || mark === "177245385090");
}

/** Basic header of 10 to 2,600 bytes, of the version 1 to 12, for which nothing wants a longer mark. */
function isArj(bytes: Uint8Array): boolean {
  const size = (bytes[2] ?? 0) | ((bytes[3] ?? 0) << 8);
  return (
    size >= 30 && size <= 2600 && (bytes[10] ?? 255) <= 11 && (bytes[4] ?? 0) >= 30 && (bytes[4] ?? 0) <= 60
  );
}

function isLha(bytes: Uint8Array): boolean {
  return /^-lh[0-9dx]-/.test(Buffer.from(bytes.subarray(2, 7)).toString("latin1")) && (bytes[20] ?? 9) <= 3;
}

/** Header of 13 bytes: properties, size of the window, size of what is packed, or all ones. The coder's first byte is 0: lzma-file-format.txt. */
function isLzma(bytes: Uint8Array): boolean {
  if (bytes.length < 18 || bytes[13] !== 0) return false;
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, 13);
  const window = header.readUInt32LE(1);
  const rest = window / 2 ** Math.floor(Math.log2(window));
  const size = header.readBigUInt64LE(5);
  return window >= 4096 && (rest === 1 || rest === 1.5) && (size === 2n ** 64n - 1n || size < 2n ** 40n);
}

/** Finds the end of the frames that a decoder of Zstandard passes over, which may stand before the first one: RFC 8878, 3.1.2. */
function skippableFrames(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + 8 <= buffer.length && buffer.readUInt32LE(at) >>> 4 === 0x184d2a5) {
    at += 8 + buffer.readUInt32LE(at + 4);
  }
  return at;
}

const BLOCK = 512;

/**
 * A first block whose sum is right, in bytes with or without signs: POSIX.1-1988, ustar. The archives of the seventh Unix have no mark.
 * A block of zeros is none, though it may stand at the end.
 */
export function isTar(bytes: Uint8Array): boolean {
  if (bytes.length < BLOCK) return false;
  const stated = /^ *([0-7]{1,8})[ \0]/.exec(Buffer.from(bytes.subarray(148, 156)).toString("latin1"))?.[1];
  if (stated === undefined) return false;
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : bytes[i]!;
    unsigned += byte;
    signed += byte < 128 ? byte : byte - 256;
  }
  const sum = Number.parseInt(stated, 8);
  return sum > 256 && (sum === unsigned || sum === signed);
}
