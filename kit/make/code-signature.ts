/**
 * Signs a Mach-O program "ad hoc": without a certificate, by a hash of each of its pages. Apple silicon starts no program
 * without a valid signature. This one proves that the file is whole, not who made it. Structures: mach-o/loader.h, and
 * CodeDirectory version 0x20400 in xnu, osfmk/kern/cs_blobs.h.
 */
import { createHash } from "node:crypto";

const MACHO_64 = 0xfeedfacf;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;

const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const VERSION_WITH_EXECUTABLE_SEGMENT = 0x20400;
const FLAG_AD_HOC = 0x2;
const HASH_SHA256 = 2;
const HASH_SIZE = 32;
const EXECUTABLE_SEGMENT_IS_MAIN = 1;
const MH_EXECUTE = 2;

/** Pages of the signature, and of the memory they are mapped to. */
const PAGE_BITS = 12;
const MEMORY_PAGE = 0x4000;

/** Bytes before the one blob of the super blob, and of the fixed part of a code directory. */
const SUPER_BLOB_HEADER = 20;
const DIRECTORY_HEADER = 88;

/** Returns the program with its signature replaced. @throws Error if it has none, or is no Mach-O file */
export function signAdHoc(file: Uint8Array, identifier: string): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0, true) !== MACHO_64) throw new Error("not a 64-bit Mach-O file");
  const commands = loadCommands(view);
  const signature = commands.find((each) => each.command === LC_CODE_SIGNATURE);
  const text = commands.find((each) => each.segment === "__TEXT");
  const linkEdit = commands.find((each) => each.segment === "__LINKEDIT");
  if (!signature || !text || !linkEdit) throw new Error("the program has no signature to replace");

  const codeEnd = view.getUint32(signature.at + 8, true);
  const name = new TextEncoder().encode(`${identifier}\0`);
  const pages = Math.ceil(codeEnd / (1 << PAGE_BITS));
  const length = SUPER_BLOB_HEADER + DIRECTORY_HEADER + name.length + pages * HASH_SIZE;
  const room = roundUp(length, 16);

  // The load commands are on the first page: they are written before it is hashed.
  const signed = new Uint8Array(codeEnd + room);
  signed.set(file.subarray(0, codeEnd));
  const out = new DataView(signed.buffer);
  out.setUint32(signature.at + 12, room, true);
  const linkEditSize = codeEnd + room - Number(view.getBigUint64(linkEdit.at + 40, true));
  out.setBigUint64(linkEdit.at + 32, BigInt(roundUp(linkEditSize, MEMORY_PAGE)), true);
  out.setBigUint64(linkEdit.at + 48, BigInt(linkEditSize), true);

  const u32 = (at: number, ...values: number[]) =>
    values.forEach((value, i) => {
      out.setUint32(at + 4 * i, value);
    });
  u32(codeEnd, SUPER_BLOB, length, 1, 0, SUPER_BLOB_HEADER);
  const directory = codeEnd + SUPER_BLOB_HEADER;
  const hashesAt = DIRECTORY_HEADER + name.length;
  u32(directory, CODE_DIRECTORY, length - SUPER_BLOB_HEADER, VERSION_WITH_EXECUTABLE_SEGMENT, FLAG_AD_HOC);
  u32(directory + 16, hashesAt, DIRECTORY_HEADER, 0, pages, codeEnd);
  signed.set([HASH_SIZE, HASH_SHA256, 0, PAGE_BITS], directory + 36);
  out.setBigUint64(directory + 64, view.getBigUint64(text.at + 40, true));
  out.setBigUint64(directory + 72, view.getBigUint64(text.at + 48, true));
  const isProgram = view.getUint32(12, true) === MH_EXECUTE;
  out.setBigUint64(directory + 80, BigInt(isProgram ? EXECUTABLE_SEGMENT_IS_MAIN : 0));
  signed.set(name, directory + DIRECTORY_HEADER);
  for (let page = 0; page < pages; page++) {
    const end = Math.min((page + 1) << PAGE_BITS, codeEnd);
    const hash = createHash("sha256")
      .update(signed.subarray(page << PAGE_BITS, end))
      .digest();
    signed.set(hash, directory + hashesAt + page * HASH_SIZE);
  }
  return signed;
}

interface LoadCommand {
  readonly at: number;
  readonly command: number;
  /** Name of the segment that it describes. */
  readonly segment?: string;
}

function loadCommands(view: DataView): LoadCommand[] {
  const commands: LoadCommand[] = [];
  let at = 32;
  for (let left = view.getUint32(16, true); left > 0; left--) {
    const command = view.getUint32(at, true);
    const name = new Uint8Array(view.buffer, view.byteOffset + at + 8, 16);
    const segment =
      command === LC_SEGMENT_64 ? new TextDecoder().decode(name).replace(/\0+$/, "") : undefined;
    commands.push({ at, command, segment });
    at += view.getUint32(at + 4, true);
  }
  return commands;
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
