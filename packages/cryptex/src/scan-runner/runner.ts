/** Scans: walks, shares the files out to threads, and gives the lines of the result in order. */
import { onAbort } from "#kit/abort.ts";
import { type ArchiveLimits, NO_ARCHIVES } from "../archives/limits.ts";
import { SHOWN } from "../explain/show.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { type Content, onlyContent } from "./content.ts";
import { Crew, type ScanCrew } from "./crew.ts";
import type { ScanEvent } from "./events.ts";
import { threadsWithin } from "./large-files.ts";
import { join } from "./paths.ts";
import { type PlacedLine, PlacedLines } from "./placed-lines.ts";
import type { ScanProgress } from "./progress.ts";
import type { ExplainData, FileResult, ScanFileOptions } from "./protocol.ts";
import { type ResultCounts, Results } from "./results.ts";
import type { SeenFiles, SeenResult } from "./seen-files.ts";
import { SeenLookup } from "./seen-lookup.ts";
import { type Item, listed, pathOf, Stretch } from "./stretch.ts";
import { type StartThread, startScanThread } from "./thread.ts";
import { type Found, type FoundFile, GONE, Walk, type WalkOptions, type WalkPlace } from "./walk.ts";

export interface ScanRequest {
  readonly ruleSet: RuleSet;
  readonly walk: WalkOptions;
  /** Default is one a core. */
  readonly threads?: number;
  /** For one file; 0 is without limit. */
  readonly timeoutMs: number;
  /** Matches of a string that a line lists. */
  readonly maxStrings: number;
  /** Gives lines as they come and not by path. */
  readonly unordered?: boolean;
  readonly listClean?: boolean;
  /** Explains each match. The set must have its texts. */
  readonly explain?: boolean;
  /** Default opens none. */
  readonly archives?: ArchiveLimits;
  /** Takes what is done, so that a later scan may use it. */
  readonly seen?: SeenFiles;
  /** Uses results of earlier scans for files that have not changed; "paranoid" compares their content. */
  readonly reuse?: boolean | "paranoid";
  readonly signal: AbortSignal;
  readonly progress?: ScanProgress;
  readonly startThread?: StartThread;
  /** Has others scan, in place of threads of this machine. */
  readonly openCrew?: (order: CrewOrder) => ScanCrew;
  /** Gives the files in place of the walk. */
  readonly source?: FileSource;
  /** Is scanned in place of what is on the disk. */
  readonly content?: Content;
  /** Goes on behind this place of an earlier scan with the same rules and options; its lines up to there are not given again. Not with `unordered`. */
  readonly from?: ScanPlace;
  /** Told of each place behind which a scan could go on: all lines so far stand before it, and they are all that do. */
  readonly passed?: (place: ScanPlace) => void;
}

export interface CrewOrder {
  readonly options: ScanFileOptions;
  /** The scan cannot go on. */
  onFailure(error: unknown): void;
}

/** A place in the order of paths, with the counts of all that came before. Serialises to JSON. */
export interface ScanPlace {
  /** Identity of what was evaluated last. Absent before the first. */
  readonly walk?: WalkPlace;
  readonly counts: ResultCounts;
}

/** Gives files for as long as it is open. */
export interface FileSource {
  /** Takes what is to be looked at next; undefined where there is nothing at present. */
  next(): Found | undefined;
  /** True once nothing will come any more. */
  readonly isClosed: boolean;
  /** Aborted where files that have not been scanned are to be given up, and named; it is then closed. */
  readonly stop: AbortSignal;
  /** Takes a function to be called when there is something again, or it has closed. */
  onMore(wake: () => void): void;
}

/** Files that are walked ahead of what is given out: a file that takes its whole time leaves work for the others. */
const AHEAD_FILES = 16_384;
/** Lists of matches that wait for an earlier file; no more work is taken until they are given out. */
const AHEAD_MATCHES = 200_000;
/** Time that the walk holds up signals and messages. */
const SLICE_MS = 10;
/** Time that threads have to come back from their files when a source is stopped. */
const STOP_MS = 250;

/** Default of `ScanRequest.threads`: one a core, if there is memory for so many. */
export function defaultThreads(): number {
  return threadsWithin(Math.max(1, navigator.hardwareConcurrency));
}

