/**
 * Exact values for written-down words; elsewhere a fixed key stream against the law, so that nothing here depends on chance.
 * The bound for the fixed samples would raise a false alarm for one stream in 2⁴⁰.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { EsotericRandom } from "../../../src/faces/library/esoteric-random.ts";
import { chiSquared } from "../../../src/stats/math/chi-squared.ts";
import { normalCdf } from "../../../src/stats/math/special-functions.ts";
import { chiSquareTwoSided } from "../../../src/stats/math/tails.ts";
import { KeystreamSource, scripted } from "../../support/random-sources.ts";

const ALARM = 2 ** -40;
const MOST = 0xffff_ffff;

const streaming = (seed: number) => new EsotericRandom(new KeystreamSource(seed));
const of = (...words: number[]) => new EsotericRandom(scripted(...words));

/** Tests that all of `categories` are equally likely. */
function expectUniform(counts: readonly number[]): void {
  const statistic = chiSquared(counts, Array(counts.length).fill(1 / counts.length));
  expect(chiSquareTwoSided(statistic, counts.length - 1)).toBeGreaterThan(ALARM);
}

function tally(values: Iterable<number>, categories: number): number[] {
  const counts: number[] = Array(categories).fill(0);
  for (const value of values) counts[value]! += 1;
  return counts;
}

/** Tests Kolmogorov's distance to a continuous law, by P(√n D > c) ≤ 2 exp(−2c²) (P. Massart, Ann. Probab. 18 (1990) 1269–1283). */
function expectLaw(sample: Float64Array, cdf: (x: number) => number): void {
  const n = sample.length;
  const distance = sample
    .toSorted()
    .reduce((most, x, i) => Math.max(most, cdf(x) - i / n, (i + 1) / n - cdf(x)), 0);
  expect(2 * Math.exp(-2 * n * distance ** 2)).toBeGreaterThan(ALARM);
}

describe("random", () => {
  test("is 53 bits of two words", () => {
    expect(of(0, 0).random()).toBe(0);
    expect(of(MOST, MOST).random()).toBe(1 - 2 ** -53);
    expect(of(0x8000_0000, 0).random()).toBe(0.5);
    expect(of(0, 64).random()).toBe(2 ** -53);
    expect(of(32, 0).random()).toBe(2 ** -27);
    expect(of(31, 63).random()).toBe(0);
  });

  test("with a count gives that many, each of words of its own", () => {
    const numbers = of(0x4000_0000, 0, 0x8000_0000, 0, 0xc000_0000, 0).random(3);
    expect(numbers).toEqual(Float64Array.of(0.25, 0.5, 0.75));
    expect(streaming(1).random(0)).toEqual(new Float64Array(0));
    const source = new KeystreamSource(1);
    new EsotericRandom(source).random(512);
    expect(source.words).toBe(1_024);
  });

  test("is uniform on [0, 1)", () => {
    const numbers = streaming(2).random(100_000);
    expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
    expectLaw(numbers, (x) => x);
    expectUniform(
      tally(
        numbers.map((x) => Math.floor((x * 2 ** 53) % 64)),
        64,
      ),
    );
  });
});

