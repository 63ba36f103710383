import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FAULTS, parseFaults } from "../../src/drill/faults.ts";
import { HealthMonitor } from "../../src/health/monitor.ts";
import { induce, noiseFor } from "../../src/health-check/induce.ts";
import { HealthTally, MOST_PLACES, symbolsForAll, type Tested } from "../../src/health-check/tally.ts";
import { keystream } from "../support/keystream.ts";

const TESTED: Tested = { claim: 0.5, symbolBits: 8, block: 512 };
const noise = (length: number, seed = 1) => keystream(length, seed);
const never = async () => {};

function outcomeOf(symbols: Uint8Array, tested = TESTED, piece = symbols.length) {
  const tally = new HealthTally(tested);
  for (let at = 0; at < symbols.length; at += piece) tally.add(symbols.subarray(at, at + piece));
  return tally.outcome();
}

describe("HealthTally", () => {
  test("good noise passes everything, and the second tests learn from it", () => {
    const outcome = outcomeOf(noise(symbolsForAll(TESTED)));
    expect(outcome.passed).toBe(true);
    expect(outcome.tests.map(({ phase, test, verdict }) => `${phase} ${test} ${verdict}`)).toEqual([
      "start-up repetition-count passed",
      "start-up adaptive-proportion passed",
      "continuous repetition-count passed",
      "continuous adaptive-proportion passed",
      "second repetition-count passed",
      "second adaptive-proportion passed",
    ]);
    expect(outcome.reference).toBeGreaterThan(3);
    expect(outcome.estimates).toMatchObject({ blocks: 32, belowClaim: 0, worthless: 0, verdict: "passed" });
  });

  test("each alarm is told by the symbol that completed the count, and the test goes on after it", () => {
    const symbols = noise(8_000);
    symbols.fill(7, 3_000, 3_000 + 61); // C = 61: one alarm at the last of them
    symbols.fill(9, 5_000, 5_000 + 123); // two, and one symbol
    symbols.fill(5, 7_000, 7_060); // C - 1
    symbols[2_999] = symbols[4_999] = symbols[6_999] = 0;
    symbols[3_061] = symbols[5_123] = symbols[7_060] = 1;
    const [, , rct] = outcomeOf(symbols).tests;
    expect(rct).toMatchObject({
      alarms: 3,
      seen: 123,
      verdict: "failed",
      places: [
        { at: 3_060, symbol: 7, count: 61 },
        { at: 5_060, symbol: 9, count: 61 },
        { at: 5_121, symbol: 9, count: 61 },
      ],
    });
  });

  test("counts all alarms, and keeps the first places", () => {
    const { tests, passed, estimates } = outcomeOf(new Uint8Array(61 * 100));
    expect(tests[2]).toMatchObject({ alarms: 100, seen: 6_100 });
    expect(tests[2]!.places.length).toBe(MOST_PLACES);
    expect(passed).toBe(false);
    expect(estimates).toMatchObject({ verdict: "failed", worthless: estimates.blocks });
  });

  test("any symbols in any pieces: the first alarm is the monitor's, and seen reaches the cutoff where a test fired", () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1_000),
          width: fc.integer({ min: 1, max: 3 }),
          claim: fc.constantFrom(0.2, 0.6, 0.95),
          piece: fc.integer({ min: 1, max: 3_000 }),
          stuck: fc.array(fc.tuple(fc.nat(3_900), fc.integer({ min: 1, max: 200 })), { maxLength: 3 }),
        }),
        ({ seed, width, claim, piece, stuck }) => {
          const symbols = noise(4_000, seed).map((byte) => byte >> (8 - width));
          for (const [at, length] of stuck) symbols.fill(0, at, at + length);
          const tested = { claim, symbolBits: width, block: 512 };
          const outcome = outcomeOf(symbols, tested, piece);
          expect(outcome).toEqual(outcomeOf(symbols, tested));
          for (const { phase, alarms, seen, cutoff, places } of outcome.tests) {
            if (phase === "second") continue;
            expect(alarms > 0).toBe(seen >= cutoff);
            expect(places.length).toBe(Math.min(alarms, MOST_PLACES));
          }
          const monitor = new HealthMonitor(claim, width);
          const { lastFailure } = monitor.observe(symbols);
          expect(lastFailure === undefined).toBe(
            outcome.tests.every(({ phase, alarms }) => phase === "second" || alarms === 0),
          );
          if (lastFailure === undefined) return;
          const same = outcome.tests.find(
            ({ phase, test: name }) => phase === lastFailure.phase && name === lastFailure.test,
          );
          expect(same!.places[0]!.at).toBe(lastFailure.symbolIndex);
        },
      ),
      { seed: 3, numRuns: 150 },
    );
  });

  test("a claim so low that a window of equal symbols proves nothing is called blind, not passed", () => {
    const { tests, passed } = outcomeOf(noise(4_000), { ...TESTED, claim: 0.03 });
    expect(tests.filter(({ verdict }) => verdict === "blind").map(({ test: name }) => name)).toEqual([
      "adaptive-proportion",
      "adaptive-proportion",
    ]);
    expect(passed).toBe(true);
  });

  test("too few symbols for the start-up test neither pass nor fail", () => {
    expect(outcomeOf(noise(1_023)).passed).toBe(null);
    expect(outcomeOf(noise(1_024)).passed).toBe(true);
    expect(outcomeOf(new Uint8Array(500)).passed).toBe(false);
  });

  test("one block worth nothing warns; two in a row fail", () => {
    const symbols = noise(1_024 + 6 * 512);
    const twos = (block: number) => {
      for (let i = 0; i < 512; i++) symbols[1_024 + 512 * block + i] = i & 1;
    };
    twos(1);
    expect(outcomeOf(symbols).estimates).toMatchObject({ worthless: 1, verdict: "warned", belowClaim: 1 });
    expect(outcomeOf(symbols).passed).toBe(true);
    twos(4);
    expect(outcomeOf(symbols).estimates).toMatchObject({
      worthless: 2,
      worthlessInARow: 1,
      verdict: "warned",
    });
    twos(5);
    const { estimates, passed } = outcomeOf(symbols);
    expect(estimates).toMatchObject({ worthless: 3, worthlessInARow: 2, verdict: "failed" });
    expect(estimates.places.map(({ from }) => from)).toEqual([1_536, 3_072, 3_584]);
    expect(passed).toBe(false);
  });

  test("says how much a block can show, which is less than a symbol can hold", () => {
    const reach = (symbolBits: number) =>
      outcomeOf(new Uint8Array(0), { claim: 0.1, symbolBits, block: 4_096 }).estimates.reach;
    // As measured on uniform symbols: health/block-estimate.ts.
    expect(reach(8)).toBeCloseTo(6.6, 0);
    expect(reach(4)).toBeCloseTo(3.6, 0);
    expect(reach(1)).toBeCloseTo(0.9, 1);
  });

  test("a second test warns of a source that lost most of what it had, and the file passes", () => {
    const symbols = noise(symbolsForAll(TESTED));
    // Half of all values are one: 1 bit, above the claim, where there were almost 8.
    for (let i = symbols.length - 4_000; i < symbols.length; i++) if (symbols[i]! & 1) symbols[i] = 0;
    const { tests, passed } = outcomeOf(symbols);
    expect(tests.filter(({ alarms }) => alarms > 0).map(({ phase, verdict }) => [phase, verdict])).toEqual([
      ["second", "warned"],
    ]);
    expect(passed).toBe(true);
  });
});

