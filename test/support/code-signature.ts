/** The code signature of a Mach-O file, read and checked as macOS does: xnu, osfmk/kern/cs_blobs.h. All of it big-endian. */
import { createHash } from "node:crypto";

export interface CodeSignature {
  readonly identifier: string;
  /** True if it names no signer. */
  readonly adHoc: boolean;
  /** Bytes from the file's start that are hashed: all before the signature itself. */
  readonly codeLimit: number;
  /** Where the signature starts and ends. */
  readonly start: number;
  readonly end: number;
  readonly pages: number;
  /** Numbers of the pages whose hash differs from the signature's. */
  readonly wrongPages: readonly number[];
}

const LC_CODE_SIGNATURE = 0x1d;

export function readCodeSignature(file: Uint8Array): CodeSignature {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [start, size] = signatureRange(view);
  const u32 = (at: number) => view.getUint32(at, false);
  if (u32(start) !== 0xfade0cc0) throw new Error("not a signature");
  const slots = Array.from({ length: u32(start + 8) }, (_, i) => start + 12 + 8 * i);
  const codeDirectorySlot = slots.find((at) => u32(at) === 0);
  if (codeDirectorySlot === undefined) throw new Error("no code directory");
  const directory = start + u32(codeDirectorySlot + 4);
  if (u32(directory) !== 0xfade0c02) throw new Error("not a code directory");

  const [hashesAt, nameAt, pages, codeLimit] = [16, 20, 28, 32].map((at) => u32(directory + at)) as [
    number,
    number,
    number,
    number,
  ];
  const [hashSize, hashType, , pageBits] = file.subarray(directory + 36, directory + 40);
  if (hashSize !== 32 || hashType !== 2) throw new Error("hashes that are not SHA-256");
  const pageSize = 1 << pageBits!;
  const wrongPages = Array.from({ length: pages }, (_, page) => page).filter((page) => {
    const content = file.subarray(page * pageSize, Math.min((page + 1) * pageSize, codeLimit));
    const stated = file.subarray(directory + hashesAt + page * 32, directory + hashesAt + page * 32 + 32);
    return !createHash("sha256").update(content).digest().equals(stated);
  });
  const name = file.subarray(directory + nameAt, file.indexOf(0, directory + nameAt));
  return {
    identifier: new TextDecoder().decode(name),
    adHoc: (u32(directory + 12) & 0x2) !== 0,
    codeLimit,
    start,
    end: start + size,
    pages,
    wrongPages,
  };
}

function signatureRange(view: DataView): [start: number, size: number] {
  let at = 32;
  for (let left = view.getUint32(16, true); left > 0; left--) {
    if (view.getUint32(at, true) === LC_CODE_SIGNATURE) {
      return [view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
    }
    at += view.getUint32(at + 4, true);
  }
  throw new Error("no signature");
}
