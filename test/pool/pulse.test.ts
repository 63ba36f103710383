import { expect, test } from "bun:test";
import { Ledger } from "../../src/pool/ledger.ts";
import { Pulse } from "../../src/pool/pulse.ts";

/** Asks after each step of a pool: does it want noise, and how much was it credited since the step before? */
function answers(...steps: readonly (readonly [isWanting: boolean, bits: number])[]): boolean[] {
  const pool = {
    isWanting: false,
    creditedBits: 0,
    status: () => ({ ledger: { ...new Ledger().totals, creditedBits: pool.creditedBits } }),
  };
  const pulse = new Pulse(pool);
  return steps.map(([isWanting, bits]) => {
    pool.isWanting = isWanting;
    pool.creditedBits += bits;
    return pulse.isWell();
  });
}

test("a pool that wants nothing is well, however little comes", () => {
  expect(answers([false, 0], [false, 0], [false, 0])).toEqual([true, true, true]);
});

test("one that wants noise is well while some is credited", () => {
  expect(answers([true, 0], [true, 1], [true, 0.5], [false, 0], [true, 0])).toEqual(Array(5).fill(true));
});

test("one that wanted noise, and wants it still, and got none, is not", () => {
  expect(answers([true, 5], [true, 0], [true, 0], [true, 1], [true, 0])).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
});
