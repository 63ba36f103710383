/** Facts about a rule of a compiled set that results show; made from its syntax, kept beside the compiled rules. */
import { visible } from "#kit/format/visible.ts";

export interface MetaValue {
  readonly key: string;
  /** Text is a binary string: one character a byte. An integer beyond 2^53 is a decimal string in JSON, so it is a bigint here. */
  readonly value: string | number | bigint | boolean;
}

export interface RuleString {
  readonly id: string;
  /** Its matches are not shown. */
  readonly isPrivate: boolean;
  /** Written in braces: `yara` prints the matches of such a string in hex. */
  readonly isHex?: boolean;
}

export interface RuleInfo {
  readonly name: string;
  /** "default", or the relative path of the file of a rule whose name stands for another rule, too. */
  readonly namespace: string;
  readonly isPrivate: boolean;
  readonly isGlobal: boolean;
  readonly tags: readonly string[];
  readonly meta: readonly MetaValue[];
  /** In order of the rule. */
  readonly strings: readonly RuleString[];
  /** Path as it was given, or below what was given. */
  readonly file: string;
  readonly line: number;
}

/** A rule, a file or an include that is not evaluated, and why. */
export interface Quarantined {
  /** Null where a whole file or an include is at fault. */
  readonly rule: string | null;
  readonly file: string;
  /** Line of the fault, 1 is the first; null where there is none, as for a file that cannot be read. */
  readonly line: number | null;
  readonly reason: string;
  /** True for the second copy of the same text: nothing is lost by it. */
  readonly harmless: boolean;
}

/** Says in one line what is not evaluated and why: `FILE:LINE: rule NAME: REASON`. For people. */
export function lossText({ rule, file, line, reason }: Omit<Quarantined, "harmless">): string {
  const place = line === null ? file : `${file}:${line}`;
  return visible(`${place}: ${rule === null ? "" : `rule ${rule}: `}${reason}`);
}
