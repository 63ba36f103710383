/** Writing a declaration into gap.toml keeps the rest as it is, whatever that is. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { InputError } from "#kit/errors.ts";
import { parseGapToml } from "../../src/gap/gap-toml.ts";
import { type MapKeys, withMapping } from "../../src/gap/gap-toml-edit.ts";

const KEYS: MapKeys = { from: "a.c", to: "b.rs", symbols: ["f"], tests: ["t.rs"], sha256: "0".repeat(64) };
const WRITTEN = `[[map]]
from = "a.c"
to = "b.rs"
symbols = ["f"]
tests = ["t.rs"]
sha256 = "${"0".repeat(64)}"
`;

describe("a new declaration", () => {
  test("stands at the end, after an empty line", () => {
    expect(withMapping("", KEYS)).toBe(WRITTEN);
    expect(withMapping("# ours\nname = 'x'", KEYS)).toBe(`# ours\nname = 'x'\n\n${WRITTEN}`);
    expect(withMapping("[scan]\r\nkeep = []\r\n", KEYS)).toBe(
      `[scan]\r\nkeep = []\r\n\r\n${WRITTEN.replaceAll("\n", "\r\n")}`,
    );
  });

  test("is not made of one about another port, or another component", () => {
    const other = WRITTEN.replace("b.rs", "c.rs");
    expect(withMapping(other, KEYS)).toBe(`${other}\n${WRITTEN}`);
  });

  test("comes back as it was given, whatever the texts hold", () => {
    const text = fc
      .string({ unit: "binary", minLength: 1 })
      .filter((each) => !each.includes("\0") && each.isWellFormed());
    fc.assert(
      fc.property(
        text,
        text,
        fc.uniqueArray(text),
        fc.uniqueArray(text),
        (responsible, linked, symbols, tests) => {
          const keys = { from: "a.c", to: "b.rs", symbols, tests, responsible, linked };
          const [map] = parseGapToml(withMapping("", keys), "gap.toml").maps;
          expect(map).toEqual({ ...keys });
          // And once more, into what is there by now.
          expect(withMapping(withMapping("", keys), keys)).toBe(withMapping("", keys));
        },
      ),
    );
  });
});

describe("what is declared already", () => {
  /** Written as people write: with comments, in several lines, between other tables. */
  const TEXT = `# Ours.
name = "x" # the name

[[map]] # first
to = 'b.rs'   # there
from = "a.c"
tests = [
  "old.rs", # ] not the end
  'it''s.rs' ,
]   # behind
symbols = ["f"]

# Between.
[[map]]
from = "other.c"
to = "b.rs"
missing = """
[[map]]
from = "a.c"
"""

[expect]
done = []`.replace("'it''s.rs'", "'its.rs'");

  test("is replaced value by value; comments, order and blanks stay", () => {
    const after = withMapping(TEXT, { ...KEYS, sha256: undefined, symbols: ["f", "g"], linked: "L" });
    expect(after).toBe(
      TEXT.replace(/\[\n {2}"old.rs"[\s\S]*?\n\]/, '["t.rs"]').replace(
        'symbols = ["f"]\n',
        'symbols = ["f", "g"]\nlinked = "L"\n',
      ),
    );
  });

  test("stays as it is where nothing is given, or the same", () => {
    expect(withMapping(TEXT, { from: "a.c", to: "b.rs" })).toBe(TEXT);
    expect(withMapping(TEXT, { from: "a.c", to: "b.rs", symbols: ["f"] })).toBe(TEXT);
  });

  test("at the end of a file without a line break", () => {
    const text = '[[map]]\nfrom = "a.c"\nto = "b.rs"';
    expect(withMapping(text, { from: "a.c", to: "b.rs", linked: "L" })).toBe(`${text}\nlinked = "L"\n`);
  });

  test("with tables below it, which stay its own", () => {
    const text = '[[map]]\nfrom = "a.c"\nto = "b.rs"\n\n[expect]\ndone = ["a.c"]\n';
    expect(withMapping(text, { from: "a.c", to: "b.rs", tests: ["t.rs"] })).toBe(
      '[[map]]\nfrom = "a.c"\nto = "b.rs"\ntests = ["t.rs"]\n\n[expect]\ndone = ["a.c"]\n',
    );
  });
});

test("what cannot be edited so is refused, with what to write by hand", () => {
  for (const text of [
    'map = [{from = "a.c", to = "c.rs"}]\n',
    'map = [{from = "a.c", to = "b.rs", tests = []}]\n',
    '[[map]]\n"from" = "a.c"\nto = "b.rs"\n"tests" = []\n',
    '[["map"]]\nfrom = "a.c"\nto = "b.rs"\ntests = []\n',
  ]) {
    let error: unknown;
    try {
      withMapping(text, KEYS);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).hints[0]).toStartWith(
      'write it there by hand: from = "a.c"; to = "b.rs"; symbols = ["f"]',
    );
  }
  expect(() => withMapping("a =", KEYS)).toThrow("gap.toml: no TOML");
});

test("any file keeps all that it says: what was meant is there, and nothing else has changed", () => {
  const line = fc.constantFrom(
    "# from = 'x'",
    "",
    "   ",
    "[[map]]",
    "from = 'a.c'",
    'to = "b.rs" # x',
    "tests = ['t.rs',",
    "]",
    "symbols = ['f']",
    'missing = """',
    '"""',
    "[expect]",
    "done = ['[[map]]']",
    "responsible = '''x'''",
    "[scan]",
    "\tlinked='L'",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n"), (lines, lineBreak) => {
      const text = lines.join(lineBreak);
      let before: Record<string, unknown>;
      let after: Record<string, unknown>;
      try {
        before = Bun.TOML.parse(text) as Record<string, unknown>;
        after = Bun.TOML.parse(withMapping(text, KEYS)) as Record<string, unknown>;
      } catch {
        return; // no TOML, or refused
      }
      const maps = (before["map"] ?? []) as Record<string, unknown>[];
      const at = maps.findIndex(({ from, to }) => from === "a.c" && to === "b.rs");
      const wanted = at < 0 ? [...maps, { ...KEYS }] : maps.with(at, { ...maps[at], ...KEYS });
      expect(after).toEqual({ ...before, map: wanted });
    }),
    { numRuns: 2_000 },
  );
});
