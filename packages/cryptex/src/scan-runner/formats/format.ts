/** Contract of an output format: it takes the events of a scan one by one and says what to write where. */
import type { Screen } from "#kit/term/screen.ts";
import type { RuleInfo } from "../../rules/rule-info.ts";
import type { ScanEvent } from "../events.ts";

/** Text for both streams. An event that a format does not hold in its result comes out in `err`: none is lost. */
export interface Written {
  /** Result, for stdout or a file. */
  readonly out?: string;
  /** Whole lines for stderr, plain and safe on a terminal. */
  readonly err?: string;
}

export interface FormatWriter {
  event(event: ScanEvent): Written;
  /** Completes the result, also where the scan ended without an end event; can be called once. */
  end(): Written;
}

export interface FormatOptions {
  /** Version of the program, as results name it. */
  readonly version: string;
  /** Where the result goes. */
  readonly screen: Screen;
  readonly yara: YaraOptions;
}

/** Switches of the program `yara` that add to its lines. */
export interface YaraOptions {
  /** -s */
  readonly strings?: boolean;
  /** -L */
  readonly length?: boolean;
  /** -m */
  readonly meta?: boolean;
  /** -g */
  readonly tags?: boolean;
  /** -e */
  readonly namespace?: boolean;
  /** Finds the rule of a match, for the order of its strings and to know which are hex. Without it they are sorted by id, and all are text. */
  readonly ruleOf?: (namespace: string, rule: string) => RuleInfo | undefined;
}
