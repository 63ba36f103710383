/** Bytes that are scanned as a file is, and are none. */
import type { Found } from "./walk.ts";

export interface Content {
  /** Shown, and seen by rules, as the path of a file; binary string. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Copies bytes into memory that threads share. */
export function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** Finds the bytes and nothing else, as a walk would. */
export function onlyContent({ name, bytes }: Content): { next(): Found | undefined } {
  let file: Found | undefined = {
    kind: "file",
    path: name,
    name,
    folder: { path: "" },
    identity: { dev: 0, ino: 0, size: bytes.length, mtimeMs: 0, ctimeMs: 0 },
    byLink: false,
    content: shared(bytes),
  };
  return {
    next() {
      const found = file;
      file = undefined;
      return found;
    },
  };
}