describe("integers", () => {
  test("Lemire's method: the upper half of the product, and no word of the surplus", () => {
    // 2³² mod 6 = 4: the words whose product with 6 has a lower half below 4 are rejected.
    expect(of(0, 1).integers(0, 6)).toBe(0); // 0·6 = 0 is below 4; 1·6 = 6 is not
    expect(of(MOST).integers(0, 6)).toBe(5);
    expect(of(0x2aaa_aaab, MOST).integers(0, 6)).toBe(5); // the first word's product is 2³² + 2: 2 is below 4
    expect(of(0x8000_0001).integers(10, 20)).toBe(15);
    expect(of(5).integers(-3, -2)).toBe(-3);
    expect(of(MOST).integers(0, 2 ** 32)).toBe(MOST);
  });

  test("the product is exact, as bigints have it", () => {
    fc.assert(
      fc.property(fc.nat(MOST), fc.integer({ min: 1, max: 2 ** 32 }), (word, range) => {
        const product = BigInt(word) * BigInt(range);
        const isSurplus = (product & 0xffff_ffffn) < (1n << 32n) % BigInt(range);
        const expected = isSurplus ? 0 : Number(product >> 32n);
        // After a rejected word comes one that no range rejects and that gives 0.
        const next = Math.ceil((2 ** 32 % range) / range);
        expect(of(word, next).integers(0, range)).toBe(expected);
      }),
    );
  });

  test("wider ranges: masked bits, those not below the range turned down", () => {
    const range = 2 ** 32 + 2;
    expect(of(0xffff_fffe, 7).integers(0, range)).toBe(7);
    expect(of(1, 2, 1, 1).integers(0, range)).toBe(2 ** 32 + 1); // 2³² + 2 is out
    expect(of(MOST, MOST).integers(0, 2 ** 53 - 1 - 0)).not.toBe(2 ** 53 - 1);
    expect(of(0x1f_ffff, MOST - 1).integers(0, 2 ** 53 - 1)).toBe(2 ** 53 - 2);
    expect(of(0, 0).integers(-(2 ** 52), 2 ** 52)).toBe(-(2 ** 52));
  });

  test("bigints of any size", () => {
    expect(of(0x8000_0000).integers(5n, 7n)).toBe(6n);
    expect(of(1, 2, 3).integers(0n, 1n << 96n)).toBe((1n << 64n) | (2n << 32n) | 3n);
    expect(of(MOST, MOST, 0, 9).integers(0n, (1n << 64n) - 1n)).toBe(9n);
    expect(of(MOST).integers(-1n, 0n)).toBe(-1n);
    const drawn = streaming(3).integers(-(10n ** 30n), 10n ** 30n, 200);
    expect(drawn.every((x) => x >= -(10n ** 30n) && x < 10n ** 30n)).toBe(true);
    expect(new Set(drawn).size).toBe(200);
  });

  for (const range of [2, 3, 6, 10, 37]) {
    test(`${range} values, uniformly`, () => {
      expectUniform(tally(streaming(4).integers(0, range, 50_000), range));
      expectUniform(tally(streaming(5).integers(0n, BigInt(range), 50_000).map(Number), range));
    });
  }

  test("a range that does not divide 2³² has no bias: thirds of 3·2³⁰", () => {
    const third = 2 ** 30;
    const drawn = streaming(6).integers(0, 3 * third, 60_000);
    expectUniform(
      tally(
        drawn.map((x) => Math.floor(x / third)),
        3,
      ),
    );
  });

  test("a range above 2³²: its eighths", () => {
    const drawn = streaming(7).integers(-5, 2 ** 40 * 8 - 5, 50_000);
    expectUniform(
      tally(
        drawn.map((x) => Math.floor((x + 5) / 2 ** 40)),
        8,
      ),
    );
  });

  test("what makes no range is refused", () => {
    const rng = streaming(1);
    for (const [low, high] of [
      [0, 0],
      [1, 0],
      [0, 0.5],
      [0.5, 2],
      [0, Number.NaN],
      [0, 2 ** 53],
      [-(2 ** 53) + 1, 2 ** 53 - 1],
      [0, Number.POSITIVE_INFINITY],
    ] as const) {
      expect(() => rng.integers(low, high)).toThrow(RangeError);
    }
    expect(() => rng.integers(2n, 2n)).toThrow(RangeError);
    expect(() => rng.integers(0 as never, 2n)).toThrow(TypeError);
    expect(() => rng.integers("0" as never, "6" as never)).toThrow(TypeError);
  });
});

