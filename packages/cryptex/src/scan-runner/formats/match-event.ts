/** From what an engine found in a buffer to a line of the result. */
import type { StringMatches } from "../../engine/engine.ts";
import type { RuleInfo } from "../../rules/rule-info.ts";
import type { MatchEvent, MatchedString, ShownPath } from "../events.ts";
import { escapeData, MAX_DATA_BYTES, metaEntry } from "./escape.ts";

export interface ScannedFile {
  readonly shown: ShownPath;
  /** The very bytes that were scanned; may be the engine's own memory: nothing keeps them. */
  readonly bytes: Uint8Array;
  /** Of `bytes`, hex. */
  readonly sha256: string;
  /** As results name it. */
  readonly engine: string;
}

/** @param strings matches of the rule's strings, as the engine reports them, at most as many as a result shall list */
export function matchEvent(file: ScannedFile, rule: RuleInfo, strings: readonly StringMatches[]): MatchEvent {
  const totals = totalsOfCut(rule, strings);
  return {
    type: "match",
    ...file.shown,
    sha256: file.sha256,
    size: file.bytes.length,
    rule: rule.name,
    namespace: rule.namespace,
    tags: rule.tags,
    meta: rule.meta.map(metaEntry),
    strings: matchedStrings(file.bytes, rule, strings),
    ...(totals && { strings_total: totals }),
    engine: file.engine,
  };
}

function matchedStrings(
  bytes: Uint8Array,
  rule: RuleInfo,
  strings: readonly StringMatches[],
): MatchedString[] {
  const all = strings.flatMap(({ string, matches }) => {
    const { id } = rule.strings[string]!;
    return matches.map(({ offset, length }) => {
      const data = escapeData(bytes.subarray(offset, offset + Math.min(length, MAX_DATA_BYTES)));
      return { id, offset, length, data };
    });
  });
  return all.sort((a, b) =>
    a.id === b.id ? a.offset - b.offset || a.length - b.length : a.id < b.id ? -1 : 1,
  );
}

/** Counts by id, since anonymous strings share theirs. Undefined where nothing is cut. */
function totalsOfCut(rule: RuleInfo, strings: readonly StringMatches[]): Record<string, number> | undefined {
  const counts = new Map<string, { listed: number; total: number }>();
  for (const { string, total, matches } of strings) {
    const { id } = rule.strings[string]!;
    const before = counts.get(id) ?? { listed: 0, total: 0 };
    counts.set(id, { listed: before.listed + matches.length, total: before.total + total });
  }
  const cut = [...counts]
    .filter(([, { listed, total }]) => listed < total)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return cut.length === 0 ? undefined : Object.fromEntries(cut.map(([id, { total }]) => [id, total]));
}
