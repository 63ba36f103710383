/** The engine of this program, as other rooms take it. */

import type { EngineFacts } from "./engine.ts";
import { engineCode } from "./engine-file.ts";
import { Libyara } from "./libyara.ts";
import type { MachineOptions } from "./machine.ts";

/** Version of the sources that it is built from, and modules that were compiled in: see make/engine.ts. */
const VERSION = "4.5.5";
const MODULES = ["console", "dex", "dotnet", "elf", "hash", "macho", "math", "pe", "string", "time"];

export function libyaraFacts(): EngineFacts {
  return { name: "libyara", version: VERSION, digest: engineCode().digest, modules: MODULES };
}

export function makeLibyara(options: MachineOptions = {}): Libyara {
  return new Libyara(engineCode(), options);
}
