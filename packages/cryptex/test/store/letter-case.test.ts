/** Letters in memory and in SQLite's index of texts. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { folded, sameInIndex } from "../../src/cryptex-store/letter-case.ts";
import { SEPARATOR } from "../../src/cryptex-store/rule-words.ts";

/** Letters of one part of Unicode, as SQLite's index writes them. */
function asIndexed(letters: readonly string[]): string[] {
  using db = new Database(":memory:");
  db.run("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'trigram')");
  db.run("CREATE VIRTUAL TABLE terms USING fts5vocab (texts, instance)");
  db.query("INSERT INTO texts VALUES (?)").run(letters.map((each) => each + SEPARATOR + SEPARATOR).join(""));
  const sql = `SELECT term FROM terms WHERE "offset" % 3 = 0 ORDER BY "offset"`;
  const terms = db.query<[string], []>(sql).values() as unknown as [string][];
  return terms.map(([term]) => String.fromCodePoint(term.codePointAt(0)!));
}

test("each character is folded as the index folds it", () => {
  const letters: string[] = [];
  // Beyond it there are no letters of two cases that SQLite knows, and the last two of a plane are as those of the first.
  for (let code = 1; code < 0x2_0000; code++) {
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (!isSurrogate && code !== SEPARATOR.codePointAt(0)) letters.push(String.fromCodePoint(code));
  }
  const indexed = asIndexed(letters);
  expect(indexed).toHaveLength(letters.length);
  const differing = letters.filter((letter, at) => folded(letter) !== indexed[at]);
  expect(differing).toEqual([]);
});

test("a text is folded letter by letter", () => {
  expect(folded("ABC İIı ΣΑΣ Größe ẞ\0 中😀Z")).toBe("abc İiı σασ größe ß\0 中😀z");
  expect(folded(`A${SEPARATOR}B${SEPARATOR}`)).toBe(`a${SEPARATOR}b${SEPARATOR}`);
});

test("what the index takes for the same as a character", () => {
  expect(sameInIndex("k").toSorted()).toEqual(["k", "\u212A"]);
  expect(sameInIndex("Σ").toSorted()).toEqual(["Σ", "ς", "σ"]);
  expect(sameInIndex("中")).toEqual(["中"]);
});
