import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { calibratedClaims, LEAST_CLAIM, statedClaims } from "../../src/calibration/claims.ts";
import type { Calibration, Profile } from "../../src/calibration/profile.ts";
import { claimAt, type SourceInfo } from "../../src/source.ts";

const info: SourceInfo = {
  id: "a",
  title: "a",
  mechanism: "a test",
  family: "clock",
  unit: "ticks",
  symbolBits: 8,
  claim: 1,
  coarseClaim: 0.5,
  rateHz: 1_000,
  effects: [],
};
const calibration: Calibration = {
  assessedH: 3,
  symbolBits: 8,
  symbols: 1_000_000,
  rateHz: 1_000,
  calibratedAt: "2026-01-01T00:00:00Z",
};

function profileOf(entries: Record<string, Calibration>): Profile {
  const machine = {
    os: "linux",
    kernel: "k",
    arch: "x64",
    cpu: "c",
    processors: 1,
    memoryGiB: 1,
    installation: null,
  } as const;
  return {
    tool: "1",
    machine,
    clock: { name: "tsc", periodNs: 10 },
    sources: new Map(Object.entries(entries)),
  };
}

function lowered(assessedH: number, of: SourceInfo = info): SourceInfo {
  return calibratedClaims([of], profileOf({ a: { ...calibration, assessedH } }))[0]!;
}

describe("with a profile a source is credited min(claim, ½ H)", () => {
  test("the claim where H is at least twice that", () => {
    expect(lowered(3)).toMatchObject({ claim: 1, coarseClaim: 0.5 });
    expect(lowered(2)).toMatchObject({ claim: 1, coarseClaim: 0.5 });
  });

  test("half of H below, at coarse counters too", () => {
    expect(lowered(1.5)).toMatchObject({ claim: 0.75, coarseClaim: 0.5 });
    expect(lowered(0.8)).toMatchObject({ claim: 0.4, coarseClaim: 0.4 });
    expect(lowered(0)).toMatchObject({ claim: 0, coarseClaim: 0 });
  });

  test("what a source of another family knows of it is taken off first", () => {
    const claimed = (assessedH: number, sharedH: number) =>
      calibratedClaims([info], profileOf({ a: { ...calibration, assessedH, sharedH, sharedBound: 0.1 } }))[0]!
        .claim;
    expect(claimed(3, 0)).toBe(1);
    expect(claimed(3, 1)).toBe(1);
    expect(claimed(3, 1.5)).toBe(0.75);
    expect(claimed(1, 0.2)).toBeCloseTo(0.4, 12);
    for (const shared of [1, 2, 8]) expect(claimed(1, shared)).toBe(0);
  });

  test("next to nothing is nothing", () => {
    expect(lowered(2 * LEAST_CLAIM).claim).toBe(LEAST_CLAIM);
    expect(lowered(1.99 * LEAST_CLAIM).claim).toBe(0);
    for (const h of [Number.NaN, -1, Number.NEGATIVE_INFINITY])
      expect(lowered(h)).toMatchObject({ claim: 0, coarseClaim: 0 });
  });

  test("who has no coarse claim has the same one there", () => {
    const { coarseClaim: _, ...rest } = info;
    expect(claimAt(lowered(0.8, rest), 41.67)).toBe(0.4);
    expect(claimAt(lowered(3, rest), 41.67)).toBe(1);
  });

  test("sources it does not know, or knows with other symbols, keep their claim", () => {
    expect(calibratedClaims([info], profileOf({ b: calibration }))).toEqual([info]);
    expect(
      calibratedClaims([info], profileOf({ a: { ...calibration, symbolBits: 4, assessedH: 0 } })),
    ).toEqual([info]);
  });

  test("no profile raises any claim", () => {
    const h = fc.double({ min: 0, max: 8, noNaN: true });
    fc.assert(
      fc.property(h, h, h, (claim, coarseClaim, assessedH) => {
        const source = { ...info, claim, coarseClaim };
        const after = lowered(assessedH, source);
        return [5, 10, 41.67, 100].every((stepNs) => {
          const least = Math.min(claimAt(source, stepNs), assessedH / 2);
          return claimAt(after, stepNs) <= least && claimAt(after, stepNs) >= least - LEAST_CLAIM;
        });
      }),
      { seed: 1, numRuns: 1_000 },
    );
  });
});

test("stated claims replace those of the file, for fine and coarse counters", () => {
  const other = { ...info, id: "b" };
  expect(statedClaims([info, other], new Map([["a", 4]]))).toEqual([
    { ...info, claim: 4, coarseClaim: 4 },
    other,
  ]);
  expect(statedClaims([info], new Map([["a", 0]]))[0]).toMatchObject({ claim: 0, coarseClaim: 0 });
});
