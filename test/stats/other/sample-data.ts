import { createCipheriv, createHash } from "node:crypto";
import { eBits, piBits, sqrt2Bits } from "../sp800-22/constant-bits.ts";

/** Data for the tests of `other/`, all of it the same on every run. */

/** Good data: AES-256-CTR, the seed being the first counter block's high half. */
export function aesBytes(seed: number, length: number): Uint8Array {
  const counter = new Uint8Array(16);
  new DataView(counter.buffer).setUint32(0, seed);
  // A copy, for an array of its own buffer.
  return new Uint8Array(
    createCipheriv("aes-256-ctr", new Uint8Array(32), counter).update(new Uint8Array(length)),
  );
}

/** The digests of "label 0", "label 1", … one after the other. */
export function sha256Bytes(label: string, length: number): Uint8Array {
  const out = new Uint8Array(Math.ceil(length / 32) * 32);
  for (let i = 0; 32 * i < length; i++)
    out.set(createHash("sha256").update(`${label} ${i}`).digest(), 32 * i);
  return out.subarray(0, length);
}

const made = new Map<string, Uint8Array>();

/** The files of the vectors, by name. */
export function vectorBytes(name: string): Uint8Array {
  const known = made.get(name);
  if (known) return known;
  const bytes =
    name === "ramp"
      ? Uint8Array.from({ length: 10_000 }, (_, i) => i)
      : { pi: piBits, e: eBits, sqrt2: sqrt2Bits }[name]!(1_000_000);
  made.set(name, bytes);
  return bytes;
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Known-bad data, each broken in its own way. */
export const BAD: Readonly<Record<string, (length: number) => Uint8Array>> = {
  constant: (length) => new Uint8Array(length),
  "constant 0xff": (length) => new Uint8Array(length).fill(0xff),
  "alternating bits": (length) => new Uint8Array(length).fill(0xaa),
  "alternating bytes": (length) => Uint8Array.from({ length }, (_, i) => (i % 2) * 255),
  counter: (length) => Uint8Array.from({ length }, (_, i) => i),
  "32-bit counter": (length) => {
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i + 4 <= length; i += 4) view.setUint32(i, i / 4);
    return bytes;
  },
  // x ← 1664525·x + 1013904223 mod 2³² (Numerical Recipes), all 32 bits.
  "linear congruence": (length) => {
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    let x = 1;
    for (let i = 0; i + 4 <= length; i += 4) {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      view.setUint32(i, x);
    }
    return bytes;
  },
  "51 % ones": (length) => {
    const good = aesBytes(51, 16 * length);
    const bytes = new Uint8Array(length);
    for (let i = 0; i < 8 * length; i++) {
      const uniform = (256 * good[2 * i]! + good[2 * i + 1]!) / 65536;
      bytes[i >> 3]! |= Number(uniform < 0.51) << (i & 7);
    }
    return bytes;
  },
  "repeated block": (length) => {
    const block = aesBytes(4096, 4096);
    return Uint8Array.from({ length }, (_, i) => block[i % 4096]!);
  },
  text: (length) => {
    const words = "the noise of a machine is what it does when nobody asks it to do anything at all".split(
      " ",
    );
    const choice = aesBytes(7, length);
    let text = "";
    for (let i = 0; text.length < length; i++) text += `${words[choice[i]! % words.length]} `;
    return new TextEncoder().encode(text).subarray(0, length);
  },
  // JFIF header, then entropy-coded data in which every 0xff is followed by a stuffed 0x00.
  "JPEG-like": (length) => {
    const header = [0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
    const bytes = new Uint8Array(length);
    bytes.set(header.slice(0, length));
    const coded = aesBytes(8, length);
    for (let i = header.length, j = 0; i < length; i++) {
      bytes[i] = coded[j++]!;
      if (bytes[i] === 0xff) i++;
    }
    return bytes;
  },
};
