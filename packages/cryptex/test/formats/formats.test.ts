/** Properties that all formats share, and the exact output of each for one hostile scan. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { expectGolden } from "../../../../test/support/golden.ts";
import schema from "../../docs/scan-output.schema.json";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { FORMATS, type FormatName } from "../../src/scan-runner/formats/formats.ts";
import { outcomeOf } from "../../src/scan-runner/formats/outcome.ts";
import { CALM_EVENTS, HOSTILE_EVENTS, hostileMatch } from "./hostile-events.ts";
import { NAMES, written } from "./written.ts";

const GOLDEN = join(import.meta.dirname, "..", "golden");
const FULL = { strings: true, length: true, meta: true, tags: true, namespace: true };

describe("exact output", () => {
  for (const name of NAMES) {
    test(name, () => {
      const { out, err } = written(name, HOSTILE_EVENTS, { yara: FULL });
      expectGolden(`scan.${name}`, out, GOLDEN);
      if (name === "text" || name === "yara") expectGolden(`scan.${name}.stderr`, err, GOLDEN);
      else expect(err).toBe("");
    });
  }

  test("text on a terminal of 80 columns, in colour", () => {
    const screen = { outIsTerminal: true, columns: 80, color: true };
    const { out } = written("text", HOSTILE_EVENTS, { screen });
    expectGolden("scan.terminal", out.replaceAll("\x1b", "ESC"), GOLDEN);
  });
});

/** Signs of the format itself. */
const LINE_ENDS: Readonly<Record<FormatName, RegExp>> = {
  text: /\n/g,
  ndjson: /\n/g,
  json: /\n/g,
  sarif: /\n/g,
  csv: /\r\n/g,
  html: /\n/g,
  yara: /\n/g,
};

const hostileText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."\x1b\n\r\x07\x9b\u202e\u2028<\"'&,=\\") }),
);
const path = hostileText.map((text) => ({ path: text }));
const brokenPath = fc.uint8Array({ minLength: 1 }).map((bytes) => ({
  path: Buffer.from(bytes).toString("utf8"),
  path_bytes: Buffer.from(bytes).toString("base64"),
}));
const shown = fc.oneof(path, brokenPath);
const event: fc.Arbitrary<ScanEvent> = fc.oneof(
  shown.map((where) => hostileMatch(where)),
  fc
    .tuple(shown, hostileText, fc.constantFrom("skip" as const, "error" as const))
    .map(([where, reason, type]) => ({ type, ...where, reason })),
  fc.tuple(shown, hostileText).map(([where, message]) => ({ type: "log" as const, ...where, message })),
  fc
    .tuple(hostileText, hostileText, hostileText)
    .map(([rule, file, reason]) => ({ type: "quarantine" as const, rule, file, line: 1, reason })),
  shown.map((where) => ({ type: "clean" as const, ...where, sha256: "ab".repeat(32), size: 3 })),
);