/**
 * Yields start, what the rule set lost, the lines of files, and end, unless the scan fails.
 * @throws the signal's reason; ProgramError where rules do not load, or the store fails
 */
export async function* runScan(request: ScanRequest): AsyncGenerator<ScanEvent, void> {
  using scan = new Scan(request);
  yield* scan.run();
}

class Scan implements Disposable {
  readonly #results: Results;
  readonly #seen: SeenLookup | undefined;
  readonly #crew: ScanCrew;
  readonly #walk: Pick<Walk, "next"> & Partial<Disposable>;
  /** Place of what was evaluated last. */
  #evaluated: WalkPlace | undefined;
  /** Folders in the order in which they were entered, whose place is not evaluated yet. */
  readonly #entered: string[] = [];
  /** Lines of members wait for their place, which is behind that of files such as `a.zip `. */
  readonly #placed = new PlacedLines();
  #walked = false;
  /** The source has nothing at present. */
  #isIdle = false;
  #open: Stretch;
  /** In order; the first is given out next. */
  #stretches: Stretch[] = [];
  #filesAhead = 0;
  #matchesAhead = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};
  readonly #listeners: Disposable[];

  constructor(private readonly request: ScanRequest) {
    const { ruleSet, walk: walkOptions, timeoutMs, maxStrings, signal, seen, reuse = false } = request;
    const cancel = new Int32Array(new SharedArrayBuffer(4));
    const options: ScanFileOptions = {
      timeoutMs,
      maxStrings,
      maxSize: walkOptions.maxSize,
      digestAll: reuse === "paranoid",
      ...(walkOptions.within !== undefined && { within: walkOptions.within }),
      archives: request.archives ?? NO_ARCHIVES,
      listClean: request.listClean ?? false,
    };
    this.#results = new Results(ruleSet, request.listClean ?? false, request.from?.counts);
    this.#seen = seen && new SeenLookup(seen, reuse, (error) => this.#fail(error));
    this.#evaluated = request.from?.walk;
    this.#walk =
      request.source ?? (request.content ? onlyContent(request.content) : new Walk(this.#walkOptions()));
    const onFailure = (error: unknown) => this.#fail(error);
    this.#crew =
      request.openCrew?.({ options, onFailure }) ??
      new Crew({
        threads: request.threads ?? defaultThreads(),
        compiled: ruleSet.compiled,
        cancel,
        options,
        ...(request.explain && ruleSet.packed && { explain: explainData(ruleSet, ruleSet.packed) }),
        startThread: request.startThread ?? startScanThread,
        onFailure,
      });
    this.#open = new Stretch(this.#crew.limits);
    this.#listeners = [
      onAbort(signal, () => {
        Atomics.store(cancel, 0, 1);
        this.#fail(signal.reason);
      }),
    ];
    request.source?.onMore(() => this.#goOn());
    if (request.source) this.#listeners.push(onAbort(request.source.stop, () => this.#stop(cancel)));
    if (reuse === false && !signal.aborted && ruleSet.rules.count > 0) this.#crew.warmUp();
  }

  [Symbol.dispose](): void {
    for (const listener of this.#listeners) listener[Symbol.dispose]();
    this.#crew[Symbol.dispose]();
    this.#walk[Symbol.dispose]?.();
    this.#seen?.[Symbol.dispose]();
  }

  #walkOptions(): WalkOptions {
    const { walk, passed, from } = this.request;
    const onEnter = (path: string, byLink: boolean) => {
      walk.onEnter?.(path, byLink);
      this.#entered.push(path);
    };
    return { ...walk, ...(passed && { onEnter }), after: from?.walk };
  }

  async *run(): AsyncGenerator<ScanEvent, void> {
    if (!this.request.from) yield* this.#results.begin();
    // Without a rule no file can be called clean: the result has no end.
    if (this.request.ruleSet.rules.count === 0) return;
    this.#pass();
    for (;;) {
      this.#throwIfFailed();
      this.#walkOn();
      yield* this.#lastMembers();
      let stretch = this.#takeReady();
      for (; stretch; stretch = this.#takeReady()) {
        yield* this.#lines(stretch);
        yield* this.#lastMembers();
        this.#throwIfFailed();
      }
      if (this.#walked && this.#stretches.length === 0) break;
      // Asked now: what was given out meanwhile has made room, and no thread may be left to wake us.
      await this.#pause(!this.#walked && !this.#isIdle && this.#hasRoom());
    }
    yield* this.#placed.all();
    yield this.#results.end();
  }

  #goOn(): void {
    this.#isIdle = false;
    this.#wake();
  }

  /** Gives up what has not been scanned. A thread that does not come back is not waited for. */
  #stop(cancel: Int32Array): void {
    Atomics.store(cancel, 0, 1);
    this.#goOn();
    const timer = setTimeout(() => {
      for (const stretch of this.#stretches)
        stretch.results ??= stretch.items.map(() => ({ kind: "cancelled" }));
      this.#goOn();
    }, STOP_MS);
    this.#listeners.push({ [Symbol.dispose]: () => clearTimeout(timer) });
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  /** Waits for a thread's answer; only for messages and signals to be seen, if there is more to walk. */
  #pause(more: boolean): Promise<void> {
    if (this.#failure) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (more) setImmediate(resolve);
    return promise;
  }

  /** Walks for a slice of time, as far as there is room. */
  #walkOn(): void {
    const until = performance.now() + SLICE_MS;
    while (!this.#walked && this.#hasRoom()) {
      for (let steps = 0; steps < 64; steps++) {
        const found = this.#walk.next();
        if (!found && this.request.source?.isClosed === false) {
          this.#isIdle = true;
          if (this.#open.items.length > 0) this.#close();
          return;
        }
        if (!found) {
          this.#walked = true;
          this.request.progress?.foundAll();
          this.#close();
          return;
        }
        this.#add(found);
      }
      if (performance.now() > until) return;
    }
  }

  #hasRoom(): boolean {
    return this.#filesAhead < AHEAD_FILES && this.#matchesAhead < AHEAD_MATCHES;
  }

  #add(found: Found): void {
    if (found.kind === "file" && !this.#open.hasRoomFor(found.identity.size)) this.#close();
    const stretch = this.#open;
    this.request.progress?.found(found);
    if (found.kind !== "file") stretch.items.push({ kind: "line", found });
    else {
      const earlier = this.#earlier(found);
      if (earlier && this.request.reuse !== "paranoid") {
        // A clean file has no line, so no place either, unless the counts must be those of a place.
        const isPlaced = this.request.listClean || this.request.passed;
        if (earlier.events.length === 0 && !earlier.archive && !isPlaced) {
          this.#countClean(found);
          return;
        }
        stretch.items.push({ kind: "known", file: found, result: earlier });
      } else {
        stretch.items.push({ kind: "file", file: found, earlier });
        stretch.files++;
        stretch.bytes += found.identity.size;
      }
    }
    this.#filesAhead++;
    if (stretch.isFull) this.#close();
  }

  /** Result of an earlier scan that says all that this one has to say. */
  #earlier(file: FoundFile): SeenResult | undefined {
    const earlier = this.#seen?.get(file);
    return this.request.listClean && earlier?.sha256 === undefined ? undefined : earlier;
  }

  #countClean(file: FoundFile): void {
    this.request.progress?.reusedOne();
    this.#results.countClean();
    this.request.progress?.finished(file, this.#results.matches);
  }

  /** Hands the open stretch over. */
  #close(): void {
    const stretch = this.#open;
    this.#open = new Stretch(this.#crew.limits);
    this.#stretches.push(stretch);
    const files = stretch.items.flatMap((item) => (item.kind === "file" ? [item] : []));
    if (files.length === 0) {
      stretch.results = [];
      return;
    }
    this.#crew.submit({
      files: files.map(({ file: { path, byLink, content }, earlier }) => ({
        path,
        byLink,
        ...(content && { content }),
        ...(earlier?.sha256 !== undefined && { knownSha256: earlier.sha256 }),
      })),
      identities: () => files.map(({ file }) => file.identity),
      done: (results) => {
        for (const [at, result] of results.entries()) {
          const kept = this.#seen && result.kind === "scanned" && this.#results.reusable(result);
          if (kept) this.#seen?.keep(files[at]!.file, result.identity, kept);
        }
        stretch.results = results;
        this.#matchesAhead += listed(results);
        this.#wake();
      },
    });
  }

  /** Takes the first stretch if its results are there; any, where order does not matter. */
  #takeReady(): Stretch | undefined {
    const at = this.request.unordered ? this.#stretches.findIndex(({ results }) => results) : 0;
    const stretch = this.#stretches[at];
    if (!stretch?.results) return undefined;
    this.#stretches.splice(at, 1);
    this.#filesAhead -= stretch.items.length;
    this.#matchesAhead -= listed(stretch.results);
    return stretch;
  }

  *#lines({ items, results }: Stretch): Generator<ScanEvent, void> {
    const { progress } = this.request;
    let next = 0;
    for (const item of items) {
      const path = pathOf(item);
      if (!this.#placed.isEmpty) {
        yield* this.#placed.before(path);
        this.#pass();
      }
      if (item.kind === "line") yield this.#results.notScanned(item.found);
      else if (item.kind === "known") {
        progress?.reusedOne();
        yield* this.#knownLines(item.file, item.result);
      } else if (!(yield* this.#fileLines(item, results![next++]!))) return;
      if (item.kind !== "line") progress?.finished(item.file, this.#results.matches);
      if (this.request.passed) this.#evaluated = this.#placeAt(path);
      this.#pass();
    }
  }

  /** Gives out lines of members as soon as it is known what follows them, rather than when that has been scanned. */
  *#lastMembers(): Generator<ScanEvent, void> {
    const next = this.#stretches[0]?.items[0] ?? this.#open.items[0];
    if (this.#placed.isEmpty || !next) return;
    yield* this.#placed.before(pathOf(next));
    this.#pass();
  }

  /** Tells of the place, unless lines wait for theirs: they stand behind it, and belong to what was before it. */
  #pass(): void {
    if (!this.request.passed || !this.#placed.isEmpty) return;
    const walk = this.#evaluated;
    this.request.passed({ ...(walk && { walk }), counts: this.#results.counts() });
  }

  #placeAt(path: string): WalkPlace {
    const ahead = this.#entered.findIndex((folder) => folder > path);
    const behind = this.#entered.splice(0, ahead < 0 ? this.#entered.length : ahead);
    const folders = [...(this.#evaluated?.folders ?? []), ...behind];
    return { path, folders: folders.filter((folder) => join(folder, "") > path) };
  }

  /** Returns false where the scan was cancelled. */
  *#fileLines(
    { file, earlier }: Extract<Item, { kind: "file" }>,
    result: FileResult,
  ): Generator<ScanEvent, boolean> {
    if (result.kind === "cancelled") {
      if (!this.request.source?.stop.aborted) return false;
      yield this.#results.notScanned({ kind: "error", path: file.path, reason: STOPPED, complete: false });
      return true;
    }
    if (result.kind === "unchanged") {
      this.request.progress?.reusedOne();
      yield* this.#knownLines(file, earlier!);
      return true;
    }
    // What comes and goes in a folder that is watched leaves nothing behind to be evaluated.
    if (this.request.source && result.kind === "error" && result.reason === GONE)
      yield this.#results.notScanned({ kind: "skip", path: file.path, reason: WENT_AWAY, complete: true });
    else yield* this.#results.judge(file.path, result);
    if (result.archive) yield* this.#place(this.#results.members(file.path, result.archive));
    return true;
  }

  *#knownLines({ path, identity }: FoundFile, result: SeenResult): Generator<ScanEvent, void> {
    yield* this.#results.known(path, identity.size, result);
    if (result.archive) yield* this.#place(this.#results.knownMembers(path, result.archive));
  }

  /** Gives lines of members out now, if they need no place. */
  *#place(lines: readonly PlacedLine[]): Generator<ScanEvent, void> {
    this.#placed.add(lines);
    if (this.request.unordered || this.request.source) yield* this.#placed.all();
  }
}

/** Says of a file that a source was stopped before it was scanned. */
export const STOPPED = "not scanned: the end came before its turn";

/** Says of a file that a source named and that is no more. */
export const WENT_AWAY = "it went away before its turn";

function explainData({ externals }: RuleSet, packed: NonNullable<RuleSet["packed"]>): ExplainData {
  return { ...packed, externals, shown: SHOWN };
}
