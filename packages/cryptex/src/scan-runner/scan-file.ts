/** Scans one file after the other with an engine, which is replaced when it is spent or has grown too large. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { kindOf } from "../archives/kind.ts";
import { unpackerModule } from "../archives/unpacker-file.ts";
import { Unpackers } from "../archives/unpackers.ts";
import type {
  CompiledRules,
  EngineInstance,
  EngineMatch,
  EngineScan,
  ExternalValue,
  RuleMatch,
} from "../engine/engine.ts";
import { OutOfTime } from "../explain/explainer.ts";
import { type Blame, blameOf, findCulprits } from "./culprits.ts";
import { FileExplainer } from "./file-explainer.ts";
import { escapeData, MAX_DATA_BYTES } from "./formats/escape.ts";
import { LARGE_BYTES, LargeFiles, type Turns } from "./large-files.ts";
import { pathExternals, textOf } from "./paths.ts";
import type {
  ArchiveResult,
  BatchFile,
  ExplainData,
  FileResult,
  MakeEngine,
  RuleHit,
  ScanFileOptions,
} from "./protocol.ts";
import { Cancelled, ENGINE_MAX_BYTES, readFile, takeContent, Unreadable } from "./read.ts";
import { scanArchive, type UnitResult } from "./scan-archive.ts";

/** An engine that has grown by so much is replaced: its memory never shrinks, and loading the rules takes 20 to 100 ms. */
const GROWN_BYTES = 128 * 1024 * 1024;
/** Matches of one file that are shown, all rules together: bounds what a hostile file makes of many rules. Totals say the rest. */
const SHOWN_MATCHES = 100_000;

/** Why a rule was left out of a scan. */
const LEFT_OUT: Readonly<Record<Blame, string>> = {
  fibers: "the engine gave up on a regular expression of the rule in this file: too many fibers",
  stack: "the engine gave up on the rule in this file: its condition has too many operands",
};

interface Engine {
  readonly instance: EngineInstance;
  readonly rules: CompiledRules;
  /** Memory with the rules in it, before the first scan. */
  readonly bytes: number;
}

/** Matches that may still be shown of a file, and of what is in it. */
interface Room {
  matches: number;
}

export class FileScanner {
  #engine: Engine | undefined;
  #owners: ReadonlyMap<number, string> | undefined;
  readonly #explainer: FileExplainer | undefined;
  readonly #unpackers = new Unpackers(unpackerModule);
  readonly #large: LargeFiles;

  constructor(
    readonly makeEngine: MakeEngine,
    readonly compiled: Uint8Array,
    readonly cancel: Int32Array,
    turns: Turns,
    readonly options: ScanFileOptions,
    explain?: ExplainData,
    /** Is called while archives are unpacked: there is progress. */
    readonly moved: () => void = () => {},
  ) {
    this.#explainer = explain && new FileExplainer(explain);
    this.#large = new LargeFiles(turns, () => this.#look());
  }

  /** Makes an engine with the rules, if there is none. @throws InputError for rules of another engine */
  ready(): Engine {
    if (this.#engine) return this.#engine;
    const instance = this.makeEngine(this.cancel);
    const rules = instance.load(this.compiled);
    this.#engine = { instance, rules, bytes: instance.memoryBytes };
    return this.#engine;
  }

  scan(file: BatchFile): FileResult {
    try {
      return this.#guarded(() => this.#scan(file));
    } finally {
      this.#large.give();
    }
  }

  /** Says that there is progress. @throws Cancelled */
  #look(): void {
    this.moved();
    if (this.#isCancelled()) throw new Cancelled();
  }

  /** Gives the engine's memory for so many bytes. @throws Unreadable if there is not so much */
  #buffer(length: number): Uint8Array {
    const { instance, bytes } = this.ready();
    this.#large.take(length - Math.max(0, instance.memoryBytes - bytes));
    return instance.buffer(length);
  }

