/** The engine's file: found and compiled. Only what runs on Bun imports this module; the instance itself runs on Node, too. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "../../engine/libyara.wasm" with { type: "file" };
import type { EngineCode } from "./libyara.ts";

let code: EngineCode | undefined;

/**
 * Compiles the engine, once in a process: threads get the result by a message. The import above is the file itself when run from
 * source, and in a program of one file the copy that it carries.
 */
export function engineCode(): EngineCode {
  if (code) return code;
  const file = readFileSync(path);
  code = { module: new WebAssembly.Module(file), digest: createHash("sha256").update(file).digest("hex") };
  return code;
}