describe("normal and exponential", () => {
  test("the polar method, step by step", () => {
    // u = 2·¾ − 1 = ½, v = 2·½ − 1 = 0: s = ¼, factor √(−2 ln ¼ / ¼).
    const factor = Math.sqrt((-2 * Math.log(0.25)) / 0.25);
    const words = [0xc000_0000, 0, 0x8000_0000, 0];
    expect(of(...words).normal()).toBe(0.5 * factor);
    expect(of(...words).normal(10, 2, 2)).toEqual(Float64Array.of(10 + factor, 10));
    // u = v = −1 lies outside, u = v = 0 has no logarithm: both are rejected.
    expect(of(0, 0, 0, 0, 0x8000_0000, 0, 0x8000_0000, 0, ...words).normal()).toBe(0.5 * factor);
  });

  test("inversion, step by step", () => {
    expect(of(0, 0).exponential()).toBe(0);
    expect(of(0x8000_0000, 0).exponential(3)).toBeCloseTo(3 * Math.LN2, 12);
    expect(of(MOST, MOST).exponential()).toBeCloseTo(53 * Math.LN2, 10);
  });

  test("normal follows its law", () => {
    const odd = streaming(8).normal(0, 1, 100_001);
    expect(odd.length).toBe(100_001);
    expectLaw(odd, normalCdf);
    expectLaw(streaming(9).normal(-7, 0.25, 50_000), (x) => normalCdf((x + 7) / 0.25));
    const singles = streaming(10);
    expectLaw(
      Float64Array.from({ length: 20_000 }, () => singles.normal()),
      normalCdf,
    );
  });

  test("the two of a pair are independent: their signs and sizes", () => {
    const drawn = streaming(11).normal(0, 1, 100_000);
    const counts = Array(16).fill(0);
    const quarter = (z: number) => Math.min(3, Math.floor(normalCdf(z) * 4));
    for (let i = 0; i < drawn.length; i += 2) counts[4 * quarter(drawn[i]!) + quarter(drawn[i + 1]!)] += 1;
    expectUniform(counts);
  });

  test("exponential follows its law", () => {
    expectLaw(streaming(12).exponential(1, 100_000), (x) => -Math.expm1(-x));
    expectLaw(streaming(13).exponential(250, 50_000), (x) => -Math.expm1(-x / 250));
  });

  test("no spread is the mean itself; what is no parameter is refused", () => {
    const rng = streaming(1);
    expect(rng.normal(3, 0, 2)).toEqual(Float64Array.of(3, 3));
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => rng.normal(bad, 1)).toThrow(RangeError);
      expect(() => rng.normal(0, bad)).toThrow(RangeError);
      expect(() => rng.exponential(bad)).toThrow(RangeError);
    }
    expect(() => rng.normal(0, -1)).toThrow(RangeError);
    for (const bad of [0, -1]) expect(() => rng.exponential(bad)).toThrow(RangeError);
    expect(() => rng.normal("0" as never)).toThrow(TypeError);
  });
});

