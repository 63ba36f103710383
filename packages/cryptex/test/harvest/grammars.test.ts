/** Parsers take as much memory as there is, and say what they would have needed. */
import { expect, test } from "bun:test";
import { ParserMemory, parse } from "../../src/harvest/grammars.ts";

const MIB = 2 ** 20;
const roomOf = (mib: number) => () => ({
  bytes: mib * MIB,
  limit: "a limit of the test",
  ofAddresses: false,
});

test("a text that does not fit is refused; once it has fitted, its memory is there for the next", () => {
  const memory = new ParserMemory();
  const text = "export function f() {}\n".repeat(10_000);
  const short = "takes 33 MiB of memory, and 24 MiB are left of a limit of the test";
  expect(memory.shortageFor(text, roomOf(40))).toBe(short);
  expect(memory.shortageFor(text, roomOf(60))).toBeUndefined();
  expect(memory.shortageFor(text, roomOf(10))).toBeUndefined();
  const asked = () => {
    throw new Error("what is there already is asked for again");
  };
  expect(memory.shortageFor(text, asked)).toBeUndefined();
});

test("what is refused is not parsed", async () => {
  const { signal } = new AbortController();
  const tree = await parse(" ".repeat(2 ** 26), "javascript", 60_000, signal, roomOf(20));
  expect(tree).toEqual({ notParsed: expect.stringMatching(/^not parsed: it takes \d+ MiB of memory/) });
});

test("what there is room for is parsed", async () => {
  const { signal } = new AbortController();
  const tree = await parse("export const a = 1;", "javascript", 60_000, signal, roomOf(2_000));
  if ("notParsed" in tree) throw new Error(tree.notParsed);
  expect(tree.rootNode.type).toBe("program");
  tree.delete();
});
