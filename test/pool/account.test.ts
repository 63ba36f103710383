import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { Ledger } from "../../src/pool/ledger.ts";
import { Account, Reservoir } from "../../src/pool/reservoir.ts";

const samples = (n: number, from = 0) =>
  new Uint8Array(BigUint64Array.from({ length: n }, (_, i) => BigInt(from + i)).buffer);

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function opened(capacityBytes: number) {
  const ledger = new Ledger();
  const reservoir = new Reservoir(capacityBytes);
  return { ledger, reservoir, account: new Account(ledger, reservoir) };
}

function taken(account: Account, length: number): Uint8Array {
  const out = new Uint8Array(length);
  return out.subarray(0, account.take(out));
}

describe("Account", () => {
  test("a block is SHA-256 of exactly the samples that hold 320 credited bits", () => {
    const { account, reservoir } = opened(1024);
    account.absorb(samples(319), 1);
    expect(reservoir.readyBytes).toBe(0);
    account.absorb(samples(1, 319), 1);
    expect(reservoir.readyBytes).toBe(32);
    expect(Buffer.from(taken(account, 32)).toString("hex")).toBe(sha256(samples(320)));
  });

  test("without room for a whole block it is full, and wants no more", () => {
    const { account, reservoir } = opened(64);
    account.absorb(samples(640), 1);
    taken(account, 31);
    expect([reservoir.readyBytes, reservoir.isFull]).toEqual([33, true]);
    taken(account, 1);
    expect([reservoir.readyBytes, reservoir.isFull]).toEqual([32, false]);
  });

  test("uncredited samples are mixed in and add nothing", () => {
    const { ledger, account } = opened(1024);
    account.absorb(samples(5000), 0);
    expect(ledger.totals.levelBits).toBe(0);
    account.absorb(samples(40, 5000), 8);
    expect(Buffer.from(taken(account, 32)).toString("hex")).toBe(sha256(samples(5040)));
  });

  test("one trace may fill several blocks, none of which share samples", () => {
    const { account, reservoir } = opened(1024);
    account.absorb(samples(100), 8);
    expect(reservoir.readyBytes).toBe(64);
    const out = Buffer.from(taken(account, 64));
    expect(out.subarray(0, 32).toString("hex")).toBe(sha256(samples(40)));
    expect(out.subarray(32).toString("hex")).toBe(sha256(samples(40, 40)));
  });

  test("a full reservoir keeps at most one block's worth more, and says what it forfeits", () => {
    const { ledger, account, reservoir } = opened(64);
    account.absorb(samples(10_000), 1);
    expect(reservoir.readyBytes).toBe(64);
    expect(ledger.totals).toEqual({
      creditedBits: 10_000,
      spentBits: 640,
      forfeitedBits: 9_040,
      levelBits: 320,
    });
    taken(account, 32);
    expect(reservoir.readyBytes).toBe(64);
    expect(ledger.totals.levelBits).toBe(0);
  });

  test("the account always balances, and a byte costs at least 10 credited bits", () => {
    const step = fc.oneof(
      fc.record({ absorb: fc.nat(2000), bits: fc.double({ min: 0, max: 8, noNaN: true }) }),
      fc.record({ take: fc.nat(100) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { ledger, account, reservoir } = opened(256);
        let out = 0;
        for (const action of steps) {
          if ("absorb" in action) account.absorb(samples(action.absorb), action.bits);
          else out += taken(account, action.take).length;
          const { creditedBits, spentBits, forfeitedBits, levelBits } = ledger.totals;
          expect(spentBits + forfeitedBits + levelBits).toBeCloseTo(creditedBits, 3);
          expect((out + reservoir.readyBytes) * 10).toBeLessThanOrEqual(spentBits + 1e-6);
          expect(reservoir.readyBytes).toBeLessThanOrEqual(256);
        }
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});

describe("Ledger", () => {
  test("refuses what is no amount, and what is not there", () => {
    const ledger = new Ledger();
    for (const bits of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => ledger.credit(bits)).toThrow(RangeError);
    }
    ledger.credit(10);
    expect(() => ledger.spend(10.5)).toThrow(RangeError);
    expect(ledger.totals.levelBits).toBe(10);
  });
});

test("the reservoir refuses a block that it has no room for", () => {
  const reservoir = new Reservoir(32);
  reservoir.put(new Uint8Array(32).fill(1));
  expect(() => reservoir.put(new Uint8Array(32))).toThrow(RangeError);
});
