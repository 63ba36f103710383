/** Commands that look at all rules or at the whole dictionary at once: without a thread of their own, Ctrl-C would wait for them. */
import { expect, test } from "bun:test";
import { product } from "../../src/product.ts";

test.each([
  ...["rules find", "rules show", "rules stats", "rules index", "rules deps"],
  ...["dict find", "dict check", "dict stats", "dict export", "dict deps"],
])("%s has a thread of its own", async (name) => {
  expect((await product.commands[name]!.load()).ownThread).toBe(true);
});
