import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { fromUtf8, safeJson, visible, visibleBytes } from "#kit/format/visible.ts";
import {
  escapeData,
  MAX_DATA_BYTES,
  metaEntry,
  pathBytes,
  unescapeData,
  visiblePath,
} from "../../src/scan-runner/formats/escape.ts";
import { matchCount, matchEvent } from "../../src/scan-runner/formats/match-event.ts";
import { HOSTILE_BYTES, HOSTILE_RULE, hostileMatch, matchedFile, shownMatches } from "./hostile-events.ts";

const bytes = fc.uint8Array({ maxLength: MAX_DATA_BYTES });

describe("data of a match", () => {
  test("printable ASCII stays, the rest is in hex, backslashes are doubled", () => {
    expect(escapeData(Uint8Array.from([0x41, 0x20, 0x7e, 0x7f, 0x0a, 0x00, 0xff, 0x5c, 0x78]))).toBe(
      String.raw`A ~\x7F\x0A\x00\xFF\\x`,
    );
  });

  test("any bytes come back", () => {
    fc.assert(fc.property(bytes, (data) => expect(unescapeData(escapeData(data))).toEqual(data)));
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(unescapeData(escapeData(all))).toEqual(all);
  });

  test("no two data look alike", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) =>
        expect(escapeData(a) === escapeData(b)).toBe(Buffer.from(a).equals(Buffer.from(b))),
      ),
    );
  });

  test("256 bytes are shown, the 257th is not", () => {
    expect(unescapeData(escapeData(new Uint8Array(257)))).toHaveLength(256);
  });

  test("a text that it never writes is refused, with its place", () => {
    for (const [text, place] of [
      ["ab\\q", 2],
      ["\\x4", 0],
      ["\\xff", 0],
      ["a\nb", 1],
      ["é", 0],
      ["\\", 0],
    ] as const) {
      expect(() => unescapeData(text)).toThrow(
        `match data: no escape or printable ASCII at character ${place}`,
      );
    }
  });
});

describe("text for people", () => {
  test("what is obeyed or cannot be seen is written out", () => {
    expect(visible("a\n\x1b[31m\u0085\u202e\u2028\u{e0041}\ud800é\u4e2d")).toBe(
      "a\\x0A\\x1B[31m\\x85\\u{202E}\\u{2028}\\u{E0041}\\u{D800}é中",
    );
  });

  test("of a path that is not UTF-8 the broken bytes are shown", () => {
    const name = Buffer.from("caf\xe9 \xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\xff\xed\xa0\x80\xc0\x80", "latin1");
    expect(visibleBytes(name)).toBe("caf\\xE9 é\\u{2028}\\xF0\\x9F\\x98\\xFF\\xED\\xA0\\x80\\xC0\\x80");
    expect(
      visiblePath({ path: "caf\uFFFD", path_bytes: Buffer.from("caf\xe9", "latin1").toString("base64") }),
    ).toBe(String.raw`caf\xE9`);
  });

  test("bytes that are UTF-8 look as their text does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) =>
        expect(visibleBytes(Buffer.from(text))).toBe(visible(text)),
      ),
    );
  });

  test("nothing unseen is left of any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (data) =>
        expect(visibleBytes(data)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u),
      ),
      {
        examples: [[HOSTILE_BYTES]],
      },
    );
  });

  test("the bytes of a path are exact", () => {
    const broken = Uint8Array.of(0x61, 0xe9);
    expect(pathBytes({ path: "a\uFFFD", path_bytes: "Yek=" })).toEqual(Buffer.from(broken));
    expect(pathBytes({ path: "é" })).toEqual(Buffer.from("é"));
  });
});

describe("JSON", () => {
  test("any value comes back, with nothing in it that is obeyed or unseen", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), fc.string({ unit: "binary" }), (value, text) => {
        const json = safeJson({ value, [text]: text });
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, [text]: text })));
        expect(json).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  test("a character beyond the first plane becomes two escapes", () => {
    expect(safeJson("\u{e0041}\u2028\x9b")).toBe(String.raw`"\udb40\udc41\u2028\u009b"`);
  });
});

describe("metadata", () => {
  test("text is UTF-8, or bytes", () => {
    expect(metaEntry({ key: "k", value: "Ren\xc3\xa9" })).toEqual({ key: "k", value: "René" });
    expect(metaEntry({ key: "k", value: "\xef\xbb\xbfx" })).toEqual({ key: "k", value: "\uFEFFx" });
    expect(metaEntry({ key: "k", value: "Ren\xe9" })).toEqual({ key: "k", value_bytes: "UmVu6Q==" });
  });

  test("an integer that a double cannot hold is a string of digits", () => {
    const most = BigInt(Number.MAX_SAFE_INTEGER);
    expect(metaEntry({ key: "k", value: most })).toEqual({ key: "k", value: Number.MAX_SAFE_INTEGER });
    expect(metaEntry({ key: "k", value: most + 1n })).toEqual({ key: "k", value: "9007199254740992" });
    expect(metaEntry({ key: "k", value: -(2n ** 63n) })).toEqual({ key: "k", value: "-9223372036854775808" });
    expect(metaEntry({ key: "k", value: false })).toEqual({ key: "k", value: false });
  });

  test("text that is UTF-8 is never bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (data) => {
        const entry = metaEntry({ key: "k", value: Buffer.from(data).toString("latin1") });
        const text = fromUtf8(data);
        expect(entry).toEqual(
          text === undefined
            ? { key: "k", value_bytes: Buffer.from(data).toString("base64") }
            : { key: "k", value: text },
        );
      }),
    );
  });
});

describe("a match", () => {
  test("its keys stand in order, its strings by id and offset", () => {
    const event = hostileMatch({ path: "p", path_bytes: "cA==" });
    expect(Object.keys(event)).toEqual([
      ...[
        "type",
        "path",
        "path_bytes",
        "sha256",
        "size",
        "rule",
        "namespace",
        "tags",
        "meta",
        "strings",
        "engine",
      ],
    ]);
    expect(event.strings.map(({ id, offset, length }) => [id, offset, length])).toEqual([
      ["$bad", 19, 6],
      ["$esc", 0, 12],
      ["$nul", 12, 7],
      ["$quote", 34, 4],
      ["$sep", 25, 9],
    ]);
    const data = Object.fromEntries(event.strings.map(({ id, data }) => [id, data]));
    expect(Buffer.from(unescapeData(data["$bad"]!)).toString("hex")).toBe("41fffe80c342");
    expect(Buffer.from(unescapeData(data["$nul"]!)).toString("hex")).toBe("4e00554c000100");
  });

  test("anonymous strings share an id and are counted together", () => {
    const rule = {
      ...HOSTILE_RULE,
      strings: [
        { id: "$", isPrivate: false },
        { id: "$", isPrivate: false },
      ],
    };
    const bytes = new Uint8Array(9);
    const event = matchEvent(matchedFile({ path: "p" }, bytes), rule, [
      shownMatches(bytes, 0, [[4, 1]], 7),
      shownMatches(bytes, 1, [
        [0, 2],
        [8, 1],
      ]),
    ]);
    expect(event.strings.map(({ offset }) => offset)).toEqual([0, 4, 8]);
    expect(event.strings_total).toEqual({ $: 9 });
    expect(matchCount(event)).toBe(9);
  });
});
