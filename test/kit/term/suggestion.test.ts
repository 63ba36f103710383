import { expect, test } from "bun:test";
import { suggestion } from "#kit/term/suggestion.ts";

const COMMANDS = ["scan", "probe", "pool", "stream", "report", "record", "rules find", "rules lint"];

test("a slip for each three letters is guessed at, the nearest first, three at most", () => {
  for (const [word, meant] of [
    ["sacn", "'scan'"], // two neighbours that changed places
    ["SCAN", "'scan'"],
    ["scn", "'scan'"],
    ["strem", "'stream'"],
    ["reprot", "'report'"],
    ["find", "'rules find'"],
    ["rules", "'rules find', 'rules lint'"],
  ] as const) {
    expect(suggestion(word, COMMANDS)).toEqual([`did you mean ${meant}?`]);
  }
  expect(suggestion("--byts", ["--bits", "--bytes", "--json"])).toEqual([
    "did you mean '--bits', '--bytes'?",
  ]);
  expect(suggestion("aab", ["aaa", "aac", "aad", "aae"])).toEqual(["did you mean 'aaa', 'aac', 'aad'?"]);
});

test("another word is not guessed at", () => {
  for (const word of ["nope", "x", "", "--", "-x", "help me", "toast", "list", "p", "po", "rep\0rt!!"]) {
    expect([word, suggestion(word, [...COMMANDS, "tpm"])]).toEqual([word, []]);
  }
  expect(suggestion("--wrong", ["--force", "--json", "--mode"])).toEqual([]);
  expect(suggestion("word", [])).toEqual([]);
});
