/** Hostile texts in parts, for those who can show which signs are meant by themselves. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { visible, visibleParts } from "#kit/format/visible.ts";

describe("the parts of a text", () => {
  test("say which of them stand for something else", () => {
    expect(visibleParts("a\u202E\u0000b\\x00")).toEqual([
      { text: "a", isEscape: false },
      { text: "\\u{202E}\\x00", isEscape: true },
      { text: "b\\x00", isEscape: false },
    ]);
    expect(visibleParts("")).toEqual([]);
  });

  test("leave line ends and tabs where they are to be kept", () => {
    expect(visibleParts("a\n\tb\r", "\n\t")).toEqual([
      { text: "a\n\tb", isEscape: false },
      { text: "\\x0D", isEscape: true },
    ]);
  });

  test("are together what the text is shown as", () => {
    const hostile = fc.string({
      unit: fc.constantFrom("a", "é", "\u200B", "\n", "\uD800", "😀", "\u{E0041}"),
    });
    fc.assert(
      fc.property(hostile, (text) => {
        const parts = visibleParts(text);
        expect(parts.map((part) => part.text).join("")).toBe(visible(text));
        expect(parts.every((part) => part.text !== "")).toBe(true);
      }),
    );
  });
});
