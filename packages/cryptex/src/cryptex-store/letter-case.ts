/**
 * Letters that the index of texts takes for the same. SQLite's table is of an older Unicode than the runtime's, so SQLite is asked: what is
 * searched in memory and what is searched in the store then agree in every letter.
 */
import { Database } from "bun:sqlite";
import { SEPARATOR } from "./rule-words.ts";

/** SQLite's table ends with U+10427 (fts5_unicode2.c, `sqlite3Fts5UnicodeFold`). */
const END = 0x10428;

/** Writes a text in the letters by which the index knows it. */
export function folded(text: string): string {
  const ascii = text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
  return ascii.replace(/[^\0-\x7F\uFDD0]/gu, (letter) => folds().get(letter) ?? letter);
}

/** Lists all that the index takes for one character, the character as it was given first. */
export function sameInIndex(character: string): string[] {
  const fold = folded(character);
  const others = [fold, ...[...folds()].filter(([, to]) => to === fold).map(([from]) => from)];
  return [...new Set([character, ...others])];
}

let known: ReadonlyMap<string, string> | undefined;

function folds(): ReadonlyMap<string, string> {
  known ??= foldsOfIndex();
  return known;
}

function foldsOfIndex(): ReadonlyMap<string, string> {
  const letters = [...casedLetters()];
  using db = new Database(":memory:");
  db.run("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'trigram')");
  db.run("CREATE VIRTUAL TABLE terms USING fts5vocab (texts, instance)");
  // A term of each letter begins with it.
  const text = letters.map((letter) => letter + SEPARATOR + SEPARATOR).join("");
  db.query("INSERT INTO texts VALUES (?)").run(text);
  const sql = `SELECT term, "offset" / 3 FROM terms WHERE "offset" % 3 = 0`;
  const terms = db.query<[string, number], []>(sql).values() as unknown as [string, number][];
  return new Map(terms.map(([term, at]) => [letters[at]!, String.fromCodePoint(term.codePointAt(0)!)]));
}

function* casedLetters(): Generator<string> {
  for (let code = 0x80; code < END; code++) {
    const letter = String.fromCodePoint(code);
    if (letter.toLowerCase() !== letter || letter.toUpperCase() !== letter) yield letter;
  }
  // No characters at all; SQLite reads them as U+FFFD.
  yield* ["\uFFFE", "\uFFFF"];
}
