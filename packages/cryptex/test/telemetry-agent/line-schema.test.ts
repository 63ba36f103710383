import { describe, expect, test } from "bun:test";
import Ajv2020 from "ajv/dist/2020";
import fc from "fast-check";
import schema from "../../docs/scan-output.schema.json";
import { faultOfLine } from "../../src/telemetry-agent/line-schema.ts";
import { HOSTILE_EVENTS } from "../formats/hostile-events.ts";
import { cleanOf, matchOf, START } from "./support.ts";

const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

const EXPLAINED = matchOf("a", "r", {
  explanation: {
    rule: "r",
    namespace: "default",
    file: "f",
    line: 1,
    verdict: "match",
    condition: {
      id: 1,
      kind: "and",
      text: "a and b",
      state: "true",
      children: [{ id: 2, kind: "string", text: "$a", state: "true", found: { total: 1, offsets: [0] } }],
    },
    strings: [{ id: "$a", total: 1, matches: [{ offset: 0, length: 1, data: "a" }] }],
  } as never,
});
const LINES: readonly unknown[] = [
  ...HOSTILE_EVENTS,
  START,
  cleanOf("a"),
  { type: "clean", path: "a" },
  EXPLAINED,
  { type: "watch", event: "gone", path: "a", message: "m" },
  { type: "quarantine", path: "a", path_bytes: "YQ==", rule: null, file: "f", line: null, reason: "r" },
];

/** Values that take the place of parts of lines. */
const OTHERS: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  "",
  "text",
  "$a",
  "ab".repeat(32),
  [],
  {},
  ["a"],
  { key: 1 },
  { type: "match" },
  JSON.parse('{"__proto__": 1}'),
];

type Holder = Record<string | number, unknown>;

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown, at: readonly (string | number)[] = []): (string | number)[][] {
  const inside =
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, each]) => placesIn(each, [...at, key]))
      : [];
  return [[...at], ...inside];
}

function changed(
  line: unknown,
  place: readonly (string | number)[],
  change: (holder: Holder, key: string | number) => void,
): unknown {
  if (place.length === 0) return line;
  const copy = structuredClone(line);
  let holder = copy as Holder;
  for (const key of place.slice(0, -1)) holder = holder[key] as Holder;
  change(holder, place.at(-1)!);
  return copy;
}

describe("lines are held against the schema", () => {
  test("each line that a scan prints is right", () => {
    for (const line of LINES) expect(faultOfLine(line), JSON.stringify(line).slice(0, 80)).toBeUndefined();
  });

  test("with any part replaced, left out or added, the verdict is that of another validator", () => {
    const places = LINES.flatMap((line) => placesIn(line).map((place) => ({ line, place })));
    let refused = 0;
    const verdict = (line: unknown) => {
      const fault = faultOfLine(line);
      expect(fault === undefined, `${JSON.stringify(line)?.slice(0, 300)}: ${fault}`).toBe(validate(line));
      if (fault !== undefined) refused++;
    };
    const random = fc.record({
      at: fc.constantFrom(...places),
      other: fc.constantFrom(...OTHERS),
      name: fc.constantFrom("more", "$a", "path", "sha256", "__proto__"),
    });
    fc.assert(
      fc.property(random, ({ at: { line, place }, other, name }) => {
        verdict(changed(line, place, (holder, key) => (holder[key] = other)));
        verdict(
          changed(line, place, (holder, key) =>
            Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key],
          ),
        );
        verdict(
          changed(
            line,
            [...place, name],
            (holder, key) =>
              typeof holder === "object" &&
              holder !== null &&
              Object.defineProperty(holder, key, {
                value: other,
                enumerable: true,
                configurable: true,
                writable: true,
              }),
          ),
        );
      }),
      { numRuns: 3_000 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  test("any JSON is refused, or right for the other validator, too", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => expect(faultOfLine(value) === undefined).toBe(validate(value))),
    );
  });

  test("a fault is named by its place, and hostile text stands as JSON", () => {
    const faults = [
      [{ ...matchOf("a"), size: "5" }, "match.size: it is no integer"],
      [
        matchOf("a", "r", { strings: [{ id: "$a", offset: -1, length: 1, data: "" }] }),
        "match.strings[0].offset: it is less than 0",
      ],
      [{ type: "\x1b[2J" }, 'the type "\\u001b[2J" is not known'],
      [{ ...cleanOf("a"), "\x1b]0;": 1 }, 'clean: "\\u001b]0;" is not known'],
      [{ type: "clean", path: "a", size: 1 }, 'clean: "size" without "sha256"'],
      [{ type: "error", path: "a" }, 'error: "reason" is missing'],
      [{ ...cleanOf("a"), size: 2 ** 53 }, "clean.size: it is no integer"],
      [[], "it is no object"],
      [{ type: ["match"] }, 'it has no "type"'],
    ] as const;
    for (const [line, fault] of faults) expect(faultOfLine(line)).toBe(fault);
  });

  test("a line of any depth is judged", () => {
    const text = `${'{"id":1,"kind":"k","text":"t","state":"true","children":['.repeat(5_000)}${"]}".repeat(5_000)}`;
    const line = { ...EXPLAINED, explanation: { ...EXPLAINED.explanation, condition: JSON.parse(text) } };
    expect(faultOfLine(line)).toEndWith("more than 200 levels");
  });
});
