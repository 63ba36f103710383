/** The first bits of data as a picture in PNG: row by row, a pixel each, ones black. The same data give the same bytes of the file. */
import { crc32, deflateSync } from "node:zlib";

/** Side of a picture, at most: 2²⁰ bits, which a screen shows without shrinking them. */
export const MOST_SIDE = 1024;

export interface Bitmap {
  /** Pixels of a row, and rows. */
  readonly side: number;
  readonly png: Uint8Array;
}

/** Makes the largest square that the bits fill, up to MOST_SIDE. @param bytes a byte at least; most significant bits first */
export function bitmapPng(bytes: Uint8Array): Bitmap {
  const side = Math.min(MOST_SIDE, Math.floor(Math.sqrt(8 * bytes.length)));
  return { side, png: squarePng(side, (i) => ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) === 1) };
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Writes a picture of one bit a pixel (PNG, third edition: W3C, 2025, §5, §11.2). @param isBlack of pixel 0 … side² − 1 */
function squarePng(side: number, isBlack: (pixel: number) => boolean): Uint8Array {
  const header = Buffer.alloc(13); // depth 1; grey, in which 1 is white; the only compression, filter method; not interlaced
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const rowBytes = 1 + Math.ceil(side / 8); // the first byte names the filter: 0, none
  const rows = new Uint8Array(rowBytes * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (!isBlack(y * side + x)) rows[y * rowBytes + 1 + (x >> 3)]! |= 0x80 >> (x & 7);
    }
  }
  // Stored: random bits do not shrink, and no version of zlib stores them in another way.
  const data = deflateSync(rows, { level: 0 });
  const chunks = [chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", new Uint8Array(0))];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

/** Frames data with length, name and checksum (§5.3). */
function chunk(name: string, data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(name, 4, "latin1");
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
