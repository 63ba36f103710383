/** The engine of this program, as other rooms take it. */
import { engineCode } from "./engine-file.ts";
import { Libyara } from "./libyara.ts";
import type { MachineOptions } from "./machine.ts";

export function makeLibyara(options: MachineOptions = {}): Libyara {
  return new Libyara(engineCode(), options);
}
