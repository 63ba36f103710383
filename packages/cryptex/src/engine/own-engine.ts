/** The engine of this program, as other rooms take it. */
import type { EngineFacts } from "./engine.ts";
import { ENGINE, engineCode } from "./engine-file.ts";
import { Libyara } from "./libyara.ts";
import type { MachineOptions } from "./machine.ts";

/** Facts that need no compiled engine. */
export function libyaraFacts(): EngineFacts {
  return ENGINE;
}

export function makeLibyara(options: MachineOptions = {}): Libyara {
  return new Libyara(engineCode(), options);
}
