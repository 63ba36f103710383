/** All sources of a run: those of this program, and those that the user has named. */
import { UsageError } from "../../errors.ts";
import type { Settings } from "../../platform/host.ts";
import { FAMILIES, type Source } from "../../source.ts";
import { sources as own } from "../index.ts";
import { SETS } from "../selection.ts";
import { namedCommand } from "./named-command.ts";
import { namedFile } from "./named-file.ts";

/** As many as a machine has ports, and far fewer than processes that can be kept track of. */
const MAX_NAMED = 16;

/** @throws UsageError for a name that means something already, or is given twice */
export function sourcesWith(settings: Partial<Settings>): readonly Source[] {
  const { sourceFiles = [], sourceCommands = [] } = settings;
  const named = [
    ...sourceFiles.map((file) => namedFile(file)),
    ...sourceCommands.map((each) => namedCommand(each)),
  ];
  if (named.length > MAX_NAMED) throw new UsageError(`more than ${MAX_NAMED} sources are named`);
  const taken = new Set<string>([...own.map(({ info }) => info.id), ...FAMILIES, ...SETS]);
  for (const { info } of named) {
    if (taken.has(info.id)) {
      throw new UsageError(`a source cannot be named '${info.id}': that name is taken`, [
        `my_${info.id}`.slice(0, 21),
      ]);
    }
    taken.add(info.id);
  }
  return named.length === 0 ? own : [...own, ...named];
}
