/** Commands that look at all rules or at the whole dictionary at once: without a thread of their own, Ctrl-C would wait for them. */
import { expect, test } from "bun:test";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { engines } from "../../src/commands/engines.ts";
import { product } from "../../src/product.ts";
import { FakePath } from "../support/fake-path.ts";

test.each([
  ...["rules find", "rules show", "rules stats", "rules index", "rules deps"],
  ...["dict find", "dict check", "dict stats", "dict export", "dict deps"],
  "verify-engines",
])("%s has a thread of its own", async (name) => {
  expect((await product.commands[name]!.load()).ownThread).toBe(true);
});

test("engines --verify: an interrupt comes in before the tests are done", async () => {
  using _ = new FakePath();
  const stop = new AbortController();
  const io = { ...fakeIo(), signal: stop.signal };
  setTimeout(() => stop.abort(new Error("stop")), 1);
  expect(String(await rejectionOf(engines.run({ verify: true, json: false }, io, undefined)))).toContain(
    "stop",
  );
});
