/** The engine's file: found and compiled. Only what runs on Bun imports this module; the instance itself runs on Node, too. */
import { readCarried } from "#kit/files/carried-file.ts";
import description from "../../engine/libyara.json";
import path from "../../engine/libyara.wasm" with { type: "file" };
import type { EngineFacts } from "./engine.ts";
import type { EngineCode } from "./libyara.ts";

export const ENGINE: EngineFacts = {
  name: "libyara",
  version: description.version,
  digest: description.digest,
  modules: description.modules,
};

let code: EngineCode | undefined;

/** Compiles the engine, once in a process: other threads get the result by a message. */
export function engineCode(): EngineCode {
  code ??= { module: new WebAssembly.Module(readCarried(path)), digest: ENGINE.digest };
  return code;
}
