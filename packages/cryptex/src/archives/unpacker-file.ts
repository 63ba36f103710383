/** The unpacker's file: found and compiled, once in a process. */
import { readCarried } from "#kit/files/carried-file.ts";
import description from "../../unpacker/unpacker.json";
import path from "../../unpacker/unpacker.wasm" with { type: "file" };

export const UNPACKER_DIGEST: string = description.digest;

let module: WebAssembly.Module | undefined;

export function unpackerModule(): WebAssembly.Module {
  module ??= new WebAssembly.Module(readCarried(path));
  return module;
}
