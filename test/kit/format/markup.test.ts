import { describe, expect, test } from "bun:test";
import { htmlText, markdownText, xmlText } from "#kit/format/markup.ts";

describe("Markdown", () => {
  test.each([
    ["plain words, (twice) 1.5 - 2", "plain words, (twice) 1.5 - 2"],
    [
      "*a* _b_ `c` [d](e) <f> | ~~g~~ # h",
      "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\<f\\> \\| \\~\\~g\\~\\~ \\# h",
    ],
    ["Box & Jenkins", "Box & Jenkins"],
    ["&lt;b&gt;", "\\&lt;b\\&gt;"],
    ["a\\", "a\\\\"],
    ["one\r\n# two", "one \\# two"],
    ["\n    code", "code"],
    ["-0.5", "-0.5"],
    ["---", "\\---"],
    ["- item", "\\- item"],
    ["+ item", "\\+ item"],
    ["===", "\\==="],
    ["12. item", "12\\. item"],
    ["6.1-rc2", "6.1-rc2"],
    ["1) item", "1\\) item"],
    ["\x1b[31m", "\\\\x1B\\[31m"],
  ])("%j", (words, written) => {
    expect(markdownText(words)).toBe(written);
  });
});

test("HTML and XML get entities, and what cannot be seen is written out", () => {
  expect(htmlText("<a href='\"'>&\u202e")).toBe("&lt;a href=&#39;&quot;&#39;&gt;&amp;\\u{202E}");
  expect(xmlText("\uffff<")).toBe("\\u{FFFF}&lt;");
});
