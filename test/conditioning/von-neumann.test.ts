import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { VonNeumann } from "../../src/conditioning/von-neumann.ts";
import type { BitString } from "../../src/stats/bits.ts";
import { uniforms } from "../support/keystream.ts";

/** The bits as a string of digits. */
const digits = ({ bytes, length }: BitString) =>
  Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .slice(0, length);

const debiased = (symbols: Uint8Array, symbolBits: number) =>
  digits(new VonNeumann(symbolBits).debias(symbols));

describe("known answers", () => {
  test("10 gives 1, 01 gives 0, equal bits nothing", () => {
    expect(debiased(Uint8Array.of(1, 0, 0, 1, 0, 0, 1, 1, 1, 0), 1)).toBe("101");
  });

  test("pair after pair, within a pair from the most significant position", () => {
    // 1100 / 1010: positions 2 and 1 differ. 0001 / 1110: all differ.
    expect(debiased(Uint8Array.of(0b1100, 0b1010, 0b0001, 0b1110), 4)).toBe("10" + "0001");
  });

  test("pairs do not overlap, an odd symbol at the end waits", () => {
    expect(debiased(Uint8Array.of(1, 0, 1), 1)).toBe("1");
    expect(debiased(Uint8Array.of(1), 1)).toBe("");
    expect(debiased(new Uint8Array(0), 1)).toBe("");
  });

  test("bits above symbolBits are ignored", () => {
    expect(debiased(Uint8Array.of(0b1010_01, 0b0101_10), 2)).toBe("01");
  });

  test("constant symbols give nothing, a period of two gives constant bits", () => {
    expect(debiased(new Uint8Array(1000).fill(0xa5), 8)).toBe("");
    expect(
      debiased(
        Uint8Array.from({ length: 1000 }, (_, i) => i & 1),
        1,
      ),
    ).toBe("0".repeat(500));
  });
});

test("each position is debiased as if it were alone", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (symbols) => {
      // Taking one position's bits out of the joint output needs to know where they are: replay the pairs.
      const byPosition: Record<number, string> = { ...Array(8).fill("") };
      const joint = debiased(symbols, 8);
      let at = 0;
      for (let i = 0; i + 1 < symbols.length; i += 2) {
        for (let bit = 7; bit >= 0; bit--) {
          if ((((symbols[i]! ^ symbols[i + 1]!) >> bit) & 1) === 1) byPosition[bit] += joint.charAt(at++);
        }
      }
      expect(at).toBe(joint.length);
      for (let bit = 0; bit < 8; bit++) {
        expect(byPosition[bit]).toBe(
          debiased(
            symbols.map((symbol) => (symbol >> bit) & 1),
            1,
          ),
        );
      }
    }),
    { seed: 8 },
  );
});

test("in batches of any sizes it gives what one call gives", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 9 })),
      fc.integer({ min: 1, max: 8 }),
      (parts, symbolBits) => {
        const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
        const stream = new VonNeumann(symbolBits);
        expect(parts.map((part) => digits(stream.debias(part))).join("")).toBe(debiased(whole, symbolBits));
      },
    ),
    { seed: 9 },
  );
});

test("at most one bit for each pair and position, and never less than nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 8 }), (symbols, symbolBits) => {
      const { bytes, length } = new VonNeumann(symbolBits).debias(symbols);
      expect(length).toBeLessThanOrEqual(Math.floor(symbols.length / 2) * symbolBits);
      expect(bytes.length).toBe(Math.ceil(length / 8));
    }),
    { seed: 10 },
  );
});

test("independent bits of any bias come out unbiased, in the expected number", () => {
  const n = 400_000;
  for (const [seed, p] of [0.03, 0.2, 0.5, 0.7, 0.99].entries()) {
    const bits = Uint8Array.from(uniforms(n, seed + 1), (u) => (u < p ? 1 : 0));
    const out = debiased(bits, 1);
    const ones = out.replaceAll("0", "").length;
    // 7.5 standard deviations on either side: false alarms below 2^−43 a test if the seeds were fresh.
    const expectedLength = n * p * (1 - p);
    expect(Math.abs(out.length - expectedLength)).toBeLessThan(7.5 * Math.sqrt(expectedLength));
    expect(Math.abs(ones - out.length / 2)).toBeLessThan((7.5 / 2) * Math.sqrt(out.length));
  }
});

test("positions of different bias do not taint each other", () => {
  const n = 200_000;
  const rare = uniforms(n, 20);
  const common = uniforms(n, 21);
  const symbols = Uint8Array.from(rare, (u, i) => (u < 0.1 ? 2 : 0) + (common[i]! < 0.9 ? 1 : 0));
  const out = debiased(symbols, 2);
  const ones = out.replaceAll("0", "").length;
  // As above; pairing the two positions of one symbol instead would give 1 for 10 in 99 of 100 cases or so.
  expect(Math.abs(ones - out.length / 2)).toBeLessThan((7.5 / 2) * Math.sqrt(out.length));
});

test("widths out of range are refused", () => {
  for (const bits of [0, 9, 2.5]) expect(() => new VonNeumann(bits)).toThrow(RangeError);
});