describe("hostile text", () => {
  for (const name of NAMES) {
    test(`${name} holds nothing that a terminal obeys or nobody sees`, () => {
      fc.assert(
        fc.property(fc.array(event, { maxLength: 5 }), (events) => {
          const { out, err } = written(name, [HOSTILE_EVENTS[0]!, ...events, HOSTILE_EVENTS.at(-1)!], {
            yara: FULL,
          });
          expect(out.replace(LINE_ENDS[name], "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
          expect(err.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        }),
        { numRuns: 50 },
      );
    });
  }
});

describe("nothing is silent", () => {
  const words = {
    skip: "special file 7781",
    error: "no access 7782",
    log: "said 7783",
    quarantine: "no module 7784",
    clean: "clean7785",
  };
  const events: ScanEvent[] = [
    { type: "skip", path: "a", reason: words.skip },
    { type: "error", path: "b", reason: words.error },
    { type: "log", path: "c", message: words.log },
    { type: "quarantine", rule: "r", file: "f", line: 1, reason: words.quarantine },
    { type: "clean", path: words.clean, sha256: "ab".repeat(32), size: 3 },
  ];
  for (const name of NAMES) {
    test(`${name} tells of each kind of event, on one of the streams`, () => {
      const { out, err } = written(name, [CALM_EVENTS[0]!, ...events, HOSTILE_EVENTS.at(-1)!]);
      for (const word of Object.values(words)) expect(out + err).toContain(word);
    });

    test(`${name} says where the end is missing`, () => {
      const whole = written(name, CALM_EVENTS);
      const cut = written(name, CALM_EVENTS.slice(0, 1));
      expect(cut.out + cut.err).not.toBe(whole.out + whole.err);
    });

    test(`${name} is well formed without any event`, () => {
      const { out } = written(name, []);
      if (name === "json" || name === "sarif") JSON.parse(out);
      else expect(out === "" || out.endsWith("\n")).toBe(true);
    });
  }
});

describe("ndjson and json", () => {
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

  test("each line is an object that the schema in docs/ describes, and the event itself", () => {
    const lines = written("ndjson", HOSTILE_EVENTS).out.split("\n").slice(0, -1);
    expect(lines).toHaveLength(HOSTILE_EVENTS.length);
    for (const [i, line] of lines.entries()) {
      expect(JSON.parse(line)).toEqual(HOSTILE_EVENTS[i]);
      expect(validate(JSON.parse(line)), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  test("any event is one line", () => {
    fc.assert(
      fc.property(event, (one) => {
        const { out } = written("ndjson", [one]);
        expect(out.split("\n")).toHaveLength(2);
        expect(validate(JSON.parse(out)), JSON.stringify(validate.errors)).toBe(true);
      }),
    );
  });

  test("the schema refuses what is no line", () => {
    const match = hostileMatch({ path: "p" });
    const string = match.strings[0]!;
    for (const wrong of [
      {},
      { type: "start" },
      { ...match, extra: 1 },
      { ...match, sha256: "AB" },
      { ...match, strings: [{ ...string, data: "\\x0" }] },
      { ...match, meta: [{ key: "k", value: 1, value_bytes: "" }] },
      { type: "quarantine", rule: null, file: "f", line: 0, reason: "" },
      { type: "quarantine", rule: null, file: "f", line: 1, reason: "", path_bytes: "YQ==" },
    ]) {
      expect(validate(wrong)).toBe(false);
    }
  });

  test("the object holds the lines of NDJSON, each in its list", () => {
    const { start, end, ...lists } = JSON.parse(written("json", HOSTILE_EVENTS).out);
    expect(Object.keys(lists)).toEqual([
      "matches",
      "skips",
      "errors",
      "quarantine",
      "logs",
      "notes",
      "clean",
    ]);
    const entries = [start, ...Object.values(lists).flat(), end];
    expect(new Set(entries.map((entry) => JSON.stringify(entry)))).toEqual(
      new Set(HOSTILE_EVENTS.map((entry) => JSON.stringify(entry))),
    );
    expect(entries).toHaveLength(HOSTILE_EVENTS.length);
  });

  test("without events the object has no start and no end", () => {
    expect(JSON.parse(written("json", []).out)).toMatchObject({ start: null, matches: [], end: null });
  });
});

describe("outcome", () => {
  const [start, end] = CALM_EVENTS as [
    Parameters<typeof outcomeOf>[0]["start"],
    Parameters<typeof outcomeOf>[0]["end"],
  ];

  test("a match that was to fail the scan goes before incompleteness", () => {
    const found = { ...end!, complete: false, matches: 1 };
    expect(outcomeOf({ start, end: found }, true)).toBe("findings");
    expect(outcomeOf({ start, end: found }, false)).toBe("incomplete");
    expect(outcomeOf({ start, end }, true)).toBe("ok");
  });

  test("a scan without end, or without rules, is never ok", () => {
    expect(outcomeOf({ start, end: undefined }, true)).toBe("failure");
    expect(outcomeOf({ start: { ...start!, rules: 0 }, end }, false)).toBe("failure");
    expect(outcomeOf({ start: { ...start!, rules: 0 }, end: { ...end!, complete: false } }, false)).toBe(
      "incomplete",
    );
    expect(outcomeOf({ start: undefined, end }, false)).toBe("failure");
  });
});

test("text names a file that is too large, and counts what is no file", () => {
  const writer = FORMATS.text.open({ version: "1", screen: NO_SCREEN, yara: {} });
  const skip = (path: string, reason: string) => writer.event({ type: "skip", path, reason }).out;
  expect(skip("big", "size of 9 bytes is over the limit of 8")).toBe(
    "not evaluated: big: size of 9 bytes is over the limit of 8\n",
  );
  expect(skip("link", "symbolic link")).toBeUndefined();
});
