/** From what a thread answers to the lines of a result, with the counts that they add up to. */
import type { RuleSet } from "../rules/rule-set.ts";
import type {
  ArchiveCounts,
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
import type { PlacedLine } from "./placed-lines.ts";
import type {
  ArchiveResult,
  FileResult,
  LostRule,
  MemberResult,
  ScannedFile,
  ScannedUnit,
} from "./protocol.ts";
import type { SeenArchive, SeenEvent, SeenMemberEvent, SeenResult } from "./seen-files.ts";
import type { NotScanned } from "./walk.ts";

/** Form of the lines: `StartEvent.schema`. */
export const SCHEMA = 1;

/** Counts of files, or of members. */
interface Counts {
  clean: number;
  matched: number;
  skipped: number;
  errors: number;
}

/** All that the last line is made of, so far. Serialises to JSON. */
export interface ResultCounts {
  readonly complete: boolean;
  readonly matches: number;
  readonly files: Readonly<Counts>;
  readonly members: Readonly<Counts>;
  readonly archives: { readonly opened: number; readonly unopened: number };
}

const NOTHING_COUNTED: ResultCounts = {
  complete: true,
  matches: 0,
  files: { clean: 0, matched: 0, skipped: 0, errors: 0 },
  members: { clean: 0, matched: 0, skipped: 0, errors: 0 },
  archives: { opened: 0, unopened: 0 },
};

export class Results {
  #complete: boolean;
  #matches: number;
  readonly #files: Counts;
  readonly #members: Counts;
  readonly #archives: { opened: number; unopened: number };

  /** @param counts those of the part that is done already */
  constructor(
    private readonly ruleSet: RuleSet,
    private readonly listClean: boolean,
    counts: ResultCounts = NOTHING_COUNTED,
  ) {
    this.#complete = counts.complete;
    this.#matches = counts.matches;
    this.#files = { ...counts.files };
    this.#members = { ...counts.members };
    this.#archives = { ...counts.archives };
  }

  get matches(): number {
    return this.#matches;
  }

  counts(): ResultCounts {
    return {
      complete: this.#complete,
      matches: this.#matches,
      files: { ...this.#files },
      members: { ...this.#members },
      archives: { ...this.#archives },
    };
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
    const { clean, matched, skipped, errors } = this.#files;
    const members = this.#members;
    const archives: ArchiveCounts = { ...this.#archives };
    return {
      type: "end",
      complete: this.#complete,
      scanned: clean + matched,
      clean,
      matched,
      matches: this.#matches,
      skipped: skipped + members.skipped,
      errors: errors + members.errors,
      ...(archives.opened + archives.unopened > 0 && { archives }),
      ...(archives.opened > 0 && { members: { scanned: members.clean + members.matched, ...members } }),
    };
  }

  notScanned({ kind, path, reason, complete }: NotScanned, counts = this.#files): ScanEvent {
    if (!complete) this.#complete = false;
    if (kind === "skip") counts.skipped++;
    else counts.errors++;
    return { type: kind, ...shownPath(path), reason };
  }

  /** Counts a clean file that needs no line. */
  countClean(): void {
    this.#files.clean++;
  }

  /** Lines of a file whose result is known from an earlier scan. */
  known(path: string, size: number, { events, sha256 }: SeenResult): readonly ScanEvent[] {
    const shown = shownPath(path);
    const matches = events.filter(({ type }) => type === "match").length;
    const lines = events.map((event) => {
      const { type, ...rest } = event;
      return { type, ...shown, ...rest } as ScanEvent;
    });
    return [...lines, ...this.#count(shown, matches, { size, sha256 }, this.#files)];
  }

  /** Lines of an archive's members, as an earlier scan has kept them. */
  knownMembers(path: string, { opened, clean, members }: SeenArchive): readonly PlacedLine[] {
    this.#countArchive(opened);
    this.#members.clean += clean;
    return members.flatMap(({ name, events }) => {
      const matches = events.filter(({ type }) => type === "match").length;
      this.#matches += matches;
      if (matches > 0) this.#members.matched++;
      else if (events.some(({ type }) => type === "skip")) this.#members.skipped++;
      else if (events.some(({ type }) => type !== "note")) this.#members.clean++;
      const shown = shownPath(path + name);
      return events.map(({ type, ...rest }) => ({
        path: path + name,
        event: { type, ...shown, ...rest } as ScanEvent,
      }));
    });
  }

  /** Lines of an archive's members, in the order in which they were found. */
  members(path: string, { opened, clean, members }: ArchiveResult): readonly PlacedLine[] {
    this.#countArchive(opened);
    this.#members.clean += clean;
    return members.flatMap((member) => {
      const place = path + member.name;
      return this.#memberLines(place, member).map((event) => ({ path: place, event }));
    });
  }

  #memberLines(path: string, member: MemberResult): readonly ScanEvent[] {
    if (member.kind === "note") return [{ type: "note", ...shownPath(path), reason: member.reason }];
    if (member.kind === "scanned") return this.#unit(path, member, this.#members);
    return [this.notScanned({ ...member, path }, this.#members)];
  }

  #countArchive(opened: number): void {
    if (opened === 0) this.#archives.unopened++;
    else this.#archives.opened += opened;
  }

  /** Lines of a file that was to be scanned. @param result anything but "cancelled" and "unchanged" */
  judge(
    path: string,
    result: Extract<FileResult, { kind: "skip" | "error" | "scanned" }>,
  ): readonly ScanEvent[] {
    if (result.kind === "scanned") return this.#unit(path, result, this.#files);
    return [this.notScanned({ kind: result.kind, reason: result.reason, path, complete: false })];
  }

  #unit(path: string, unit: ScannedUnit, counts: Counts): readonly ScanEvent[] {
    const shown = shownPath(path);
    const faults = this.#faults(unit, shown);
    const lines = this.#lines(unit, shown);
    const matches = lines.filter(({ type }) => type === "match").length;
    if (faults.length === 0) return [...lines, ...this.#count(shown, matches, unit, counts)];
    this.#complete = false;
    if (matches > 0) return [...lines, ...faults, ...this.#count(shown, matches, unit, counts)];
    const error = { kind: "error", path, reason: notWholly(faults), complete: false } as const;
    return [...lines, ...faults, this.notScanned(error, counts)];
  }

  /** Takes from a result what may be used again: nothing of a file that was not wholly evaluated. Counts nothing. */
  reusable(result: ScannedFile): SeenResult | undefined {
    if (result.lost || result.notEvaluated) return undefined;
    // With more time there may be one.
    if (result.hits?.some(({ explanation }) => explanation?.unavailable)) return undefined;
    const { sha256, archive } = result;
    const seen = archive && this.#reusableArchive(archive);
    if (archive && !seen) return undefined;
    const events = this.#lines(result, { path: "" }).map(withoutPath);
    return { events, ...(sha256 && { sha256 }), ...(seen && { archive: seen }) };
  }

  #reusableArchive({ opened, clean, members }: ArchiveResult): SeenArchive | undefined {
    const isWhole = members.every(
      (member) =>
        member.kind === "note" ||
        (member.kind === "scanned" ? !member.lost && !member.notEvaluated : member.complete),
    );
    if (!isWhole) return undefined;
    const seen = members.map((member) => ({ name: member.name, events: this.#memberEvents(member) }));
    return { opened, clean, members: seen };
  }

  #memberEvents(member: MemberResult): readonly SeenMemberEvent[] {
    if (member.kind === "note") return [{ type: "note", reason: member.reason }];
    if (member.kind !== "scanned") return [{ type: "skip", reason: member.reason }];
    const events = this.#lines(member, { path: "" }).map(withoutPath);
    return events.some(({ type }) => type === "match") || !this.listClean
      ? events
      : [...events, { type: "clean", ...contentOf(member) }];
  }

  /** Counts an evaluated file. Returns the line of a clean one, if those are listed. */
  #count(
    shown: ShownPath,
    matches: number,
    unit: Pick<ScannedUnit, "size" | "sha256">,
    counts: Counts,
  ): readonly ScanEvent[] {
    if (matches > 0) {
      counts.matched++;
      this.#matches += matches;
      return [];
    }
    counts.clean++;
    return this.listClean ? [{ type: "clean", ...shown, ...contentOf(unit) }] : [];
  }

  #lines(
    { log = [], hits = [], lost = [], size, sha256 }: ScannedUnit,
    shown: ShownPath,
  ): (LogEvent | MatchEvent)[] {
    const { rules, engine } = this.ruleSet;
    const unsure = this.#affected(lost.filter(({ leftOut }) => leftOut));
    const file = { shown, size, sha256: sha256 ?? "", engine: engine.name };
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

  #faults({ lost = [], notEvaluated = [] }: ScannedUnit, shown: ShownPath): QuarantineEvent[] {
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

/** Whoever lists clean files has all digests. */
function contentOf({ sha256, size }: Pick<ScannedUnit, "size" | "sha256">) {
  return { sha256: sha256!, size };
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
