/**
 * Scans again, with other rules, the files that earlier results tell of. A file counts only if its content is the one that was scanned
 * then: the digest is of the very bytes that the new rules saw. Everything else is named, with the reason why it was not evaluated.
 */
import type { EndEvent, ErrorEvent, ScanEvent, ShownPath } from "../scan-runner/events.ts";
import { pathBytes } from "../scan-runner/formats/escape.ts";
import { shownPath } from "../scan-runner/paths.ts";
import { type FileSource, runScan, type ScanRequest, WENT_AWAY } from "../scan-runner/runner.ts";
import { type Found, GONE, type OwnFile, Walk } from "../scan-runner/walk.ts";
import type { SeenPath } from "./seen-paths.ts";

type Limits = "ruleSet" | "threads" | "timeoutMs" | "maxStrings" | "explain" | "signal" | "progress";

export interface RetroRequest extends Pick<ScanRequest, Limits> {
  /** By path, a binary string. */
  readonly seen: ReadonlyMap<string, SeenPath>;
  readonly maxSize: number;
  readonly listClean: boolean;
  /** Files that are written to meanwhile. */
  readonly own: readonly OwnFile[];
}

/**
 * Yields the lines of a scan, in the order of paths. Each path is in match or error lines, or in the count of clean ones.
 * @throws what `runScan` throws
 */
export async function* retro(request: RetroRequest): AsyncGenerator<ScanEvent, void> {
  const { seen, maxSize, own, listClean, ...limits } = request;
  const roots = [...seen].filter(([, { fault }]) => fault === undefined).map(([path]) => path);
  const walk = { roots, exclude: [], maxSize, maxDepth: 0, follow: false, onlyFiles: true, own };
  const source = new SeenSource(seen, new Walk(walk));
  const judge = new Judge(seen, listClean);
  for await (const event of runScan({ ...limits, walk, source, listClean: true })) yield* judge.take(event);
}

/** Gives the files of a walk, and at their place what cannot be opened. */
class SeenSource implements FileSource {
  readonly isClosed = true;
  readonly stop = new AbortController().signal;
  readonly #faults: readonly Found[];
  #nextFault = 0;
  #walked: Found | undefined;

  constructor(
    seen: ReadonlyMap<string, SeenPath>,
    private readonly walk: Walk,
  ) {
    const faults = [...seen].flatMap(([path, { fault }]) =>
      fault === undefined ? [] : [{ path, reason: fault }],
    );
    this.#faults = faults
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map((fault) => ({ ...fault, kind: "error", complete: false }));
  }

  next(): Found | undefined {
    this.#walked ??= this.walk.next();
    const fault = this.#faults[this.#nextFault];
    if (fault && !(this.#walked && this.#walked.path < fault.path)) {
      this.#nextFault++;
      return fault;
    }
    const found = this.#walked;
    this.#walked = undefined;
    return found;
  }

  /** It never waits for anything. */
  onMore(): void {}
}

/** Takes the lines of the scan, lets those of files pass whose content is the one that was seen, and counts anew. */
class Judge {
  /** Lines of one file, which are passed when its digest is known. */
  #file: { readonly name: string; readonly lines: ScanEvent[] } | undefined;
  readonly #counts = { clean: 0, matched: 0, matches: 0, errors: 0 };
  #lost = 0;

  constructor(
    private readonly seen: ReadonlyMap<string, SeenPath>,
    private readonly listClean: boolean,
  ) {}

  *take(event: ScanEvent): Generator<ScanEvent, void> {
    const path = "path" in event ? event.path : undefined;
    if (path === undefined) {
      yield* this.#pass();
      if (event.type === "quarantine" && !event.harmless) this.#lost++;
      yield event.type === "end" ? this.#end(event) : event;
      return;
    }
    const name = nameOf({ ...event, path });
    if (name !== this.#file?.name) yield* this.#pass();
    this.#file ??= { name, lines: [] };
    this.#file.lines.push(event);
  }

  *#pass(): Generator<ScanEvent, void> {
    const { name, lines } = this.#file ?? { name: "", lines: [] };
    this.#file = undefined;
    if (lines.length === 0) return;
    const fault = faultOf(name, lines, this.seen.get(name)!);
    for (const line of fault === undefined ? lines : [errorOf(name, fault)]) {
      if (line.type === "match") this.#counts.matches++;
      if (line.type === "error") this.#counts.errors++;
      if (line.type === "quarantine") this.#lost++;
      if (line.type === "clean") this.#counts.clean++;
      if (line.type !== "clean" || this.listClean) yield line;
    }
    if (fault === undefined && lines.some(({ type }) => type === "match")) this.#counts.matched++;
  }

  #end({ archives }: EndEvent): EndEvent {
    const { clean, matched, matches, errors } = this.#counts;
    const complete = errors === 0 && this.#lost === 0;
    const counts = { scanned: clean + matched, clean, matched, matches, skipped: 0, errors };
    return { type: "end", complete, ...counts, ...(archives && { archives }) };
  }
}

function nameOf(shown: ShownPath): string {
  return Buffer.from(pathBytes(shown)).toString("latin1");
}

function errorOf(name: string, reason: string): ErrorEvent {
  return { type: "error", ...shownPath(name), reason };
}

/** Says why a file was not evaluated; undefined where it was, or where its lines say so themselves. */
function faultOf(name: string, lines: readonly ScanEvent[], { sha256, fault }: SeenPath): string | undefined {
  if (fault !== undefined) return undefined;
  for (const line of lines) {
    if ("reason" in line && isGone(line.reason)) {
      return name.includes("!/") ? IN_ARCHIVE : "gone: it does not exist any more";
    }
    if (line.type === "skip") return `not evaluated any more: ${line.reason}`;
    if (line.type !== "match" && line.type !== "clean") continue;
    if (line.sha256 !== sha256) return "changed: its content is no longer the one that was scanned";
  }
  return undefined;
}

/** Knows what the walk, and the reading after it, say of what is not there. */
function isGone(reason: string): boolean {
  return /^(symbolic link to what )?does not exist/.test(reason) || reason === GONE || reason === WENT_AWAY;
}

const IN_ARCHIVE = "it is in an archive: scan that with --archives";
