/** Parsers take as much memory as there is, and say what they would have needed. */
import { expect, test } from "bun:test";
import { parse } from "../../src/harvest/grammars.ts";

const { signal } = new AbortController();
const MIB = 2 ** 20;
const text = "export function f() {}\n".repeat(10_000);

/** Parses where there is so much memory. Resolves with why not, or with the kind of what the tree begins with. */
async function parsed(mib: number): Promise<string> {
  const room = () => ({ bytes: mib * MIB, limit: "a limit of the test", ofAddresses: false });
  const tree = await parse(text, "javascript", 60_000, signal, room);
  if ("notParsed" in tree) return tree.notParsed;
  const { type } = tree.rootNode;
  tree.delete();
  return type;
}

test("a text that does not fit is not begun; once it has fitted, its memory is there for the next", async () => {
  expect(await parsed(40)).toBe(
    "not parsed: it takes 33 MiB of memory, and 24 MiB are left of a limit of the test",
  );
  expect(await parsed(60)).toBe("program");
  expect(await parsed(10)).toBe("program");
});