describe("induce", () => {
  test("every fault without entropy is found, whatever the width and the claim", async () => {
    for (const symbolBits of [1, 4, 8]) {
      for (const claim of [0, 0.01, 0.5]) {
        const tested = { claim, symbolBits, block: 512 };
        const bed = noise(noiseFor(tested, FAULTS), symbolBits).map((byte) => byte >> (8 - symbolBits));
        const results = await induce(bed, tested, FAULTS, never);
        expect(results.map(({ fault }) => fault)).toEqual(FAULTS.map(({ name }) => name));
        const missed = results.filter(({ expected, fired }) => expected === "must" && fired.length === 0);
        expect({ symbolBits, claim, missed }).toEqual({ symbolBits, claim, missed: [] });
        expect(results.every(({ passed }) => passed === true)).toBe(true);
      }
    }
  });

  test("a stuck source is found after C symbols, the last of the noise among them", async () => {
    const [stuck] = await induce(noise(20_000), TESTED, parseFaults("stuck", "x").symbols, never);
    const bySymbols = Object.fromEntries(stuck!.fired.map(({ by, after }) => [by, after]));
    expect(bySymbols["continuous repetition-count"]).toBe(60);
    expect(stuck!.fired.map(({ after }) => after)).toEqual(
      stuck!.fired.map(({ after }) => after).sort((a, b) => a - b),
    );
  });

  test("noise that is broken itself is not taken for the fault", async () => {
    const broken = noise(60_000);
    for (let at = 0; at < broken.length; at += 100) broken.fill(3, at, at + 70);
    const [cycle] = await induce(broken, TESTED, parseFaults("counter", "x").symbols, never);
    expect(cycle!.fired.map(({ by }) => by)).toEqual(["estimate"]);
  });

  test("a period beyond the memory of the estimate is not expected to be found; noise too short is said", async () => {
    const { symbols: faults } = parseFaults("period:300000,period:5000", "x");
    const long = noiseFor(TESTED, faults);
    const [unseen, seen] = await induce(noise(long), TESTED, faults, never);
    expect(unseen).toMatchObject({ expected: "cannot", fired: [], passed: true });
    expect(seen).toMatchObject({ expected: "must", passed: true });
    const [short] = await induce(noise(2_000), TESTED, faults, never);
    expect(short).toMatchObject({ passed: null, reason: "it takes 300000 symbols, and there are 2000" });
  });
});
