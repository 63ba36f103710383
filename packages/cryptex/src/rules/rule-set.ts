/** A set of rules ready to scan, with everything that was lost of it. */
import type { EngineFacts, ExternalValue } from "../engine/engine.ts";
import type { Quarantined } from "./rule-info.ts";
import type { RuleTable } from "./rule-table.ts";

export interface RuleSet {
  /** `sha256:` and hex, over what is evaluated: rules, namespaces, externals. */
  readonly digest: string;
  readonly alias?: string;
  readonly engine: EngineFacts;
  /** Compiled rules for `EngineInstance.load`, in shared memory. */
  readonly compiled: Uint8Array;
  readonly rules: RuleTable;
  readonly quarantined: readonly Quarantined[];
  /** Modules that the rules use. */
  readonly modules: readonly string[];
  /** Paths of all files that were read. */
  readonly files: readonly string[];
  /** Paths at which an include was looked for in vain: a file that appears there changes the set. */
  readonly absent: readonly string[];
  /** Values of the externals defined by `--define`; those of the file are set for each file. */
  readonly externals: Externals;
  /** Facts and texts of the rules, packed, where they were asked for: see rule-table.ts, rule-texts.ts. */
  readonly packed?: { readonly table: Uint8Array; readonly texts: Uint8Array };
}

export type Externals = Readonly<Record<string, ExternalValue>>;

/** Externals that are always defined and set for each file. */
export const FILE_EXTERNALS = ["filename", "filepath", "extension", "filetype", "owner"] as const;

/** How a set is made of files. */
export interface RuleSetRequest {
  /** Files and folders. */
  readonly paths: readonly string[];
  /** Folders in which includes are looked for that are not beside the including file. */
  readonly includeFolders: readonly string[];
  readonly externals: Externals;
  /** Lets matches of private rules be seen, too: tests ask for them. */
  readonly showPrivate?: boolean;
  /** Texts of the rules are wanted, too. */
  readonly withTexts?: boolean;
}

/** A set in the form in which threads hand it over and caches keep it. */
export interface PackedRuleSet {
  readonly digest: string;
  readonly quarantined: readonly Quarantined[];
  readonly modules: readonly string[];
  /** See rule-table.ts. */
  readonly table: Uint8Array;
  /** In shared memory; empty where no rule is left. */
  readonly compiled: Uint8Array;
  /** In shared memory, where the request wants them. */
  readonly texts?: Uint8Array;
  /** Paths that the request stood for. */
  readonly listed: readonly string[];
  /** Paths that were read, with SHA-256, and paths that must stay absent: while these hold, the set is as it was. */
  readonly files: readonly (readonly [path: string, digest: string])[];
  readonly absent: readonly string[];
}
