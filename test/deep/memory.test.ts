import { expect, test } from "bun:test";
import { InputError } from "../../src/errors.ts";
import { threadsFor } from "../../src/report/deep/memory.ts";
import { FAKE_FAMILIES } from "../support/deep-battery.ts";

const MIB = 2 ** 20;
/** The states of the small families, the ring, and what is kept free. */
const LEAST = 1.1 * MIB + 12 * MIB + 16 * MIB;

const withRoom = (bytes: number) => ({
  usualBytes: bytes,
  threadBytes: 20 * MIB,
  room: { bytes, limit: "a limit", ofAddresses: false },
});

test("where memory is short there are fewer threads, down to none", () => {
  const threads = (bytes: number) => threadsFor(FAKE_FAMILIES, 8, withRoom(bytes));
  expect(threads(LEAST)).toBe(0);
  expect(threads(LEAST + 30 * MIB)).toBe(2);
  expect(threads(1e9)).toBe(8);
  const noLimit = { usualBytes: 0, threadBytes: 20 * MIB, room: undefined };
  expect(threadsFor(FAKE_FAMILIES, 8, noLimit)).toBe(8);
  expect(threadsFor(FAKE_FAMILIES, 64, noLimit)).toBe(16);
});

test("where it is not even enough for the states, an error says what is missing, and of which limit", () => {
  expect(() => threadsFor(FAKE_FAMILIES, 8, withRoom(20 * MIB))).toThrow(InputError);
  expect(() => threadsFor(FAKE_FAMILIES, 8, withRoom(20 * MIB))).toThrow(
    "the battery for large data takes 14 MiB of memory, and 4 MiB are left of a limit",
  );
});
