/** Contract between the loading of rules and their users: a set that is compiled, with what was lost of it. */
import type { EngineFacts, ExternalValue } from "../engine/engine.ts";
import type { Quarantined, RuleInfo } from "./rule-info.ts";

export interface RuleSet {
  /** `sha256:` and hex, over what is evaluated: rules, namespaces, externals. */
  readonly digest: string;
  readonly alias?: string;
  readonly engine: EngineFacts;
  /** Compiled rules for `EngineInstance.load`, in shared memory. */
  readonly compiled: Uint8Array;
  readonly rules: RuleTable;
  readonly quarantined: readonly Quarantined[];
  /** Values of the externals defined by `--define`; those of the file are set for each file. */
  readonly externals: Readonly<Record<string, ExternalValue>>;
}

/** Facts about the rules by their numbers in the engine. */
export interface RuleTable {
  readonly count: number;
  get(rule: number): RuleInfo;
  /** Numbers of the rules whose conditions name this one, directly or not. */
  dependants(rule: number): readonly number[];
}

/** Externals that are always defined and set for each file. */
export const FILE_EXTERNALS = ["filename", "filepath", "extension", "filetype", "owner"] as const;
