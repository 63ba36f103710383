/** Results of scans for tests, as lines and as bytes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { safeJson } from "#kit/format/visible.ts";
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import type { EndEvent, MatchEvent, ScanEvent, StartEvent } from "../../src/scan-runner/events.ts";
import { ResultCheck } from "../../src/telemetry-agent/result-check.ts";

export const START: StartEvent = {
  type: "start",
  schema: 1,
  ruleset: { digest: `sha256:${"ab".repeat(32)}` },
  rules: 3,
  engines: [{ name: "libyara", version: "4.5.5", digest: "cd".repeat(32) }],
};

export function matchOf(path: string, rule = "r", more: Partial<MatchEvent> = {}): MatchEvent {
  return {
    type: "match",
    path,
    sha256: "ef".repeat(32),
    size: 5,
    rule,
    namespace: "default",
    tags: [],
    meta: [],
    strings: [{ id: "$a", offset: 0, length: 1, data: "a" }],
    engine: "libyara",
    ...more,
  };
}

export const cleanOf = (path: string): ScanEvent => ({
  type: "clean",
  path,
  sha256: "01".repeat(32),
  size: 3,
});
export const errorOf = (path: string): ScanEvent => ({ type: "error", path, reason: "permission denied" });
export const skipOf = (path: string): ScanEvent => ({ type: "skip", path, reason: "FIFO" });

/** Puts lines between a start and an end that fits them. */
export function resultOf(lines: readonly ScanEvent[], end: Partial<EndEvent> = {}): ScanEvent[] {
  const count = (type: string) => lines.filter((line) => line.type === type).length;
  const check = new ResultCheck();
  for (const line of lines) check.count(line);
  const { matched, lost } = check.state;
  const clean = count("clean");
  const counts = { clean, matched, matches: count("match"), skipped: count("skip"), errors: count("error") };
  const complete = counts.errors === 0 && lost === 0;
  return [START, ...lines, { type: "end", complete, scanned: clean + matched, ...counts, ...end }];
}

/** As `scan --format ndjson` prints it. */
export function ndjson(events: readonly unknown[]): string {
  return events.map((event) => `${safeJson(event)}\n`).join("");
}

export async function* streamOf(
  content: string | Uint8Array,
  pieceBytes = 64 * 1024,
): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** A store in a folder of its own, with its journal. */
export class TestStore implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "cryptex-agent-"));
  readonly path = join(this.folder, "store.db");
  readonly store = openStore(this.path);
  readonly journal = storedJournal(this.store);

  at(name: string): string {
    return join(this.folder, name);
  }

  /** Lines of a scan's result, as they were printed. */
  linesOf(scan: string): string {
    const lines = this.journal.read({ scan, limit: 1_000_000 });
    return ndjson(lines.filter(({ type }) => type !== "scan").map(({ type, data }) => ({ type, ...data })));
  }

  [Symbol.dispose](): void {
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
