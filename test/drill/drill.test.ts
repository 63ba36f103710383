/** The drill over recorded noise, which gates: no fault earns more than it may. And broken payers, which it must catch. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { playAnswer } from "../../src/drill/answers.ts";
import { type Cast, drillSource, type FaultResult, leastNoise, noiseNeeded } from "../../src/drill/drill.ts";
import { ANSWER_FAULTS, FAULTS, OVERCLAIM, parseFaults } from "../../src/drill/faults.ts";
import { CREDITED_SHARE } from "../../src/source.ts";
import { assess } from "../../src/stats/sp800-90b/index.ts";
import { fakeHost } from "../support/fake-host.ts";
import { MUTANTS } from "../support/probation-mutants.ts";
import { RECORDED, recordedNoise } from "../support/recorded-noise.ts";

const options = {
  assess: async (symbols: Uint8Array, bits: number) => assess(symbols, bits).minEntropy,
  turn: async () => {},
};

const objectionsOf = (results: readonly FaultResult[]) =>
  results.filter(({ holds }) => !holds).map(({ fault, objections }) => `${fault}: ${objections.join("; ")}`);

const byFault = (results: readonly FaultResult[], name: string) =>
  results.find(({ fault }) => fault === name)!;

test("the recorded noise is what was recorded, and small", () => {
  let bytes = 0;
  for (const { id, samples, sha256 } of RECORDED) {
    const { symbols } = recordedNoise(id);
    expect([symbols.length, createHash("sha256").update(symbols).digest("hex")]).toEqual([samples, sha256]);
    bytes += Bun.zstdCompressSync(symbols).length;
  }
  expect(RECORDED.length).toBeGreaterThanOrEqual(10);
  expect(bytes).toBeLessThan(2_000_000);
});

describe("no fault earns more than it may, wherever in a block it begins", () => {
  for (const { id } of RECORDED) {
    test(id, async () => {
      const cast = recordedNoise(id);
      const result = await drillSource(cast, FAULTS, options);
      const { faults, notPlayed, paidBefore, claim, block } = result;
      expect(objectionsOf(faults)).toEqual([]);
      expect([notPlayed, faults.length]).toEqual([[], FAULTS.length]);
      // Else it would hold because nothing is ever paid.
      expect(paidBefore).toBeGreaterThan(0.9);

      // Whatever has no entropy is seen, soon, and a test that saw it is named.
      for (const { name, allowance } of FAULTS) {
        if (allowance.kind !== "dead" && allowance.kind !== "replay") continue;
        const { detectedAfter, detectedBy, bits } = byFault(faults, name);
        expect(detectedAfter, name).not.toBeNull();
        // The end of a slice stands for where in it a second test fired.
        expect(detectedAfter!, name).toBeLessThanOrEqual(4 * block + cast.rateHz * 0.004);
        expect(detectedBy, name).not.toBeNull();
        expect(bits, name).toBeLessThanOrEqual(Math.max(320, 2 * block * claim));
      }
      // A generator is paid for its first period: nothing can tell.
      const lfsr = byFault(faults, "lfsr16");
      expect(lfsr.bits).toBeGreaterThan(0.9 * 65_535 * Math.min(claim, CREDITED_SHARE));
      expect(lfsr.detectedAfter).toBeGreaterThan(65_535);
    });
  }

  for (const fault of ANSWER_FAULTS) {
    for (const id of ["clock_jitter", "sleep_jitter"]) {
      test(`${fault}, ${id}, on a machine without the native library`, async () => {
        const result = await playAnswer(fault, recordedNoise(id), fakeHost());
        expect(result).toMatchObject({ fault, holds: true, bits: 0, objections: [] });
      });
    }
  }
});

test("nor over a young source, whose second tests have not learnt what it holds", async () => {
  const faults = parseFaults(
    "stuck,period:2,period:3,period:8,period:128,counter,slow-counter,lfsr16",
    "",
  ).symbols;
  for (const { id } of RECORDED) {
    const cast = recordedNoise(id);
    const young = { ...cast, symbols: cast.symbols.subarray(0, leastNoise(cast)) };
    const { faults: results, notPlayed } = await drillSource(young, faults, options);
    expect([objectionsOf(results), notPlayed], id).toEqual([[], []]);
  }
});

test("it is deterministic", async () => {
  const faults = parseFaults("bias,half,period:1000", "").symbols;
  const play = () => drillSource(recordedNoise("mprotect_timing"), faults, options);
  expect(await play()).toEqual(await play());
});

test("too little noise is said, not made up for", async () => {
  const cast = recordedNoise("sleep_jitter");
  const short = { ...cast, symbols: cast.symbols.subarray(0, 6_000) };
  const { faults, notPlayed } = await drillSource(
    short,
    parseFaults("stuck,period:20000,bias", "").symbols,
    options,
  );
  expect(faults.map(({ fault }) => fault)).toEqual(["stuck"]);
  expect(notPlayed.map(({ fault }) => fault)).toEqual(["period:20000", "bias"]);
  expect(notPlayed[0]!.reason).toMatch(/^takes \d+ samples, and there are 6000$/);
  expect(noiseNeeded(cast, FAULTS)).toBeLessThanOrEqual(cast.symbols.length);
});

test("a period beyond the memory of the estimate is paid, and no bound is claimed", async () => {
  const cast = recordedNoise("sleep_jitter");
  const symbols = new Uint8Array(3 * cast.symbols.length).map(() => 0);
  // Noise that is long enough: three recordings of it, made different from each other.
  for (let i = 0; i < symbols.length; i++) {
    symbols[i] = (cast.symbols[i % cast.symbols.length]! + ((i * i * 7 + Math.floor(i / 3)) % 251)) & 255;
  }
  const [fault] = parseFaults("period:300000", "").symbols;
  const result = (await drillSource({ ...cast, symbols }, [fault!], options)).faults[0]!;
  expect(result).toMatchObject({ holds: true, detectedAfter: null, allowedBits: null });
  expect(result.share).toBeGreaterThan(0.9);
});

test("the estimate alone holds against a claim that is too high, over noise that is well assessed", async () => {
  for (const id of MUTANTS["pays the whole estimate"]!.by) {
    const { faults } = await drillSource(recordedNoise(id), [OVERCLAIM], options);
    expect(objectionsOf(faults)).toEqual([]);
  }
});

describe("a payer that is broken is caught", () => {
  for (const [name, { by, role, faults }] of Object.entries(MUTANTS)) {
    test(name, async () => {
      const caught = new Map<string, string[]>();
      for (const id of by) {
        const cast: Cast = { ...recordedNoise(id), ...role };
        const { faults: results } = await drillSource(cast, parseFaults(faults, "").symbols, options);
        caught.set(id, objectionsOf(results));
      }
      if (process.env["DRILL_SHOW"]) console.log(name, Object.fromEntries(caught));
      for (const id of by) expect(caught.get(id)!.length, `${name}, ${id}`).toBeGreaterThan(0);
    });
  }
});
