/** Events of one scan in which everything that can be hostile is. */
import { createHash } from "node:crypto";
import type { RuleInfo } from "../../src/rules/rule-info.ts";
import type { MatchEvent, ScanEvent, ShownPath } from "../../src/scan-runner/events.ts";
import { escapeData } from "../../src/scan-runner/formats/escape.ts";
import {
  type MatchedFile,
  matchEvent,
  type ShownMatches,
} from "../../src/scan-runner/formats/match-event.ts";

const ENGINE = "libyara 4.5.5";

/** Bytes of an escape sequence, a NUL, broken UTF-8 and U+2028 and U+2029. */
export const HOSTILE_BYTES = Uint8Array.from(
  Buffer.from(
    "1b5d303b6f776e656421071b" + "4e00554c000100" + "41fffe80c342" + "78e280a879e280a97a" + "5c3d275c",
    "hex",
  ),
);

export const HOSTILE_RULE: RuleInfo = {
  name: "hostile",
  namespace: "default",
  isPrivate: false,
  isGlobal: false,
  tags: ["apt", "PE"],
  meta: [
    { key: "note", value: 'line1\nline2\t"q" \\' },
    { key: "author", value: "Ren\xc3\xa9" },
    { key: "latin", value: "Ren\xe9 \x00\x1b[2J" },
    { key: "severity", value: "High" },
    { key: "score", value: 75 },
    { key: "score", value: -(2n ** 63n) },
    { key: "final", value: true },
    { key: "description", value: "See [this](http://example.com/{0}) <b>now</b>" },
  ],
  strings: [
    { id: "$nul", isPrivate: false },
    { id: "$esc", isPrivate: false, isHex: true },
    { id: "$bad", isPrivate: false, isHex: true },
    { id: "$sep", isPrivate: false },
    { id: "$quote", isPrivate: false },
  ],
  file: "rules/h.yar",
  line: 1,
};

export const PLAIN_RULE: RuleInfo = {
  name: "plain",
  namespace: "sub/=other.yar",
  isPrivate: false,
  isGlobal: true,
  tags: [],
  meta: [],
  strings: [{ id: "$a", isPrivate: false }],
  file: "sub/=other.yar",
  line: 7,
};

export function matchedFile(shown: ShownPath, bytes: Uint8Array): MatchedFile {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { shown, size: bytes.length, sha256, engine: ENGINE };
}

/** Matches of a string, as a scan hands them on. @param places offsets and lengths */
export function shownMatches(
  bytes: Uint8Array,
  string: number,
  places: readonly (readonly [offset: number, length: number])[],
  total = places.length,
): ShownMatches {
  const matches = places.map(([offset, length]) => {
    return [offset, length, escapeData(bytes.subarray(offset, offset + length))] as const;
  });
  return { string, total, matches };
}

export function hostileMatch(shown: ShownPath): MatchEvent {
  const places = [
    [12, 7],
    [0, 12],
    [19, 6],
    [25, 9],
    [34, 4],
  ] as const;
  return matchEvent(
    matchedFile(shown, HOSTILE_BYTES),
    HOSTILE_RULE,
    places.map((place, string) => shownMatches(HOSTILE_BYTES, string, [place])),
  );
}

const LONG = new Uint8Array(600).fill(0x41);

/** A match that is longer than what is shown of it, and one of five thousand. */
export function plainMatch(shown: ShownPath): MatchEvent {
  const places = [
    [0, 600],
    [10, 3],
  ] as const;
  return matchEvent(matchedFile(shown, LONG), PLAIN_RULE, [shownMatches(LONG, 0, places, 5000)]);
}

const NEWLINE_NAME: ShownPath = { path: 'data/new\nline\x1b[31m"quoted", \u202egnp.exe' };
const BROKEN_NAME: ShownPath = {
  path: "data/caf\uFFFD.bin",
  path_bytes: Buffer.from("data/caf\xe9.bin", "latin1").toString("base64"),
};

export const HOSTILE_EVENTS: readonly ScanEvent[] = [
  {
    type: "start",
    schema: 1,
    ruleset: { digest: `sha256:${"ab".repeat(32)}`, alias: "own <rules>" },
    rules: 3021,
    engines: [{ name: "libyara", version: "4.5.5", digest: "cd".repeat(32) }],
  },
  {
    type: "quarantine",
    rule: "sandboxed",
    file: "rules/c.yar",
    line: 12,
    reason: "needs module cuckoo\x1b]0;x\x07",
  },
  {
    type: "quarantine",
    rule: null,
    file: "rules/<img src=x>.yar",
    line: null,
    reason: "cannot be read: EACCES",
  },
  {
    type: "quarantine",
    rule: "twice",
    file: "b/t.yar",
    line: 3,
    reason: "the same text is in a/t.yar:3",
    harmless: true,
  },
  plainMatch({ path: "=cmd|'/c calc'!A1" }),
  hostileMatch(NEWLINE_NAME),
  plainMatch(NEWLINE_NAME),
  hostileMatch(BROKEN_NAME),
  plainMatch({ path: "data/a.zip!/b/<script>alert(1)</script>.HTML" }),
  {
    type: "note",
    path: "data/a.zip!/../\x1b[2J\0\u202e",
    reason: 'its local header names it "=1+1\u2028", and not {0}',
  },
  { type: "log", path: "data/a.bin", message: '{"type":"match"}\n\u2028size 2\x1b[2J' },
  {
    type: "quarantine",
    path: "data/big.bin",
    rule: "many",
    file: "rules/m.yar",
    line: 2,
    reason: "more matches of $a than are counted",
  },
  { type: "error", path: "data/secret\r\n.bin", reason: "cannot be read: EACCES: permission denied" },
  { type: "error", ...BROKEN_NAME, reason: "changed while it was read" },
  { type: "skip", path: "data/pipe", reason: "FIFO" },
  { type: "skip", path: "data/link1", reason: "symbolic link" },
  { type: "skip", path: "data/link2", reason: "symbolic link" },
  { type: "clean", path: "data/clean \u{e0041}.txt", sha256: "ef".repeat(32), size: 7 },
  {
    type: "end",
    complete: false,
    scanned: 4,
    clean: 1,
    matched: 3,
    matches: 5,
    skipped: 3,
    errors: 2,
    archives: { opened: 1, unopened: 2 },
    members: { scanned: 1, clean: 0, matched: 1, skipped: 0, errors: 0 },
  },
];

/** A scan in which all is well and nothing matches. */
export const CALM_EVENTS: readonly ScanEvent[] = [
  {
    type: "start",
    schema: 1,
    ruleset: { digest: `sha256:${"00".repeat(32)}` },
    rules: 1,
    engines: [{ name: "libyara", version: "4.5.5", digest: "cd".repeat(32) }],
  },
  { type: "end", complete: true, scanned: 2, clean: 2, matched: 0, matches: 0, skipped: 0, errors: 0 },
];
