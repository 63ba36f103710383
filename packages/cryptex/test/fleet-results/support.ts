/** Databases for results of a fleet, of both kinds, and answers to put into them. */
import { createHash } from "node:crypto";
import { PostgresServer, whyNoPostgres } from "../../../../test/support/postgres-server.ts";
import { temporaryFolder } from "../../../../test/support/temporary-folder.ts";
import type { HostAnswer } from "../../src/fleet-results/answer.ts";
import type {
  CleanEvent,
  EndEvent,
  MatchEvent,
  ScanEvent,
  StartEvent,
} from "../../src/scan-runner/events.ts";

export interface Place extends AsyncDisposable {
  readonly place: string;
}

async function sqlite(): Promise<Place> {
  const folder = temporaryFolder("results");
  const dispose = async () => folder[Symbol.dispose]();
  return { place: `sqlite:${folder.path}/results.db`, [Symbol.asyncDispose]: dispose };
}

export const PLACES: readonly (readonly [
  name: string,
  start: () => Promise<Place>,
  why: string | undefined,
])[] = [
  ["SQLite", sqlite, undefined],
  ["PostgreSQL", () => PostgresServer.start(), whyNoPostgres()],
];

export const RULES = `sha256:${"a".repeat(64)}`;
export const OTHER_RULES = `sha256:${"b".repeat(64)}`;

export function start(digest = RULES): StartEvent {
  return { type: "start", schema: 1, ruleset: { digest }, rules: 2, engines: [] };
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function match(path: string, rule = "r1", content = path): MatchEvent {
  return {
    type: "match",
    path,
    sha256: sha256(content),
    size: content.length,
    rule,
    namespace: "default",
    tags: [],
    meta: [],
    strings: [{ id: "$a", offset: 1, length: 2, data: "ab\\x00" }],
    engine: "yara-x",
  };
}

export function clean(path: string, content = path): CleanEvent {
  return { type: "clean", path, sha256: sha256(content), size: content.length };
}

export function end(more: Partial<EndEvent> = {}): EndEvent {
  return {
    type: "end",
    complete: true,
    scanned: 2,
    clean: 1,
    matched: 1,
    matches: 1,
    skipped: 0,
    errors: 0,
    ...more,
  };
}

export const LINES: readonly ScanEvent[] = [
  start(),
  match("/srv/a"),
  match("/srv/a", "r2"),
  clean("/srv/b"),
  { type: "error", path: "/srv/\uFFFD", path_bytes: "L3Nydi//", reason: "permission denied" },
  end({ errors: 1, complete: false }),
];

/** Makes an answer. @param more its facts */
export function answerOf(lines: readonly ScanEvent[] = LINES, more: Partial<HostAnswer> = {}): HostAnswer {
  return {
    job: "1".repeat(64),
    host: "web-1",
    queue: "trial-hunts",
    attempts: 1,
    sequence: 7,
    nodeMs: 1_900_000_000_500,
    serverMs: 1_900_000_000_000,
    async *lines() {
      // In pieces, as they come.
      for (let at = 0; at < lines.length; at += 2) yield lines.slice(at, at + 2);
    },
    ...more,
  };
}