  /** Gives a result in place of an error, and puts an engine away that is spent or has grown. */
  #guarded<Result>(
    action: () => Result,
  ): Result | { kind: "cancelled" } | { kind: "skip" | "error"; reason: string } {
    try {
      return action();
    } catch (error) {
      if (error instanceof Cancelled) return { kind: "cancelled" };
      if (error instanceof Unreadable) return { kind: error.kind, reason: error.message };
      this.#discard();
      return {
        kind: "error",
        reason: `engine error: ${error instanceof Error ? error.message : String(error)}`,
      };
    } finally {
      this.#discardIfGrown();
    }
  }

  #isCancelled(): boolean {
    return Atomics.load(this.cancel, 0) !== 0;
  }

  #scan(file: BatchFile): FileResult {
    const { instance } = this.ready();
    if (this.#isCancelled()) throw new Cancelled();
    const memory = (length: number) => this.#buffer(length);
    const { length, identity, uid } = file.content
      ? takeContent(file.content, memory)
      : readFile({
          path: file.path,
          byLink: file.byLink,
          memory,
          maxSize: this.options.maxSize,
          within: this.options.within,
          cancelled: () => this.#isCancelled(),
        });
    const known = file.knownSha256;
    const before =
      this.options.digestAll || known !== undefined ? digestOf(instance.buffer(length)) : undefined;
    if (known !== undefined && before === known) return { kind: "unchanged", identity };

    const kind = kindOf(instance.buffer(length));
    const isOpened = kind !== undefined && this.options.archives.depth > 0;
    // The engine's memory is for its members soon.
    if (isOpened) this.#large.take(length);
    const copy = isOpened ? instance.buffer(length).slice() : undefined;
    const room: Room = { matches: SHOWN_MATCHES };
    const shown = file.shownPath ?? file.path;
    const externals = { ...pathExternals(shown), filetype: "", owner: this.#owner(uid) };
    const result = this.#guarded(() => this.#evaluate(length, externals, room, before));
    if (result.kind === "cancelled") return result;
    const archive = copy ? this.#members(copy, shown, room) : kind && UNOPENED;
    const rest = archive && { archive };
    return result.kind === "scanned" ? { ...result, identity, ...rest } : { ...result, ...rest };
  }

  #members(bytes: Uint8Array, path: string, room: Room): ArchiveResult {
    const { archives: limits, maxSize, timeoutMs, listClean } = this.options;
    const check = () => {
      this.#look();
      this.#large.check();
    };
    return scanArchive(bytes, kindOf(bytes)!, path, {
      limits,
      maxSize: Math.min(maxSize, ENGINE_MAX_BYTES),
      timeoutMs,
      listClean,
      unpackers: this.#unpackers,
      check,
      claim: (bytes) => this.#large.take(bytes),
      scan: (content, path) => {
        check();
        const result = this.#guarded(() => {
          this.#buffer(content.length).set(content);
          return this.#evaluate(content.length, memberExternals(path), room);
        });
        if (result.kind === "cancelled") throw new Cancelled();
        return result.kind === "scanned" ? result : { kind: "error", reason: result.reason };
      },
    });
  }

  /** Scans the first bytes of the engine's buffer. @param known digest of them */
  #evaluate(
    length: number,
    externals: Record<string, ExternalValue>,
    room: Room,
    known?: string,
  ): UnitResult {
    const { instance, rules } = this.ready();
    const { timeoutMs, maxStrings, listClean } = this.options;
    const deadline = performance.now() + timeoutMs;
    const explain = (numbers: readonly number[], matching?: ReadonlySet<number>) =>
      this.#explainer?.explain(
        instance,
        { length, externals, ...(matching && { matching }) },
        numbers,
        () => {
          if (this.#isCancelled()) throw new Cancelled();
          if (timeoutMs === 0) return 0;
          const left = Math.ceil(deadline - performance.now());
          if (left <= 0) throw new OutOfTime();
          return left;
        },
      );
    if (this.#explainer?.rule !== undefined) {
      const sha256 = known ?? digestOf(instance.buffer(length));
      const explanation = explain([this.#explainer.rule])?.[0];
      return { kind: "scanned", size: length, sha256, ...(explanation && { explanation }) };
    }
    const once = (): EngineScan => {
      const left = timeoutMs === 0 ? 0 : Math.max(1, Math.ceil(deadline - performance.now()));
      return rules.scan(length, { externals, timeoutMs: left, maxMatches: maxStrings });
    };
    let scan = once();
    const culprits = blameOf(scan) ? findCulprits(rules, once) : undefined;
    if (culprits) scan = culprits.scan;
    if (scan.outcome === "cancelled" && this.#isCancelled()) throw new Cancelled();
    if (scan.outcome !== "done") return { kind: "error", reason: unfinished(scan, timeoutMs) };

    const lost = [
      ...[...(culprits?.rules ?? [])].map(([rule, blame]) => ({
        rule,
        reason: LEFT_OUT[blame],
        leftOut: true,
      })),
      ...scan.givenUp.map(({ rule, reason }) => ({ rule, reason, leftOut: false })),
    ];
    const sha256 =
      known ?? (scan.matches.length > 0 || listClean ? digestOf(instance.buffer(length)) : undefined);
    let hits = hitsOf(scan.matches, instance.buffer(length), room);
    if (this.#explainer && hits.length > 0) {
      const numbers = hits.map(({ rule }) => rule);
      const explanations = explain(numbers, new Set(numbers))!;
      hits = hits.map((hit, index) => ({ ...hit, explanation: explanations[index]! }));
    }
    return {
      kind: "scanned",
      size: length,
      ...(sha256 && { sha256 }),
      ...(hits.length > 0 && { hits }),
      ...(scan.log.length > 0 && { log: scan.log }),
      ...(lost.length > 0 && { lost }),
      ...(scan.notEvaluated.length > 0 && { notEvaluated: scan.notEvaluated }),
    };
  }

  #owner(uid: number | undefined): string {
    if (uid === undefined) return "";
    this.#owners ??= ownerNames();
    return this.#owners.get(uid) ?? "";
  }

  #discardIfGrown(): void {
    if (!this.#engine) return;
    const { instance, bytes } = this.#engine;
    // Where memory is short, others want it now.
    const most = this.#large.isMine ? LARGE_BYTES : GROWN_BYTES;
    if (instance.dead || instance.memoryBytes > bytes + most) this.#discard();
  }

  #discard(): void {
    const most = this.#large.isMine ? LARGE_BYTES : GROWN_BYTES;
    const isLarge = this.#engine && this.#engine.instance.memoryBytes > this.#engine.bytes + most;
    this.#engine = undefined;
    // The next large file may come before the collector thinks of this memory, which is 4 GiB where it has run out.
    if (isLarge) Bun.gc(true);
  }
}

