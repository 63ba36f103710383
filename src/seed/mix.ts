/** Brings seeds into the operating system's own generator. */
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { InputError, writeRefusal } from "../errors.ts";

/** Keeps this hash apart from all others. */
const LABEL = "esoteric-entropy seed/1\n";

/** Entropy that is counted with `credit`: as much as the kernel's generator holds. */
export const CREDITED_BITS = 256;

export interface PartialSeed {
  /** Id of the key that signed, hex: seeds are hashed in its order. */
  readonly key: string;
  readonly seed: Uint8Array;
}

/**
 * Hashes seeds and the machine's own output to 64 bytes: as secret as the most secret of them is. Each has its length before it, so that no two
 * lists give the same text.
 */
export function combined(seeds: readonly PartialSeed[], own: Uint8Array): Uint8Array {
  const hash = createHash("sha512").update(LABEL);
  const add = (bytes: Uint8Array) => hash.update(`${bytes.length}\n`).update(bytes);
  for (const { key, seed } of seeds.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    add(Buffer.from(key));
    add(seed);
  }
  add(own);
  return hash.digest();
}

/** Takes what is written to it into the system's generator, and counts nothing: random(4). */
export const SYSTEM_DEVICE = "/dev/urandom";

/** Has the first bytes counted as full entropy. @throws NativeError without the privilege */
export type Count = (bytes: Uint8Array, bits: number) => void;

/** @param count undefined: nothing is counted @throws InputError; as `count` */
export function mixIn(block: Uint8Array, device: string, count?: Count): void {
  const counted = count ? CREDITED_BITS / 8 : 0;
  count?.(block.subarray(0, counted), CREDITED_BITS);
  writeDevice(device, block.subarray(counted));
}

function writeDevice(device: string, bytes: Uint8Array): void {
  try {
    const file = openSync(device, "r+"); // makes no file where there is none
    try {
      writeSync(file, bytes);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new InputError(`cannot write to ${device}: ${writeRefusal(cause)}`, { cause });
  }
}
