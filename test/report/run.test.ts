import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { InputError } from "../../src/errors.ts";
import { DEEP_BYTES } from "../../src/report/intake.ts";
import { runReport } from "../../src/report/run.ts";
import type { ReportData, RunOptions } from "../../src/report/run-options.ts";
import { battery } from "../../src/stats/battery.ts";
import { bitString } from "../../src/stats/bits.ts";
import { StreamingBattery } from "../../src/stats/other/streaming-battery.ts";
import { sp80022 } from "../../src/stats/sp800-22/index.ts";
import { BATTERY, SUITE_IDS } from "../../src/stats/suites.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

/** The bytes in pieces that are overwritten as soon as the next one is asked for, as readers of files do. */
function dataOf(bytes: Uint8Array, pieceLength = 7_919): ReportData {
  async function* pieces() {
    const buffer = new Uint8Array(pieceLength);
    for (let at = 0; at < bytes.length; at += pieceLength) {
      const piece = bytes.subarray(at, at + pieceLength);
      buffer.set(piece);
      yield buffer.subarray(0, piece.length);
    }
  }
  return { kind: "file", name: "data", bitsPerSymbol: 8, pieces: pieces() };
}

function run(bytes: Uint8Array, more: Partial<RunOptions> = {}, pieceLength?: number) {
  const never = new AbortController().signal;
  const options: RunOptions = { suites: ["battery"], constants: "nist", threads: 0, signal: never, ...more };
  return runReport(dataOf(bytes, pieceLength), options);
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe("one sequence", () => {
  const bytes = keystream(40_000, 1);

  test("results are those of the suites themselves, in their order", async () => {
    const { report, head } = await run(bytes, { suites: ["sp800-22", "battery"], constants: "exact" });
    const direct = [...battery(bytes), ...sp80022(bitString(bytes), { constants: "exact" })];
    const bare = report.results.map(
      ({ verdict: _, correctedP: __, correctedExactP: ___, testedBytes, ...result }) => {
        expect(testedBytes).toBe(bytes.length);
        return result;
      },
    );
    expect(plain(bare)).toEqual(plain(direct));
    expect(report.suites).toEqual(["battery", "sp800-22"]);
    expect([...head]).toEqual([...bytes]);
    expect(report.input.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect([report.summary.verdict, report.notes]).toEqual(["pass", []]);
  });

  test("threads change nothing", async () => {
    const [alone, threaded] = await Promise.all(
      [0, 2].map(async (threads) => (await run(bytes, { suites: SUITE_IDS, threads })).report),
    );
    expect(plain(threaded)).toEqual(plain(alone));
  });

  test("how the data come in pieces changes nothing", async () => {
    const small = bytes.subarray(0, 5_001);
    const whole = (await run(small, { suites: ["battery", "fips140-2"] }, 10_000)).report;
    for (const length of [1, 997]) {
      const pieces = (await run(small, { suites: ["battery", "fips140-2"] }, length)).report;
      expect(plain(pieces)).toEqual(plain(whole));
    }
  });

  test("every length from one byte on is answered, and none at all is an error", async () => {
    for (const length of [1, 2, 3, 13, 255, 257]) {
      const { report } = await run(bytes.subarray(0, length), { suites: SUITE_IDS });
      // AIS 20/31 has 13, FIPS 140-2 six, SP 800-90B as many as apply.
      expect(report.results.filter((result) => result.suite === "battery")).toHaveLength(BATTERY.length);
      expect(report.summary.verdict === "fail" && length > 3).toBe(false);
    }
    expect(await rejectionOf(run(new Uint8Array(0)))).toBeInstanceOf(InputError);
  });

  test("symbols narrower than a byte are assessed as such", async () => {
    const symbols = { ...dataOf(bytes), bitsPerSymbol: 4 };
    const { report } = await runReport(symbols, {
      suites: ["sp800-90b"],
      constants: "nist",
      threads: 0,
      signal: new AbortController().signal,
    });
    const mcv = report.results.find((result) => result.test === "mcv-original");
    expect(mcv).toMatchObject({ kind: "estimate", n: 80_000, unit: "bits/symbol", section: "6.3.1" });
    expect(mcv?.kind === "estimate" && mcv.value > 3.8 && mcv.value < 4).toBe(true);
  });

  test("an interrupt ends it with its reason", async () => {
    const reason = new Error("interrupted");
    const interrupt = new AbortController();
    const running = rejectionOf(
      run(bytes, {
        signal: interrupt.signal,
        threads: 2,
        onProgress: (progress) => progress.phase === "testing" && interrupt.abort(reason),
      }),
    );
    expect(await running).toBe(reason);
    expect(await rejectionOf(run(bytes, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });
});

describe("more than is tested whole", () => {
  test("cheap tests see all of it, the others say what they saw", async () => {
    const bytes = keystream(DEEP_BYTES + 1_000_001, 2);
    const { report, head } = await run(bytes, { threads: 2 });
    expect(head.length).toBe(bytes.length);
    const streamed = new StreamingBattery().finish().length;
    const whole = new Map(
      battery(bytes, { tests: ["monobit", "byte-frequency", "cumulative-sums"] }).map((r) => [r.test, r]),
    );
    for (const result of report.results) {
      expect([DEEP_BYTES, bytes.length]).toContain(result.testedBytes);
      const direct = whole.get(result.test);
      if (direct?.kind !== "hypothesis" || result.kind !== "hypothesis") continue;
      expect(result.testedBytes).toBe(bytes.length);
      expect(result.statistic).toBeCloseTo(direct.statistic, 9);
    }
    expect(report.notes).toEqual([
      `battery: ${BATTERY.length - streamed} of ${BATTERY.length} tests looked at the first 1,048,576 bytes of 2,048,577 bytes`,
    ]);
    expect(report.summary.verdict).toBe("pass");
  });
});

describe("several sequences", () => {
  const bytes = keystream(60_003, 3);

  test("each has the results of its own, and the final analysis is over all", async () => {
    const sequences = { count: 60, bytes: 1_000 };
    const { report } = await run(bytes, { sequences, suites: ["battery", "sp800-22"], threads: 2 });
    const direct = Array.from({ length: 60 }, (_, i) => {
      const own = bytes.subarray(1_000 * i, 1_000 * (i + 1));
      return [...battery(own), ...sp80022(bitString(own))].map((result) => ({ ...result, sequence: i }));
    }).flat();
    const bare = report.results.map(
      ({ verdict: _, testedBytes: __, correctedP: ___, correctedExactP: ____, ...result }) => result,
    );
    const lean = direct.map((result) =>
      result.kind === "hypothesis" ? { ...result, details: undefined } : result,
    );
    expect(plain(bare)).toEqual(plain(lean));
    const frequency = report.analysis.find((line) => line.suite === "sp800-22" && line.test === "frequency");
    expect(frequency).toMatchObject({ sequences: 60, verdict: "pass" });
    expect(report.sequenceBytes).toBe(1_000);
    expect(report.input.bytes).toBe(60_003);
    expect(report.input.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(report.notes).toEqual(["after the last sequence of 1,000 bytes 3 bytes remained untested"]);
    expect(report.summary.verdict).toBe("pass");
  });

  test("one bad sequence among many is found", async () => {
    const spoilt = bytes.slice();
    spoilt.fill(0, 5_000, 6_000);
    const { report } = await run(spoilt, { sequences: { count: 60, bytes: 1_000 } });
    expect(report.summary.verdict).toBe("fail");
    expect(report.summary.findings.every((name) => name.endsWith("#5"))).toBe(true);
  });

  test("data that end too early are an error", async () => {
    const error = await rejectionOf(run(bytes, { sequences: { count: 61, bytes: 1_000 } }));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toBe("61 sequences of 1000 bytes need 61000, there are 60003");
  });
});
