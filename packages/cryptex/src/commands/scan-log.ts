/** A record of a scan in a chained log: who asked for what, with which rules, and what came out. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { safeJson } from "#kit/format/visible.ts";
import type { JsonObject } from "#kit/signing/canonical-json.ts";
import { timeText } from "#kit/signing/canonical-json.ts";
import { ChainedLog, logPaths } from "#kit/signing/chain.ts";
import type { OwnKey } from "#kit/signing/keyring.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { FormatName } from "../scan-runner/formats/formats.ts";
import type { Tally } from "../scan-runner/formats/outcome.ts";
import { shownPath } from "../scan-runner/paths.ts";
import { VERSION } from "../version.ts";
import { authorOf } from "./dict-flags.ts";
import { signerOf } from "./key-flags.ts";
import type { ChosenRules } from "./rule-flags.ts";
import type { ScanOptions } from "./scan-flags.ts";

/** Time that others may hold the log once the scan is over: they do for milliseconds. */
const LONGEST_MS = 30_000;
/** Characters of a list in a record, which has room for a few of them. */
const LIST_CHARACTERS = 64 * 1024;

export interface ScanFacts {
  readonly rules: ChosenRules;
  readonly ruleSet: Pick<RuleSet, "digest" | "engine" | "rules">;
  /** Binary strings. */
  readonly roots: readonly string[];
  readonly tally: Tally;
  readonly format: FormatName;
}

export class ScanLog {
  readonly #started = timeText(new Date());
  readonly #sha256 = createHash("sha256");
  readonly #sha3 = createHash("sha3-256");
  #bytes = 0;

  private constructor(
    private readonly log: ChainedLog,
    private readonly signer: OwnKey | undefined,
    private readonly options: ScanOptions,
    private readonly who: string,
  ) {}

  /** Opens the log that the options name; undefined where they name none. @throws as `ChainedLog.open`; as `signerOf` */
  static async open(options: ScanOptions, io: Io, env: Deps["env"]): Promise<ScanLog | undefined> {
    const { log, logKey: key, keys, passphraseFile } = options;
    if (log === undefined) return undefined;
    const signer = key === undefined ? undefined : await signerOf({ key, keys, passphraseFile }, io, env);
    return new ScanLog(await ChainedLog.open(log, io.signal), signer, options, authorOf(undefined, env));
  }

  /** Lists the files that it writes. */
  get files(): string[] {
    return logPaths(this.log.path);
  }

  /** Takes a piece of the result, as it is written. */
  readonly take = (text: string): void => {
    const bytes = Buffer.from(text);
    this.#bytes += bytes.length;
    this.#sha256.update(bytes);
    this.#sha3.update(bytes);
  };

  /** Writes the record of a scan whose result is there. @throws InputError */
  async finish(facts: ScanFacts): Promise<void> {
    await this.#append(this.#record(facts, true));
  }

  /** Writes the record of a scan whose result did not come to its end. Never fails. */
  async finishInterrupted(facts: ScanFacts, warn: (text: string) => void): Promise<void> {
    try {
      await this.#append(this.#record(facts, false));
    } catch (error) {
      warn(`the scan is not in the log: ${(error as Error).message}`);
    }
  }

  async #append(record: JsonObject): Promise<void> {
    await this.log.append(record, AbortSignal.timeout(LONGEST_MS), this.signer);
  }

  #record({ rules, ruleSet, roots, tally, format }: ScanFacts, whole: boolean): JsonObject {
    const { alias = null, packed } = rules;
    const { end } = tally;
    const { output = null } = this.options;
    const { type: _, complete, archives: _archives, members: _members, ...counts } = end ?? { type: "end" };
    return {
      type: "scan",
      program: `cryptex ${VERSION}`,
      who: this.who,
      host: hostname(),
      started: this.#started,
      outcome: whole && end ? (complete ? "complete" : "incomplete") : "interrupted",
      ruleset: {
        digest: ruleSet.digest,
        alias,
        version: packed?.version ?? null,
        rules: ruleSet.rules.count,
      },
      engine: ruleSet.engine.digest,
      request: { ...listed(roots), options: optionsOf(this.options) },
      counts: whole && end ? (counts as JsonObject) : null,
      result: whole
        ? {
            format,
            file: output,
            bytes: this.#bytes,
            sha256: this.#sha256.digest("hex"),
            sha3_256: this.#sha3.digest("hex"),
          }
        : null,
    };
  }
}

/** Shows the first paths, and vouches for all of them. */
function listed(roots: readonly string[]): JsonObject {
  let characters = 0;
  const all = createHash("sha256");
  for (const root of roots) all.update(Buffer.from(`${root}\0`, "latin1"));
  const shown = roots.map((root) => ({ ...shownPath(root) }));
  const few = shown.filter((path) => {
    characters += safeJson(path).length;
    return characters <= LIST_CHARACTERS;
  });
  return { paths: few, paths_total: roots.length, paths_sha256: all.digest("hex") };
}

/** The options that decide which files are scanned, and how far. */
function optionsOf(options: ScanOptions): JsonObject {
  const { exclude, maxSize, recursive = null, follow, since = null, archives, timeout } = options;
  const excluded = safeJson(exclude).length <= LIST_CHARACTERS ? exclude : [`${exclude.length} globs`];
  return { exclude: excluded, max_size: maxSize, recursive, follow, since, archives, timeout_ms: timeout };
}
