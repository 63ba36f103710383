/** Bytes that a client sends, as a scan's only file. */
import { pathOf } from "../../scan-runner/paths.ts";
import type { FileSource } from "../../scan-runner/runner.ts";
import type { FoundFile } from "../../scan-runner/walk.ts";

/** @param name that rules and lines show */
export function bytesSource(bytes: Uint8Array, name: string): FileSource {
  const content = new Uint8Array(new SharedArrayBuffer(bytes.length));
  content.set(bytes);
  const path = pathOf(name);
  const identity = { dev: 0, ino: 0, size: bytes.length, mtimeMs: 0, ctimeMs: 0 };
  const file: FoundFile = {
    kind: "file",
    path,
    name: path,
    folder: { path: "" },
    identity,
    byLink: false,
    content,
  };
  let isGiven = false;
  return {
    next() {
      if (isGiven) return undefined;
      isGiven = true;
      return file;
    },
    get isClosed() {
      return isGiven;
    },
    stop: new AbortController().signal,
    onMore: () => undefined,
  };
}