describe("lists", () => {
  test("shuffle: in place, the same array, every order equally likely", () => {
    // From the back: 3 of 4 stays, 0 of 3 changes places with 2, 1 of 2 stays.
    const list = ["a", "b", "c", "d"];
    expect(of(MOST, 3, MOST).shuffle(list)).toBe(list);
    expect(list).toEqual(["c", "b", "a", "d"]);
    const rng = streaming(14);
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = rng.shuffle([1, 2, 3, 4]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    expectUniform([...orders.values()]);
    expect([...rng.shuffle(Uint8Array.of(1, 2, 3))].sort()).toEqual([1, 2, 3]);
    expect(rng.shuffle([])).toEqual([]);
  });

  test("choice: one, several, none twice if asked", () => {
    expect(of(MOST).choice(["a", "b"])).toBe("b");
    expect(of(MOST, 3, MOST).choice("ab", 3)).toEqual(["b", "a", "b"]);
    const rng = streaming(15);
    expectUniform(tally(rng.choice([0, 1, 2, 3, 4], 50_000), 5));
    expect(rng.choice([1, 2, 3], 3, { replace: false }).sort()).toEqual([1, 2, 3]);
    expect(() => rng.choice([1, 2, 3], 4, { replace: false })).toThrow(RangeError);
    expect(rng.choice([], 0)).toEqual([]);
    expect(() => rng.choice([])).toThrow(RangeError);
    expect(() => rng.choice([], 1)).toThrow(RangeError);
    expect(() => rng.choice(7 as never)).toThrow(TypeError);
  });

  test("sample: every selection in every order equally likely, the list as it was", () => {
    const rng = streaming(16);
    const list = ["a", "b", "c", "d"];
    const seen = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const selection = rng.sample(list, 2).join("");
      seen.set(selection, (seen.get(selection) ?? 0) + 1);
    }
    expect(list).toEqual(["a", "b", "c", "d"]);
    expect(seen.size).toBe(12);
    expectUniform([...seen.values()]);
  });

  test("sample never takes one twice, whatever is asked", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(200), (length, count, seed) => {
        const list = Array.from({ length }, (_, i) => i);
        const rng = streaming(seed);
        if (count > length) expect(() => rng.sample(list, count)).toThrow(RangeError);
        else {
          const drawn = rng.sample(list, count);
          expect(drawn.length).toBe(count);
          expect(new Set(drawn).size).toBe(count);
          expect(drawn.every((item) => list[item] === item)).toBe(true);
        }
      }),
    );
  });

  test("a few of very many cost little", () => {
    const many = { length: 2 ** 31 };
    expect(streaming(17).sample(many, 5)).toEqual(Array(5).fill(undefined));
  });
});

describe("bytes and uuid", () => {
  test("bytes of any length", () => {
    const rng = of(0x04030201, 0x08070605);
    expect(rng.bytes(6)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(streaming(18).bytes(0).length).toBe(0);
    const bytes = streaming(18).bytes(200_001);
    expect(bytes.length).toBe(200_001);
    expectUniform(tally(bytes, 256));
  });

  test("uuid: version 4, variant 10, the rest random", () => {
    expect(of(0, 0, 0, 0).uuid()).toBe("00000000-0000-4000-8000-000000000000");
    expect(of(MOST, MOST, MOST, MOST).uuid()).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    const rng = streaming(19);
    const uuids = new Set(Array.from({ length: 1_000 }, () => rng.uuid()));
    expect(uuids.size).toBe(1_000);
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("counts and words", () => {
  test("what is no count is refused", () => {
    const rng = streaming(1);
    const calls: ((count: number) => unknown)[] = [
      (count) => rng.random(count),
      (count) => rng.integers(0, 2, count),
      (count) => rng.integers(0n, 2n, count),
      (count) => rng.normal(0, 1, count),
      (count) => rng.exponential(1, count),
      (count) => rng.choice([1], count),
      (count) => rng.sample([1], count),
      (count) => rng.bytes(count),
    ];
    for (const call of calls) {
      for (const bad of [-1, 0.5, Number.NaN, 2 ** 32]) expect(() => call(bad)).toThrow(RangeError);
      expect(() => call("3" as never)).toThrow(TypeError);
    }
  });

  test("words are wiped once used, and what the source throws comes through", () => {
    let block: Uint32Array | undefined;
    let left = 1;
    const rng = new EsotericRandom({
      getRandomValues(array) {
        if (left-- === 0) throw new Error("no more");
        block = array.fill(MOST);
      },
    });
    for (let i = 0; i < 512; i++) rng.random();
    expect(block?.every((word) => word === 0)).toBe(true);
    expect(() => rng.random()).toThrow("no more");
  });

  test("a source that failed is asked again, and no old word comes", () => {
    let fails = true;
    const rng = new EsotericRandom({
      getRandomValues(array) {
        if (fails) throw new Error("not now");
        array.fill(MOST);
      },
    });
    expect(() => rng.random()).toThrow("not now");
    expect(() => rng.random()).toThrow("not now");
    fails = false;
    expect(rng.random()).toBe(1 - 2 ** -53);
  });
});
