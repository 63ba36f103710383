/** The end of a command that scans where there is nothing to look for. */
import { visible } from "#kit/format/visible.ts";
import { EXIT } from "#kit/term/exit.ts";
import type { Io } from "#kit/term/io.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { INCOMPLETE } from "./exits.ts";

/** With nothing to look for there is no "clean": says why there is no rule. */
export function noRules({ quarantined }: RuleSet, paths: readonly string[], io: Io): number {
  const lost = quarantined.filter(({ rule }) => rule !== null).length;
  const where = visible(paths.join(", "));
  io.log.error(
    lost > 0
      ? `nothing was scanned: no rule of ${where} can be evaluated; the quarantine lines say why`
      : `nothing was scanned: there is no rule in ${where}`,
  );
  return lost > 0 ? INCOMPLETE : EXIT.failure;
}
