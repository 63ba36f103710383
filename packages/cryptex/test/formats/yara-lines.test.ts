/** The lines of the program `yara`, compared with it byte for byte where it is installed. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stdoutOf } from "../../../../test/support/run-process.ts";
import type { RuleInfo } from "../../src/rules/rule-info.ts";
import type { MatchEvent } from "../../src/scan-runner/events.ts";
import type { YaraOptions } from "../../src/scan-runner/formats/format.ts";
import { matchEvent } from "../../src/scan-runner/formats/match-event.ts";
import { CALM_EVENTS, hostileMatch, matchedFile, plainMatch, shownMatches } from "./hostile-events.ts";
import { written } from "./written.ts";

const YARA = Bun.which("yara");

const SOURCE = String.raw`
rule first : t1 t2 {
  meta:
    n = 5
    minus = -7
    yes = true
    no = false
    text = "q\"'\\ \n\t\x01\xffz\x7f"
    twice = "a"
    twice = "b"
  strings:
    $z = "abc"
    $h = { 00 ?? 41 }
    $a = /a.c\\/
    $w = "hi" wide
  condition: any of them
}
rule bare { condition: true }
rule long {
  strings:
    $x = /x{200}/
    $hh = { 78 [62] 79 }
    $h64 = { 79 [62] 79 }
  condition: any of them
}
`;

/** Matches of $x overlap: YARA reports each offset. */
const DATA = Buffer.concat([
  Buffer.from("\x00\x01A..abcabc\\ \x1bh\x00i\x00\xffabc\\", "latin1"),
  Buffer.from(`${"x".repeat(201)}y${"y".repeat(80)}`),
]);

const plain = {
  namespace: "default",
  isPrivate: false,
  isGlobal: false,
  tags: [],
  meta: [],
  file: "r.yar",
  line: 1,
};
const named = (id: string, isHex = false) => ({ id, isPrivate: false, isHex });

const RULES: readonly RuleInfo[] = [
  {
    ...plain,
    name: "first",
    tags: ["t1", "t2"],
    meta: [
      { key: "n", value: 5 },
      { key: "minus", value: -7n },
      { key: "yes", value: true },
      { key: "no", value: false },
      { key: "text", value: "q\"'\\ \n\t\x01\xffz\x7f" },
      { key: "twice", value: "a" },
      { key: "twice", value: "b" },
    ],
    strings: [named("$z"), named("$h", true), named("$a"), named("$w")],
  },
  { ...plain, name: "bare", strings: [] },
  { ...plain, name: "long", strings: [named("$x"), named("$hh", true), named("$h64", true)] },
];

/** Finds what a string matches by another way than YARA's. */
function find(source: string): [offset: number, length: number][] {
  const text = DATA.toString("latin1");
  const pattern = new RegExp(source, "y");
  return Array.from(text, (_, offset): [number, number] => {
    pattern.lastIndex = offset;
    return [offset, pattern.exec(text)?.[0]?.length ?? -1];
  }).filter(([, length]) => length >= 0);
}

/** Each string as a pattern of JavaScript. */
const PATTERNS: readonly (readonly string[])[] = [
  ["abc", "\x00[\\s\\S]A", "a.c\\\\", "h\x00i\x00"],
  [],
  ["x{200}", "x[\\s\\S]{62}y", "y[\\s\\S]{62}y"],
];

function events(path: string): MatchEvent[] {
  return RULES.map((rule, i) => {
    const strings = PATTERNS[i]!.map((source, string) => shownMatches(DATA, string, find(source)));
    return matchEvent(matchedFile({ path }, DATA), rule, strings);
  });
}

const ruleOf = (namespace: string, name: string) =>
  RULES.find((rule) => rule.namespace === namespace && rule.name === name);

describe(`beside yara${YARA ? "" : " (skipped: the program yara is not installed)"}`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cryptex-yara-"));
    writeFileSync(join(folder, "r.yar"), SOURCE);
    writeFileSync(join(folder, "a b.bin"), DATA);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const cases: readonly (readonly [string, YaraOptions])[] = [
    ["", {}],
    ["-s", { strings: true }],
    ["-L", { length: true }],
    ["-m", { meta: true }],
    ["-g", { tags: true }],
    ["-e", { namespace: true }],
    ["-s -m -g -e -L", { strings: true, meta: true, tags: true, namespace: true, length: true }],
  ];
  for (const [flags, options] of cases) {
    test.skipIf(YARA === null)(`yara ${flags}`, async () => {
      const theirs = await stdoutOf(["yara", "-w", ...flags.split(" ").filter(Boolean), "r.yar", "a b.bin"], {
        cwd: folder,
      });
      const { out, err } = written("yara", [CALM_EVENTS[0]!, ...events("a b.bin"), CALM_EVENTS[1]!], {
        yara: { ...options, ruleOf },
      });
      expect(out).toBe(theirs);
      expect(err).toBe("");
    });
  }
});

describe("lines of yara", () => {
  test("without the rules, strings are sorted by id and printed as text", () => {
    const { out } = written("yara", [hostileMatch({ path: "p" })], { yara: { strings: true } });
    expect(out.split("\n").slice(0, 3)).toEqual([
      "hostile p",
      "0x13:$bad: A\\xFF\\xFE\\x80\\xC3B",
      "0x0:$esc: \\x1B]0;owned!\\x07\\x1B",
    ]);
  });

  test("line ends in a path are escaped as 4.5 does, whatever else is unseen as everywhere", () => {
    expect(written("yara", [plainMatch({ path: "a\n\r\x1b" })]).out).toBe("plain a\\n\\r\\x1B\n");
  });

  test("matches that are left out are counted on stderr, where strings are asked for", () => {
    const complete = [CALM_EVENTS[0]!, plainMatch({ path: "p" }), CALM_EVENTS[1]!];
    expect(written("yara", complete).err).toBe("");
    expect(written("yara", complete, { yara: { strings: true } }).err).toBe(
      'warning: rule "plain" in p: 2 of 5000 matches of $a are shown\n',
    );
  });
});
