/**
 * Archives in the form of POSIX.1-1988 (ustar), of regular files, each as plain as can be: the same entries always give the same bytes. An
 * archive that would be written in other bytes is refused when it is read, so that no two readers see different files in it.
 */
import { SignatureError } from "#kit/signing/signature-error.ts";
import { isBelow } from "#kit/signing/tree.ts";

export interface TarEntry {
  /** Path with `/`, which leads nowhere but below a folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
/** Lengths of the fields: POSIX.1-1988, §10.1.1. */
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
const MAX_SIZE = 8 ** 11 - 1;

/** Writes an archive. @param time of all files, in seconds since 1970 @throws SignatureError for a path that is too long */
export function writeTar(entries: readonly TarEntry[], time: number): Buffer {
  const pieces = entries.flatMap(({ path, bytes }) => [
    headerOf(path, bytes.length, time),
    bytes,
    Buffer.alloc(padding(bytes.length)),
  ]);
  return Buffer.concat([...pieces, Buffer.alloc(2 * BLOCK)]);
}

function headerOf(path: string, size: number, time: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const { prefix, name } = split(path);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  if (size > MAX_SIZE) throw new SignatureError(`${path} is too large for the archive`);
  header.set(name, 0);
  header.write(octal(0o644, 7), 100, "latin1");
  header.write(octal(0, 7), 108, "latin1"); // user
  header.write(octal(0, 7), 116, "latin1"); // group
  header.write(octal(size, 11), 124, "latin1");
  header.write(octal(time, 11), 136, "latin1");
  header.write(" ".repeat(8), 148, "latin1");
  header.write("0", 156, "latin1"); // a regular file
  header.write("ustar\x0000", 257, "latin1");
  header.set(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** Splits a path at the first slash that leaves a name short enough. */
function split(path: string): { readonly prefix: Uint8Array; readonly name: Uint8Array } {
  const bytes = Buffer.from(path);
  if (bytes.length <= NAME_BYTES) return { prefix: new Uint8Array(), name: bytes };
  const slash = bytes.indexOf("/", bytes.length - NAME_BYTES - 1);
  if (slash < 1 || slash > PREFIX_BYTES || slash === bytes.length - 1) {
    throw new SignatureError(`the path ${path} is too long for the archive`);
  }
  return { prefix: bytes.subarray(0, slash), name: bytes.subarray(slash + 1) };
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Tells from its first block whether bytes may be an archive that begins with a file of this name. */
export function beginsWith(bytes: Uint8Array, path: string): boolean {
  const start = Buffer.from(bytes.subarray(0, BLOCK));
  return start.subarray(257, 262).toString("latin1") === "ustar" && textAt(start, 0, NAME_BYTES) === path;
}

/** Reads an archive as `writeTar` writes it. @throws SignatureError for any other */
export function readTar(bytes: Uint8Array): { readonly entries: readonly TarEntry[]; readonly time: number } {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: TarEntry[] = [];
  let time = 0;
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const header = archive.subarray(at, at + BLOCK);
    const size = octalAt(header, 124);
    if (entries.length === 0) time = octalAt(header, 136);
    const prefix = textAt(header, 345, PREFIX_BYTES);
    const name = textAt(header, 0, NAME_BYTES);
    const path = prefix === "" ? name : `${prefix}/${name}`;
    if (!isBelow(path)) throw new SignatureError(`the archive holds a file '${path}', which leads out of it`);
    entries.push({ path, bytes: archive.subarray(at + BLOCK, at + BLOCK + size) });
    at += BLOCK + size + padding(size);
  }
  if (!writeTar(entries, time).equals(archive)) {
    throw new SignatureError("the archive is damaged, or was not written by this program");
  }
  return { entries, time };
}

/** Reads digits; what is none fails when the archive is written again. */
function octalAt(header: Buffer, at: number): number {
  const digits = header.subarray(at, at + 11).toString("latin1");
  return /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : 0;
}

function textAt(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString();
}