/** Names of the users in /etc/passwd, and of the one who scans. Users of a directory service have none. */
function ownerNames(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of passwd().split("\n")) {
    const [name, , uid] = line.split(":");
    // The first name counts, as for getpwuid(3).
    if (name && uid && !names.has(Number(uid))) names.set(Number(uid), textOf(name));
  }
  try {
    const { uid, username } = userInfo();
    // Bun takes the name from the environment, and says "unknown" without USER; the list of users is to be believed more.
    if (!names.has(uid) && username !== "unknown") names.set(uid, username);
  } catch {
    // A user without a name.
  }
  return names;
}

function passwd(): string {
  try {
    return readFileSync("/etc/passwd", "latin1");
  } catch {
    return ""; // a system without the list
  }
}

function unfinished({ outcome, message }: EngineScan, timeoutMs: number): string {
  return outcome === "timeout" ? timedOut(timeoutMs) : `engine error: ${message ?? outcome}`;
}

export function timedOut(timeoutMs: number): string {
  return `timed out after ${timeoutMs / 1000} s`;
}

const UNOPENED: ArchiveResult = { opened: 0, clean: 0, members: [] };

/** A member's folders may be parted by backslashes, and the engine's texts end at a zero byte. Nobody owns it. */
function memberExternals(path: string): Record<string, ExternalValue> {
  return { ...pathExternals(path.replaceAll("\\", "/").replaceAll("\0", "?")), filetype: "", owner: "" };
}

function digestOf(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

function hitsOf(matches: readonly RuleMatch[], content: Uint8Array, room: Room): RuleHit[] {
  const show = ({ offset, length }: EngineMatch) =>
    [
      offset,
      length,
      escapeData(content.subarray(offset, offset + Math.min(length, MAX_DATA_BYTES))),
    ] as const;
  return matches.map(({ rule, strings }) => ({
    rule,
    strings: strings.map(({ string, total, matches }) => {
      const listed = matches.slice(0, room.matches);
      room.matches -= listed.length;
      return { string, total, matches: listed.map(show) };
    }),
  }));
}
