import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { Account, type AccountOptions } from "../../src/pool/account.ts";
import { Ledger, type Payee } from "../../src/pool/ledger.ts";
import { Reservoir } from "../../src/pool/reservoir.ts";

const samples = (n: number, from = 0) =>
  new Uint8Array(BigUint64Array.from({ length: n }, (_, i) => BigInt(from + i)).buffer);

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const A: Payee = { id: "a", family: "clock" };
const B: Payee = { id: "b", family: "memory" };

function opened(capacityBytes: number, options: AccountOptions = {}) {
  const ledger = new Ledger();
  const reservoir = new Reservoir(capacityBytes);
  return { ledger, reservoir, account: new Account(ledger, reservoir, options) };
}

function taken(account: Account, length: number): Uint8Array {
  const out = new Uint8Array(length);
  return out.subarray(0, account.take(out));
}

describe("Account", () => {
  test("a block is SHA-256 of exactly the samples that hold 320 credited bits", () => {
    const { account, reservoir } = opened(1024);
    account.absorb(A, samples(319), 1);
    expect(reservoir.readyBytes).toBe(0);
    account.absorb(A, samples(1, 319), 1);
    expect(reservoir.readyBytes).toBe(32);
    expect(Buffer.from(taken(account, 32)).toString("hex")).toBe(sha256(samples(320)));
  });

  test("without room for a whole block it is full, and wants no more", () => {
    const { account, reservoir } = opened(64);
    account.absorb(A, samples(640), 1);
    taken(account, 31);
    expect([reservoir.readyBytes, reservoir.isFull]).toEqual([33, true]);
    taken(account, 1);
    expect([reservoir.readyBytes, reservoir.isFull]).toEqual([32, false]);
  });

  test("uncredited samples are mixed in and add nothing", () => {
    const { ledger, account } = opened(1024);
    account.absorb(A, samples(5000), 0);
    expect(ledger.totals.levelBits).toBe(0);
    account.absorb(A, samples(40, 5000), 8);
    expect(Buffer.from(taken(account, 32)).toString("hex")).toBe(sha256(samples(5040)));
  });

  test("one trace may fill several blocks, none of which share samples", () => {
    const { account, reservoir } = opened(1024);
    account.absorb(A, samples(100), 8);
    expect(reservoir.readyBytes).toBe(64);
    const out = Buffer.from(taken(account, 64));
    expect(out.subarray(0, 32).toString("hex")).toBe(sha256(samples(40)));
    expect(out.subarray(32).toString("hex")).toBe(sha256(samples(40, 40)));
  });

  test("a full reservoir keeps at most one block's worth more, and says what it forfeits", () => {
    const { ledger, account, reservoir } = opened(64);
    account.absorb(A, samples(10_000), 1);
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
      fc.record({ fails: fc.constant(true) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { ledger, account, reservoir } = opened(256);
        let out = 0;
        for (const action of steps) {
          if ("absorb" in action)
            account.absorb(action.bits > 4 ? A : B, samples(action.absorb), action.bits);
          else if ("fails" in action) account.forfeit(A);
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

describe("a source that fails", () => {
  test("takes its credit along, and the block waits for another's", () => {
    const { ledger, account, reservoir } = opened(1024);
    account.absorb(A, samples(300), 1);
    account.forfeit(A);
    account.absorb(B, samples(319), 1);
    expect(reservoir.readyBytes).toBe(0);
    account.absorb(B, samples(1), 1);
    expect(reservoir.readyBytes).toBe(32);
    expect(ledger.totals).toEqual({ creditedBits: 620, spentBits: 320, forfeitedBits: 300, levelBits: 0 });
  });

  test("takes along what waits in the backlog, too", () => {
    const { ledger, account, reservoir } = opened(1024, { familyShare: 0.5 });
    account.absorb(A, samples(1_000), 1);
    account.forfeit(A);
    account.absorb(B, samples(1_000), 1);
    expect(reservoir.readyBytes).toBe(0);
    expect(ledger.levels()).toEqual(new Map([["memory", 160]]));
  });
});

describe("blocks that must not rest on one family", () => {
  test("take at most the share from each, and keep the rest for later blocks", () => {
    const { ledger, account, reservoir } = opened(1024, { familyShare: 0.5 });
    account.absorb(A, samples(1_000), 1);
    expect(reservoir.readyBytes).toBe(0);
    expect(account.satedFamilies).toEqual(new Set(["clock"] as const));
    account.absorb(B, samples(479), 1);
    expect(reservoir.readyBytes).toBe(64);
    account.absorb(B, samples(1), 1);
    expect(reservoir.readyBytes).toBe(96);
    expect(ledger.spentByFamily()).toEqual(
      new Map([
        ["clock", 480],
        ["memory", 480],
      ] as const),
    );
  });

  test("hold 1/share times the credit where no other family can deliver", () => {
    const { account, reservoir } = opened(1024, { familyShare: 0.5, mayDiversify: () => false });
    account.absorb(A, samples(639), 1);
    expect(reservoir.readyBytes).toBe(0);
    account.absorb(A, samples(1), 1);
    expect(reservoir.readyBytes).toBe(32);
  });

  test("learn that they wait for nothing but another family", () => {
    const waits: boolean[] = [];
    const { account } = opened(1024, {
      familyShare: 0.75,
      mayDiversify: (isWaiting) => waits.push(isWaiting) > 0,
    });
    account.absorb(A, samples(239), 1);
    expect(waits).not.toContain(true);
    account.absorb(A, samples(1), 1);
    expect(waits.at(-1)).toBe(true);
  });

  test("a seed is such a block, and output is not", () => {
    const { account, reservoir } = opened(1024);
    account.wantSeed(true);
    account.absorb(A, samples(1_000), 1);
    expect(account.takeSeed()).toBeUndefined();
    account.absorb(B, samples(160), 1);
    expect(account.takeSeed()).toHaveLength(32);
    expect(account.seedOrigin).toEqual({ families: ["clock", "memory"], leansOn: undefined });
    account.settle();
    expect(reservoir.readyBytes).toBe(64); // 840 of the first family's bits were left
  });

  test("the rest of what made a seed waits for the next one", () => {
    const { account, reservoir } = opened(1024);
    account.wantSeed(true);
    account.absorb(A, samples(1_000), 1);
    account.absorb(B, samples(320), 1);
    expect(account.takeSeed()).toHaveLength(32);
    expect(reservoir.readyBytes).toBe(0);
    account.wantSeed(true);
    expect(account.takeSeed()).toHaveLength(32);
  });

  test("a seed is made although the reservoir is full, and wiped if nobody wants it any more", () => {
    const { account, reservoir } = opened(32);
    account.absorb(A, samples(2_000), 1);
    expect(reservoir.isFull).toBe(true);
    account.wantSeed(true);
    account.absorb(B, samples(160), 1);
    account.wantSeed(false);
    expect(account.takeSeed()).toBeUndefined();
  });

  test("say which family they lean on, although others gave a little", () => {
    let mayDiversify = true;
    const origins: unknown[] = [];
    const { account } = opened(32, {
      mayDiversify: () => mayDiversify,
      onBlock: ({ families, leansOn }, purpose) => origins.push([purpose, families, leansOn]),
    });
    account.wantSeed(true);
    account.absorb(B, samples(1), 1);
    account.absorb(A, samples(1_000), 1);
    expect(origins).toEqual([]);
    mayDiversify = false;
    account.settle();
    expect(account.seedOrigin).toEqual({ families: ["clock", "memory"], leansOn: "clock" });
    expect(account.takeSeed()).toHaveLength(32);
    account.settle();
    expect(origins).toEqual([
      ["seed", ["clock", "memory"], "clock"],
      ["output", ["clock"], undefined], // for which one family may give all
    ]);
  });

  test("keep no more samples waiting than memory has room for, however little they are worth", () => {
    const { account } = opened(1024, { familyShare: 0.5 });
    account.absorb(A, samples(160), 1);
    const waiting = Array.from({ length: 6 }, () => samples(65_536, 1));
    for (const part of waiting) account.absorb(A, part, 1e-6);
    expect(waiting.map((part) => part[0] === 0)).toEqual([true, true, false, false, false, false]);
  });

  test("familyShare is from 0.5 to 1", () => {
    for (const familyShare of [0.49, 1.01, Number.NaN]) {
      expect(() => opened(32, { familyShare })).toThrow(RangeError);
    }
  });
});

test("samples are wiped once they are mixed in", () => {
  const { account } = opened(1024);
  const [paid, worthless] = [samples(500, 1), samples(10, 1)];
  account.absorb(A, paid, 1);
  account.absorb(A, worthless, 0);
  expect(new Set([...paid.subarray(0, 320 * 8), ...worthless])).toEqual(new Set([0]));
});

test("forgetting leaves no trace of what was taken in", () => {
  const { ledger, account, reservoir } = opened(1024);
  account.absorb(A, samples(300), 1);
  account.forget();
  account.absorb(A, samples(320, 5_000), 1);
  expect(Buffer.from(taken(account, 32)).toString("hex")).toBe(sha256(samples(320, 5_000)));
  expect(ledger.totals).toMatchObject({ forfeitedBits: 300, levelBits: 0 });
  expect(reservoir.readyBytes).toBe(0);
});

describe("Ledger", () => {
  test("refuses what is no amount, and takes no more than there is", () => {
    const ledger = new Ledger();
    for (const bits of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => ledger.credit(A, bits)).toThrow(RangeError);
    }
    ledger.credit(A, 10);
    ledger.forfeit(A, 10.5);
    expect(ledger.totals).toEqual({ creditedBits: 10, spentBits: 0, forfeitedBits: 10, levelBits: 0 });
  });

  test("keeps the level by source: what one loses, others keep", () => {
    const ledger = new Ledger();
    ledger.credit(A, 100);
    ledger.credit(B, 50);
    ledger.forfeit(A);
    expect(ledger.levels()).toEqual(new Map([["memory", 50]]));
    expect(ledger.totals).toEqual({ creditedBits: 150, spentBits: 0, forfeitedBits: 100, levelBits: 50 });
    ledger.spend();
    expect(ledger.spentByFamily()).toEqual(new Map([["memory", 50]]));
    expect([ledger.creditedTo(A), ledger.creditedTo(B)]).toEqual([100, 50]);
  });
});

test("the reservoir refuses a block that it has no room for", () => {
  const reservoir = new Reservoir(32);
  reservoir.put(new Uint8Array(32).fill(1));
  expect(() => reservoir.put(new Uint8Array(32))).toThrow(RangeError);
});
