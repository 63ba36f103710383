/** From what a thread answers to the lines of a result, with the counts that they add up to. */
import type { RuleSet } from "../rules/rule-set.ts";
import type {
  EndEvent,
  LogEvent,
  MatchEvent,
  QuarantineEvent,
  ScanEvent,
  ShownPath,
  StartEvent,
} from "./events.ts";
import { matchEvent } from "./formats/match-event.ts";
import { shownPath } from "./paths.ts";
import type { FileResult, LostRule, ScannedFile } from "./protocol.ts";
import type { SeenEvent, SeenResult } from "./seen-files.ts";
import type { NotScanned } from "./walk.ts";

/** Form of the lines: `StartEvent.schema`. */
export const SCHEMA = 1;

export class Results {
  #complete = true;
  #clean = 0;
  #matched = 0;
  #matches = 0;
  #skipped = 0;
  #errors = 0;

  constructor(
    private readonly ruleSet: RuleSet,
    private readonly listClean: boolean,
  ) {}

  get matches(): number {
    return this.#matches;
  }

  /** The lines before those of files. */
  *begin(): Generator<ScanEvent, void> {
    const { digest, alias, engine, rules, quarantined } = this.ruleSet;
    yield {
      type: "start",
      schema: SCHEMA,
      ruleset: { digest, ...(alias !== undefined && { alias }) },
      rules: rules.count,
      engines: [{ name: engine.name, version: engine.version, digest: engine.digest }],
    } satisfies StartEvent;
    for (const { rule, file, line, reason, harmless } of quarantined) {
      if (!harmless) this.#complete = false;
      yield {
        type: "quarantine",
        rule,
        file,
        line,
        reason,
        ...(harmless && { harmless: true as const }),
      } satisfies QuarantineEvent;
    }
  }

  end(): EndEvent {
    return {
      type: "end",
      complete: this.#complete,
      scanned: this.#clean + this.#matched,
      clean: this.#clean,
      matched: this.#matched,
      matches: this.#matches,
      skipped: this.#skipped,
      errors: this.#errors,
    };
  }

  notScanned({
    kind,
    path,
    reason,
    complete,
  }: Omit<NotScanned, "kind"> & { kind: "skip" | "error" }): ScanEvent {
    if (!complete) this.#complete = false;
    if (kind === "skip") this.#skipped++;
    else this.#errors++;
    return { type: kind, ...shownPath(path), reason };
  }

  /** Counts a clean file that needs no line. */
  countClean(): void {
    this.#clean++;
  }

  /** Lines of a file whose result is known from an earlier scan. */
  known(path: string, { events }: SeenResult): readonly ScanEvent[] {
    const shown = shownPath(path);
    const matches = events.filter(({ type }) => type === "match").length;
    const lines = events.map((event) => {
      const { type, ...rest } = event;
      return { type, ...shown, ...rest } as ScanEvent;
    });
    return [...lines, ...this.#count(shown, matches)];
  }

  /** Lines of a file that was to be scanned. @param result anything but "cancelled" and "unchanged" */
  judge(
    path: string,
    result: Extract<FileResult, { kind: "skip" | "error" | "scanned" }>,
  ): readonly ScanEvent[] {
    if (result.kind !== "scanned") return [this.notScanned({ ...result, path, complete: false })];
    const shown = shownPath(path);
    const faults = this.#faults(result, shown);
    const lines = this.#lines(result, shown);
    const matches = lines.filter(({ type }) => type === "match").length;
    if (faults.length === 0) return [...lines, ...this.#count(shown, matches)];
    this.#complete = false;
    if (matches > 0) return [...lines, ...faults, ...this.#count(shown, matches)];
    return [
      ...lines,
      ...faults,
      this.notScanned({ kind: "error", path, reason: notWholly(faults), complete: false }),
    ];
  }

  /** Takes from a result what may be used again: nothing of a file that was not wholly evaluated. Counts nothing. */
  reusable(result: ScannedFile): SeenResult | undefined {
    if (result.lost || result.notEvaluated) return undefined;
    // With more time there may be one.
    if (result.hits?.some(({ explanation }) => explanation?.unavailable)) return undefined;
    const events = this.#lines(result, { path: "" }).map(withoutPath);
    return { events, ...(result.sha256 && { sha256: result.sha256 }) };
  }

  /** Counts an evaluated file. Returns the line of a clean one, if those are listed. */
  #count(shown: ShownPath, matches: number): readonly ScanEvent[] {
    if (matches > 0) {
      this.#matched++;
      this.#matches += matches;
      return [];
    }
    this.#clean++;
    return this.listClean ? [{ type: "clean", ...shown }] : [];
  }

  #lines(
    { log = [], hits = [], lost = [], identity, sha256 }: ScannedFile,
    shown: ShownPath,
  ): (LogEvent | MatchEvent)[] {
    const { rules, engine } = this.ruleSet;
    const unsure = this.#affected(lost.filter(({ leftOut }) => leftOut));
    const file = { shown, size: identity.size, sha256: sha256 ?? "", engine: engine.name };
    return [
      ...log.map((message): LogEvent => ({ type: "log", ...shown, message })),
      ...hits
        .filter(({ rule }) => !unsure.has(rule))
        .map(({ rule, strings, explanation }) => ({
          ...matchEvent(file, rules.get(rule), strings),
          ...(explanation && { explanation }),
        })),
    ];
  }

  /** Rules whose verdict says nothing when these were left out: their dependants; for a global one all, whatever their namespaces. */
  #affected(lost: readonly LostRule[]): ReadonlySet<number> {
    const { rules } = this.ruleSet;
    const affected = new Set<number>();
    for (const { rule } of lost) {
      for (const each of rules.dependants(rule)) affected.add(each);
      if (!rules.get(rule).isGlobal) continue;
      for (let each = 0; each < rules.count; each++) if (each !== rule) affected.add(each);
    }
    return affected;
  }

  #faults({ lost = [], notEvaluated = [] }: ScannedFile, shown: ShownPath): QuarantineEvent[] {
    const { rules } = this.ruleSet;
    const reasons = new Map<number, string>();
    for (const { rule, reason } of lost) if (!reasons.has(rule)) reasons.set(rule, reason);
    for (const each of lost) {
      const { name } = rules.get(each.rule);
      for (const rule of this.#affected([each])) {
        if (!reasons.has(rule))
          reasons.set(rule, `rests on ${name}, on which the engine gave up in this file`);
      }
    }
    const events = [...reasons].map(([rule, reason]): QuarantineEvent => {
      const { name, file, line } = rules.get(rule);
      return { type: "quarantine", ...shown, rule: name, file, line, reason };
    });
    for (const fact of notEvaluated) {
      events.push({
        type: "quarantine",
        ...shown,
        rule: null,
        file: "",
        line: null,
        reason: `not evaluated: ${fact}`,
      });
    }
    return events;
  }
}

/** Lists so many faults in a reason; the lines before it have all. */
const LISTED = 3;

function notWholly(faults: readonly QuarantineEvent[]): string {
  const named = faults
    .slice(0, LISTED)
    .map(({ rule, reason }) => (rule === null ? reason : `${rule}: ${reason}`));
  const more = faults.length - named.length;
  return `not wholly evaluated: ${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

function withoutPath(event: LogEvent | MatchEvent): SeenEvent {
  const { path: _, path_bytes: __, ...rest } = event;
  return rest;
}
