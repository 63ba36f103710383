import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BlockEstimate, LEAST_BLOCK, MOST_BLOCK } from "../../src/health/block-estimate.ts";
import { keystream } from "../support/keystream.ts";
import { beat, draw, sticky } from "../support/symbols.ts";

const BLOCK = MOST_BLOCK;
/** Practically nothing: a millionth of a bit in a block. */
const NOTHING = 1e-6 / BLOCK;

function assessOne(block: Uint8Array, symbolBits: number): number {
  return new BlockEstimate(symbolBits).assess(block);
}

/** Assesses whole blocks one after the other. */
function assessAll(
  symbols: Uint8Array,
  symbolBits: number,
  estimate = new BlockEstimate(symbolBits),
): number[] {
  const estimates: number[] = [];
  for (let i = 0; i + BLOCK <= symbols.length; i += BLOCK) {
    estimates.push(estimate.assess(symbols.subarray(i, i + BLOCK)));
  }
  return estimates;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("one block", () => {
  test("constant symbols hold nothing", () => {
    for (const symbol of [0, 1, 255])
      expect(assessOne(new Uint8Array(BLOCK).fill(symbol), 8)).toBeLessThan(1e-3);
  });

  test("periods of 2 to 16 symbols hold next to nothing, whatever the pattern", () => {
    for (let period = 2; period <= 16; period++) {
      for (let seed = 1; seed <= 20; seed++) {
        const bits = seed % 2 === 0 ? 1 : 8;
        const pattern = keystream(period, seed).map((byte) => byte % 2 ** bits);
        const block = Uint8Array.from({ length: BLOCK }, (_, i) => pattern[i % period]!);
        expect(assessOne(block, bits)).toBeLessThan(0.01);
      }
    }
  });

  test("uniform symbols reach the ceiling of the block length", () => {
    expect(assessOne(keystream(BLOCK, 1), 8)).toBeWithin(6, 7);
    expect(assessOne(keystream(2048, 1), 8)).toBeWithin(5.5, 6.6);
    const low = (bits: number, seed: number) => keystream(BLOCK, seed).map((byte) => byte % 2 ** bits);
    expect(assessOne(low(4, 2), 4)).toBeWithin(3.4, 4);
    expect(assessOne(low(1, 3), 1)).toBeWithin(0.85, 1);
  });

  test("independent biased symbols: a little below −log₂ of the greatest probability", () => {
    for (const probabilities of [
      [0.5, 0.5],
      [0.9, 0.1],
      [0.5, 0.25, 0.125, 0.125],
      [0.25, 0.25, 0.25, 0.25],
      [0.05, 0.8, 0.15],
    ]) {
      const minEntropy = -Math.log2(Math.max(...probabilities));
      const estimate = assessOne(draw(probabilities, BLOCK, 4), 2);
      expect(estimate).toBeWithin(0.8 * minEntropy - 0.05, minEntropy);
    }
  });

  test("a sticky chain is capped near −log₂ of staying, though every value is equally common", () => {
    for (const [stay, k] of [
      [0.9, 1],
      [0.75, 1],
      [0.9, 15],
      [0.5, 255],
      [0.6, 255],
    ] as const) {
      const minEntropy = -Math.log2(stay);
      const estimate = assessOne(sticky(stay, k, BLOCK, 5), 8);
      expect(estimate).toBeWithin(0.8 * minEntropy - 0.05, minEntropy + 0.02);
    }
  });

  test("up to 16 interleaved sticky chains are seen by the lag", () => {
    for (const lag of [2, 9, 16]) {
      const chains = Array.from({ length: lag }, (_, i) => sticky(0.9, 255, BLOCK, 6 + i));
      const block = Uint8Array.from({ length: BLOCK }, (_, i) => chains[i % lag]![Math.floor(i / lag)]!);
      expect(assessOne(block, 8)).toBeWithin(0.08, -Math.log2(0.9) + 0.02);
    }
  });

  test("a random walk is seen by the successor of one symbol", () => {
    let position = 0;
    const walk = keystream(BLOCK, 8).map((byte) => {
      position = (position + (byte & 1 ? 1 : 255)) & 255;
      return position;
    });
    expect(assessOne(walk, 8)).toBeLessThan(1.3);
  });

  test("symbols that two before them decide are seen by the successor of two", () => {
    // The sum of the last two modulo 7, except for one in ten: each symbol alone tells nothing of the next.
    const block = new Uint8Array(BLOCK);
    const surprises = keystream(BLOCK, 9);
    for (let i = 2; i < BLOCK; i++) {
      block[i] = surprises[i]! < 26 ? surprises[i]! % 7 : (block[i - 1]! + block[i - 2]!) % 7;
    }
    expect(assessOne(block, 8)).toBeWithin(0.08, 0.2);
  });

  test("one long run in a good block lowers the estimate more than its share", () => {
    const block = keystream(BLOCK, 9);
    const before = assessOne(block, 8);
    expect(assessOne(block.fill(7, 1000, 1060), 8)).toBeLessThan(Math.min(0.5, before));
  });

  test("is a number from 0 to symbolBits for any symbols, in blocks of any length", () => {
    const blocks = fc.tuple(
      fc.integer({ min: 0, max: 255 }),
      fc.uint8Array({ minLength: 1, maxLength: 700 }),
      fc.integer({ min: LEAST_BLOCK, max: 1100 }),
    );
    fc.assert(
      fc.property(fc.array(blocks, { maxLength: 4 }), fc.integer({ min: 1, max: 8 }), (parts, symbolBits) => {
        const estimate = new BlockEstimate(symbolBits);
        for (const [mask, pattern, length] of parts) {
          // Bits above the symbol's are not the caller's to set, and do no harm.
          const block = Uint8Array.from({ length }, (_, i) => pattern[i % pattern.length]! & mask);
          expect(estimate.assess(block)).toBeWithin(0, symbolBits + Number.EPSILON);
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test("lengths and widths out of range are refused", () => {
    const estimate = new BlockEstimate(8);
    expect(() => estimate.assess(new Uint8Array(LEAST_BLOCK - 1))).toThrow(RangeError);
    expect(() => estimate.assess(new Uint8Array(MOST_BLOCK + 1))).toThrow(RangeError);
    for (const bits of [0, 9, 1.5]) expect(() => new BlockEstimate(bits)).toThrow(RangeError);
  });
});

/** Lists what exceeded its limit, for one look at all of it. */
function excesses() {
  const list: { fault: string | number; offset: number; value: number; limit: number }[] = [];
  const note = (fault: string | number, offset: number, value: number, limit: number) => {
    if (!(value <= limit)) list.push({ fault, offset, value, limit });
  };
  return { list, note };
}

/** Noise by name, width of a symbol, and bits of min-entropy that a symbol holds, roughly. */
const NOISE: readonly [name: string, symbolBits: number, h: number, symbols: (n: number) => Uint8Array][] = [
  ["uniform bytes", 8, 8, (n) => keystream(n, 20)],
  ["fair bits", 1, 1, (n) => keystream(n, 21).map((byte) => byte & 1)],
  ["one value in 70 %", 8, 0.5, (n) => draw([0.7, 0.1, 0.1, 0.05, 0.05], n, 22)],
  ["bits of 0.15", 1, 0.15, (n) => draw([0.9, 0.1], n, 23)],
  ["values of 0.05", 8, 0.05, (n) => draw([0.966, 0.02, 0.01, 0.004], n, 24)],
  ["values of 0.015", 8, 0.015, (n) => draw([0.99, 0.005, 0.005], n, 25)],
  ["a sticky chain", 8, 0.15, (n) => sticky(0.9, 15, n, 26)],
  ["a beat with hits", 8, 0.05, (n) => beat(0.02, n, 27)],
];

/** Symbols of genuine noise before each fault. */
const BEFORE = 5 * BLOCK;
/** Places in a block where a fault begins. */
const ONSETS = [0, BLOCK / 4, BLOCK / 2, (7 * BLOCK) / 8];

/** Returns the blocks' worth of symbols paid from `from` on, at min(claim, ½ × estimate), in units of claim × block. */
function blocksPaid(estimates: readonly number[], claim: number, from: number): number {
  return estimates.reduce((sum, estimate, i) => {
    const inBlock = Math.min(BLOCK, Math.max(0, (i + 1) * BLOCK - from));
    return sum + (Math.min(claim, estimate / 2) / claim) * (inBlock / BLOCK);
  }, 0);
}

describe("a stretch repeated for ever", () => {
  const periods = [2, 17, 31, 32, 33, 100, 128, 1000, 5000, 20_000, 65_537, 100_000];

  for (const [name, symbolBits, h, symbols] of NOISE) {
    test(`of ${name} is paid for two blocks at most, and for nothing in the end`, () => {
      const { list, note } = excesses();
      const noise = symbols(BEFORE + BLOCK + Math.max(...periods));
      for (const period of periods) {
        for (const offset of period > 5000 ? [BLOCK / 4] : ONSETS) {
          const second = BEFORE + offset + period;
          const blocks = Math.ceil(second / BLOCK) + 8;
          const replay = new Uint8Array(blocks * BLOCK);
          replay.set(noise.subarray(0, second));
          for (let i = second; i < replay.length; i++) replay[i] = replay[i - period]!;
          const estimates = assessAll(replay, symbolBits);
          // At half of what the noise holds, and at a tenth: the lower the claim, the longer it is paid.
          note(period, offset, blocksPaid(estimates, h / 2, second), 1);
          note(period, offset, blocksPaid(estimates, h / 10, second), 2);
          note(period, offset, estimates.at(-1)!, NOTHING);
        }
      }
      expect(list).toEqual([]);
    });
  }

  test("with a symbol changed now and then is paid for the changes, and little more", () => {
    const period = 3000;
    const replay = keystream(40 * BLOCK, 28);
    for (let i = period; i < replay.length; i++) replay[i] = replay[i - period]!;
    for (let i = 1000; i < replay.length; i += 500) replay[i]! ^= 1 + (i % 7);
    expect(Math.max(...assessAll(replay, 8).slice(3))).toBeLessThan(0.03);
  });

  test("is seen up to 258,000 symbols, and not beyond: the history is that long", () => {
    const paid = (period: number) => {
      const replay = keystream(period + 16 * BLOCK, 29);
      replay.copyWithin(period, 0);
      return mean(assessAll(replay, 8).slice(-8));
    };
    expect(paid(257_000)).toBeLessThan(NOTHING);
    expect(paid(260_000)).toBeGreaterThan(6);
    expect(paid(262_144)).toBeGreaterThan(6);
    expect(paid(300_000)).toBeGreaterThan(6);
  });
});

describe("counters after noise", () => {
  const floor =
    (every: number, step = 1) =>
    (i: number) =>
      step * Math.floor(i / every);
  const interleaved =
    (...counters: ((i: number) => number)[]) =>
    (i: number) =>
      37 * (i % counters.length) + counters[i % counters.length]!(Math.floor(i / counters.length));
  const counters: [name: string, value: (i: number) => number][] = [
    ...[1, 2, 3, 7, 8, 13, 32, 33, 63, 64, 65, 100, 128, 257, 500, 777, 1000, 1024, 1500, 1999, 2000].map(
      (every) => [`+1 every ${every}`, floor(every)] as [string, (i: number) => number],
    ),
    ...[3, 37, 64, 101, 128, 255].map(
      (step) => [`+${step}`, floor(1, step)] as [string, (i: number) => number],
    ),
    ["+5 every 64", floor(64, 5)],
    ["+1 every 3.7", floor(3.7)],
    ["+1 every 64.3", floor(64.3)],
    ["+1 every 333.3", floor(333.3)],
    ["two, +1 and +3", interleaved(floor(1), floor(1, 3))],
    ["two, +1 every 32 and every 50", interleaved(floor(32), floor(50))],
    ["two, +1 and one slow", interleaved(floor(1), floor(100))],
    ["three", interleaved(floor(1), floor(1, 5), floor(1, 7))],
    ["three slow ones", interleaved(floor(30), floor(50), floor(70))],
    ["a sawtooth", (i) => i % 200],
    ["a slow sawtooth", (i) => Math.floor((i % 1000) / 7)],
    ["a triangle", (i) => Math.min(i % 600, 600 - (i % 600))],
  ];

  for (const symbolBits of [8, 4, 1]) {
    test(`of ${symbolBits} bits earn at most 320 bits in all, and nothing in the end`, () => {
      const { list, note } = excesses();
      const mask = 2 ** symbolBits - 1;
      for (const [name, value] of counters) {
        // The first: a counter from the first symbol on.
        for (const offset of [-BEFORE, ...ONSETS]) {
          const onset = BEFORE + offset;
          // Noise with much entropy, and noise with little, in which a model follows some place far back.
          const before =
            offset < BLOCK / 2 ? keystream(BEFORE + BLOCK, 30) : sticky(0.9, 15, BEFORE + BLOCK, 30);
          const symbols = new Uint8Array(BEFORE + 10 * BLOCK);
          symbols.set(before.map((byte) => byte & mask));
          for (let i = onset; i < symbols.length; i++) symbols[i] = value(i - onset) & mask;
          const estimates = assessAll(symbols, symbolBits);
          // With no claim to cap it.
          const bits = estimates.reduce(
            (sum, estimate, i) =>
              sum + (estimate / 2) * Math.min(BLOCK, Math.max(0, (i + 1) * BLOCK - onset)),
            0,
          );
          note(name, offset, bits, 320);
          note(name, offset, estimates.at(-1)!, NOTHING);
        }
      }
      expect(list).toEqual([]);
    });
  }
});

test("a counter that follows a replay is seen at once, though another place was followed before", () => {
  const symbols = keystream(8 * BLOCK, 38);
  const [period, onset] = [15_000, 7.875 * BLOCK];
  symbols.copyWithin(period, 0, onset - period);
  // Their successors are rare in the last eighth of a block: a run of right guesses alone can lower its estimate.
  symbols.set(keystream(BLOCK - 500, 39), 7 * BLOCK);
  for (let i = onset; i < symbols.length; i++) symbols[i] = Math.floor((i - onset) / 2);
  expect(assessAll(symbols, 8)[7]).toBeLessThan(0.2);
});

test("a shift register is taken for noise within its period, and for nothing after it", () => {
  let state = 1;
  const symbols = Uint8Array.from({ length: 30 * BLOCK }, () => {
    for (let i = 0; i < 8; i++) state = (state >> 1) ^ (-(state & 1) & 0xb400);
    return state & 255;
  });
  const estimates = assessAll(symbols, 8);
  const period = 65_535 / BLOCK;
  expect(Math.min(...estimates.slice(0, period))).toBeGreaterThan(6);
  expect(Math.max(...estimates.slice(period + 2))).toBeLessThan(NOTHING);
});

describe("genuine noise", () => {
  /** Mean of 250 blocks by the estimate that this one replaced, which knew lags to 8 and one symbol's successor only. */
  const before: [name: string, symbolBits: number, probabilities: number[], mean: number][] = [
    ["uniform, 8 bits", 8, Array(256).fill(1 / 256), 6.5759],
    ["uniform, 4 bits", 4, Array(16).fill(1 / 16), 3.6304],
    ["uniform, 2 bits", 2, [0.25, 0.25, 0.25, 0.25], 1.8395],
    ["uniform, 1 bit", 1, [0.5, 0.5], 0.9093],
    ["bits of 0.152", 1, [0.9, 0.1], 0.1332],
    ["bits of 0.0145", 1, [0.99, 0.01], 0.0086],
    ["one value in 70 %", 8, [0.7, ...Array(255).fill(0.3 / 255)], 0.4777],
    ["one value in 97 %", 8, [0.97, ...Array(255).fill(0.03 / 255)], 0.0338],
  ];
  for (const [name, symbolBits, probabilities, meanBefore] of before) {
    test(`keeps 97 % and more: ${name}`, () => {
      // More than the history holds, so that it comes round.
      const estimates = assessAll(draw(probabilities, 250 * BLOCK, 7), symbolBits);
      expect(mean(estimates)).toBeWithin(0.97 * meanBefore, 1.03 * meanBefore);
      expect(mean(estimates.slice(-50))).toBeWithin(0.97 * meanBefore, 1.03 * meanBefore);
    });
  }
});

describe("from block to block", () => {
  test("a run that began in the block before counts as long as it is", () => {
    const noise = keystream(2 * BLOCK, 31);
    const run = (length: number) => {
      const symbols = noise.slice();
      symbols.fill(9, BLOCK - length, BLOCK + 600);
      return assessAll(symbols, 8)[1]!;
    };
    const alone = run(0);
    expect(run(200)).toBeLessThan(0.8 * alone);
    expect(run(3000)).toBeLessThan(0.3 * alone);
  });

  test("a run that ended with the block before does not count", () => {
    const symbols = keystream(2 * BLOCK, 32);
    const good = assessAll(symbols, 8)[1]!;
    symbols.fill(9, BLOCK / 2, BLOCK);
    if (symbols[BLOCK] === 9) symbols[BLOCK] = 8;
    expect(assessAll(symbols, 8)[1]).toBeWithin(0.97 * good, 1.03 * good);
  });

  test("symbols that were only learnt count as seen, in batches of any size", () => {
    const replay = keystream(1024 + 2 * BLOCK, 33);
    replay.copyWithin(1024, 0);
    const expected = new BlockEstimate(8);
    expected.learn(replay.subarray(0, 1024));
    const estimates = assessAll(replay.subarray(1024), 8, expected);
    expect(estimates[0]).toBeLessThan(0.1);
    for (const batch of [1, 7, 100, 1000]) {
      const estimate = new BlockEstimate(8);
      for (let i = 0; i < 1024; i += batch) estimate.learn(replay.subarray(i, Math.min(1024, i + batch)));
      expect(assessAll(replay.subarray(1024), 8, estimate)).toEqual(estimates);
    }
  });

  test("learns more than a block at once", () => {
    const replay = keystream(12 * BLOCK, 34);
    replay.copyWithin(10 * BLOCK, 0);
    const estimate = new BlockEstimate(8);
    estimate.learn(replay.subarray(0, 10 * BLOCK));
    expect(assessAll(replay.subarray(10 * BLOCK), 8, estimate)[1]).toBeLessThan(NOTHING);
  });

  test("sources do not disturb each other, though they share tables", () => {
    const a = keystream(4 * BLOCK, 35);
    const b = sticky(0.9, 15, 4 * BLOCK, 36);
    const [estimateA, estimateB] = [new BlockEstimate(8), new BlockEstimate(8)];
    const together = [0, 1, 2, 3].map((i) => {
      const part = (symbols: Uint8Array) => symbols.subarray(i * BLOCK, (i + 1) * BLOCK);
      return [estimateA.assess(part(a)), estimateB.assess(part(b))];
    });
    expect(together.map((pair) => pair[0])).toEqual(assessAll(a, 8));
    expect(together.map((pair) => pair[1])).toEqual(assessAll(b, 8));
  });

  test("reset forgets everything: the same symbols give the same again", () => {
    const symbols = keystream(6 * BLOCK, 37);
    const estimate = new BlockEstimate(8);
    const first = assessAll(symbols, 8, estimate);
    estimate.reset();
    expect(assessAll(symbols, 8, estimate)).toEqual(first);
  });
});
