import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InterruptedError } from "#kit/term/exit.ts";
import { report } from "../../src/commands/report.ts";
import { reportOptions } from "../../src/commands/report-options.ts";
import type { Deps } from "../../src/deps.ts";
import { InsufficientEntropyError, UsageError } from "../../src/errors.ts";
import { faultOf } from "../../src/report/faults.ts";
import { ReadingMarks, writeReport } from "../../src/report/write-report.ts";
import { bitString } from "../../src/stats/bits.ts";
import { chiSquareUpper } from "../../src/stats/math/tails.ts";
import { sp80022 } from "../../src/stats/sp800-22/index.ts";
import { BATTERY, SUITES } from "../../src/stats/suites.ts";
import { exitCodeOf } from "../support/exit-code.ts";
import { fakeIo } from "../support/fake-io.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { keystream } from "../support/keystream.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";
import { runProcess } from "../support/run-process.ts";

const ROOT = join(import.meta.dirname, "..", "..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-report-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function depsOf(sources: readonly FakeSource[]): Deps {
  return { sources, host: fakeHost, startThread: () => new FakeThread(sources), warn: () => {} };
}

const noisy = () => [
  fakeSource({ id: "a" }, fakeNoise(1)),
  fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
];

/** Exit code and output of the command with these arguments. */
async function run(args: Record<string, unknown>, sources = noisy()) {
  const io = fakeIo();
  const exitCode = await report.run(optionsFor(report, args), io, depsOf(sources));
  return { exitCode, out: io.written().toString(), talk: io.talk() };
}

function fileOf(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe("verdicts", () => {
  test("good data: exit 0", async () => {
    // The chance that good data fail is 1 in 10,000; these are always the same.
    const { exitCode, out } = await run({ input: fileOf("good.bin", keystream(50_000, 1)) });
    expect(exitCode).toBe(0);
    expect(out).toContain(`${BATTERY.length} tests: `);
    expect(out).toContain("0 failed");
  });

  const lcg = (n: number) => {
    let state = 12345;
    return Uint8Array.from({ length: n }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state;
    });
  };
  const biased = (n: number) => {
    const uniform = keystream(8 * n, 3);
    return Uint8Array.from({ length: n }, (_, i) =>
      uniform.subarray(8 * i, 8 * i + 8).reduce((byte, u) => (byte << 1) | Number(u < 131), 0),
    );
  };
  const bad: Record<string, () => Uint8Array> = {
    constant: () => new Uint8Array(20_000),
    alternating: () => new Uint8Array(20_000).fill(0x55),
    counter: () => new Uint8Array(20_000).map((_, i) => i),
    "low bits of an LCG": () => lcg(20_000),
    "biased, 51.2 % ones": () => biased(60_000),
    "a block over and over": () => new Uint8Array(20_000).map((_, i) => keystream(500, 4)[i % 500]!),
    text: () => Buffer.from(readFileSync(join(ROOT, "docs", "ARCHITECTURE.md"))),
  };
  for (const [name, bytes] of Object.entries(bad)) {
    test(`${name}: exit 4`, async () => {
      const { exitCode, out } = await run({ input: fileOf("bad.bin", bytes()) });
      expect(exitCode).toBe(4);
      expect(out).toContain("these data fail tests that random data pass: battery/");
    });
  }
});

describe("words", () => {
  test("good data on which the χ² law fails linear complexity: no finding", async () => {
    const path = join(ROOT, "test", "fixtures", "stats", "good_fail_20000.bin");
    const { exitCode, out } = await run({ input: path, suite: "battery,sp800-22", json: true });
    const { results, summary, suites } = JSON.parse(out);
    expect([exitCode, summary.verdict, suites]).toEqual([0, "pass", ["battery", "sp800-22"]]);
    const linear = results.find((result: { test: string }) => result.test === "linear-complexity");
    // One question of 31 has 1e-4/31 = 3.2e-6: the χ² law is below, the exact one above.
    expect(chiSquareUpper(linear.statistic, 6)).toBeLessThan(1e-4 / 31);
    expect(Math.min(...(linear.exactPValues ?? linear.pValues))).toBeGreaterThan(1e-4 / 31);
  });

  test("a pass says what was looked for, in how many bytes, and what would still pass", async () => {
    const { out } = await run({ input: fileOf("good.bin", keystream(20_000, 1)) });
    expect(out).toContain("looked for: bias, patterns, periods, correlation");
    expect(out).toContain("; in 20,000 bytes");
    expect(out).toContain("such as MT19937 or xorshift128");
    const { out: all } = await run({ input: fileOf("good.bin", keystream(20_000, 1)), suite: "all" });
    // AIS 20/31 needs a megabyte: it looked for nothing.
    expect(all).not.toContain("(ais31)");
  });

  test("a finding says what kind of fault it is, in every suite", async () => {
    const input = fileOf("constant.bin", new Uint8Array(20_000));
    const { out } = await run({ input });
    expect(out).not.toContain("a pass is no proof");
    expect(out).toContain("battery/monobit (ones and zeros not equally frequent)");
    const judging = Object.entries(SUITES).filter(([suite]) => suite !== "sp800-90b");
    for (const [, { tests }] of judging) {
      for (const { id } of tests)
        if (id !== "lempel-ziv") expect([id, faultOf(id)]).toEqual([id, expect.any(String)]);
    }
  });

  test("several p-values show the corrected one, and FIPS none", async () => {
    const input = fileOf("good.bin", keystream(20_000, 1));
    const { out } = await run({ input, suite: ["battery", "fips140-2"], json: true });
    const { results } = JSON.parse(out);
    for (const { kind, suite, pValues, correctedP } of results) {
      if (suite === "fips140-2") expect([kind, pValues]).toEqual(["bounds", undefined]);
      if (pValues?.length > 1) expect(correctedP).toBe(Math.min(1, pValues.length * Math.min(...pValues)));
    }
    expect((await run({ input })).out).toContain("CORRECTED P");
    const walk = fileOf("walk.bin", keystream(20_000, 2));
    const [excursions] = JSON.parse(
      (await run({ input: walk, suite: "sp800-22", json: true })).out,
    ).results.filter((result: { test: string }) => result.test === "random-excursions");
    expect(excursions.correctedExactP).toBe(Math.min(1, 8 * Math.min(...excursions.exactPValues)));
    expect((await run({ input, suite: "fips140-2" })).out).not.toContain("P-VALUE");
  });

  test("suites that there are not are refused", () => {
    expect(() => optionsFor(report, { suite: "battery,all-of-it" })).toThrow("'all-of-it' is not one of");
  });

  test("reading large data says so now and then, for logs", () => {
    const marks = new ReadingMarks(1e11);
    const lines = Array.from({ length: 100 }, (_, i) => marks.passed((i + 1) * 1e9)).filter(Boolean);
    expect(lines.length).toBe(9);
    expect(lines[0]).toBe("reading: 10.0 GB of 100 GB");
    expect(new ReadingMarks(1e6).passed(1e6)).toBeUndefined();
    expect(new ReadingMarks(undefined).passed(1.5e10)).toBe("reading: 15.0 GB so far");
  });
});

describe("where data come from", () => {
  test("the pool's own output by default, in each mode", async () => {
    for (const mode of ["full", "drbg"]) {
      const { exitCode, out } = await run({ bytes: "2000", mode, json: true });
      const { input, summary } = JSON.parse(out);
      expect(input).toMatchObject({ kind: "pool", bytes: 2000, bitsPerSymbol: 8 });
      expect(input.name).toStartWith(mode === "full" ? "full entropy" : "drbg");
      // Good but different each time: 1 run in 10,000 fails a test.
      expect([0, 4]).toContain(exitCode!);
      expect(summary.notApplicable).toBeGreaterThan(0);
    }
  });

  test("text of 0 and 1: a hint, and with --input-format ascii the report of its bits", async () => {
    const data = keystream(5_000, 1);
    const text = Array.from(data, (byte) => byte.toString(2).padStart(8, "0")).join("\n");
    const input = fileOf("bits.txt", text);
    const raw = await run({ input, json: true });
    expect([raw.exitCode, JSON.parse(raw.out).notes[0]]).toEqual([
      4,
      expect.stringContaining("--input-format ascii"),
    ]);
    expect((await run({ input })).out).toContain("note: the data are text of the characters 0 and 1");
    const read = JSON.parse((await run({ input, "input-format": "ascii", json: true })).out);
    const direct = JSON.parse((await run({ input: fileOf("bits.bin", data), json: true })).out);
    expect(read.results).toEqual(direct.results);
    expect(read.input).toMatchObject({ format: "ascii", bitsPerSymbol: 1, bytes: 5_000 });
    const part = JSON.parse((await run({ input, "input-format": "ascii", bytes: "1000", json: true })).out);
    expect(part.input.bytes).toBe(1_000);
    const short = await rejectionOf(run({ input, "input-format": "ascii", bytes: "6000" }));
    expect(short.message).toContain("ends after 5000 bytes; 6000 were asked for");
    expect(() => optionsFor(report, { "input-format": "ascii" })).toThrow(UsageError);
  });

  test("one source's raw symbols, packed", async () => {
    let i = 0;
    const counter = fakeSource({ id: "counter", symbolBits: 4 }, () => i++);
    const { exitCode, out } = await run({ source: "counter", samples: "20001", json: true }, [counter]);
    const { input } = JSON.parse(out);
    // 20,001 symbols of 4 bits, and one more to fill the last byte.
    expect(input).toMatchObject({ kind: "source", name: "counter", bytes: 10_001, bitsPerSymbol: 4 });
    expect(exitCode).toBe(4);
    expect(counter.closed()).toBe(1);
  });

  test("no entropy: exit 3, and nothing is written", async () => {
    const stuck = [fakeSource({ id: "a" }, () => 1)];
    const path = join(folder, "never.txt");
    const error = await rejectionOf(run({ timeout: "200ms", output: path }, stuck));
    expect(error).toBeInstanceOf(InsufficientEntropyError);
    expect([exitCodeOf(error), existsSync(path)]).toEqual([3, false]);
  });

  test("a source that is not available says so", async () => {
    const [a] = noisy();
    a!.unavailable = "not on this machine";
    expect((await rejectionOf(run({ source: "a" }, [a!]))).message).toBe("a: not on this machine");
  });
});

describe("output", () => {
  const bytes = keystream(20_000, 5);

  test("JSON: the documented fields, results as the suite itself gives them", async () => {
    const { out } = await run({ input: fileOf("good.bin", bytes), suite: "sp800-22", format: "json" });
    const parsed = JSON.parse(out);
    expect(parsed.schema).toBe(1);
    const direct = JSON.parse(JSON.stringify(sp80022(bitString(bytes))));
    expect(
      parsed.results.map(
        ({ verdict, correctedP, correctedExactP, testedBytes, ...result }: Record<string, unknown>) => result,
      ),
    ).toEqual(direct);
    expect(parsed.results.map((result: { test: string }) => result.test)).toEqual([
      "frequency",
      "block-frequency",
      "cumulative-sums",
      "runs",
      "longest-run",
      "rank",
      "dft",
      "non-overlapping-template",
      "overlapping-template",
      "universal",
      "approximate-entropy",
      "random-excursions",
      "random-excursions-variant",
      "serial",
      "linear-complexity",
    ]);
  });

  test("a file in the format of its suffix, whole, and a word about it on stderr", async () => {
    const input = fileOf("good.bin", bytes.subarray(0, 2_000));
    const starts = { txt: "input", json: "{", md: "# Randomness report", html: "<!doctype html>" };
    for (const [suffix, start] of Object.entries(starts)) {
      const output = join(folder, `report.${suffix}`);
      const { out, talk } = await run({ input, output });
      expect(out).toBe("");
      expect(talk).toContain(`${output} written`);
      expect(readFileSync(output, "utf8").startsWith(start)).toBe(true);
    }
    const named = join(folder, "report.html");
    await run({ input, output: named, format: "md" });
    expect(readFileSync(named, "utf8")).toStartWith("# Randomness report");
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("an interrupt leaves no file behind", async () => {
    const io = fakeIo();
    const output = join(folder, "interrupted.txt");
    const stuck = [fakeSource({ id: "a" }, () => 1)];
    const deps = depsOf(stuck);
    const options = reportOptions(optionsFor(report, { output }), deps);
    const running = rejectionOf(writeReport(options, io, deps));
    setTimeout(() => io.interrupt.abort(new InterruptedError(130)), 20);
    expect(exitCodeOf(await running)).toBe(130);
    expect(readdirSync(folder).filter((name) => name.includes("interrupted"))).toEqual([]);
  });
});

describe("sequences", () => {
  test("of a file, with NIST's final analysis", async () => {
    const input = fileOf("many.bin", keystream(60_001, 6));
    const { exitCode, out } = await run({ input, suite: "sp800-22", sequences: "60", json: true });
    const { analysis, results, sequenceBytes, notes } = JSON.parse(out);
    expect([exitCode, sequenceBytes, results.length]).toEqual([0, 1_000, 60 * 15]);
    expect(analysis.find((line: { test: string }) => line.test === "runs")).toMatchObject({ sequences: 60 });
    expect(notes).toEqual(["after the last sequence of 1,000 bytes 1 byte remained untested"]);
  });

  test("what cannot be cut is refused", async () => {
    const short = fileOf("short.bin", keystream(10, 7));
    expect((await rejectionOf(run({ input: short, sequences: "11" }))).message).toContain("cannot be cut");
    const long = run({ input: "/dev/zero", bytes: "9M", sequences: "2" });
    expect((await rejectionOf(long)).message).toContain("are longer than");
    const unknown = await rejectionOf(run({ input: "/dev/zero", sequences: "2" }));
    expect(unknown).toBeInstanceOf(UsageError);
  });
});

describe("options that make no sense", () => {
  const wrong: [args: Record<string, unknown>, message: string][] = [
    [{ input: "x", stdin: true }, "--input and --stdin: choose one"],
    [{ source: "a", input: "x" }, "--source and --input: choose one"],
    [{ source: "nothing" }, "unknown source 'nothing'"],
    [{ bytes: "1", samples: "1" }, "choose one"],
    [{ bytes: "0" }, "at least 1"],
    [{ bytes: "x" }, "is not a size"],
    [{ samples: "0" }, "--samples"],
    [{ sequences: "0" }, "--sequences"],
    [{ sequences: "2", suite: "all" }, "--sequences is for"],
    [{ json: true, format: "md" }, "choose one"],
    [{ input: "x", mode: "drbg" }, "--mode"],
    [{ source: "a", credit: "a=1" }, "--credit"],
  ];
  for (const [args, message] of wrong) {
    test(JSON.stringify(args), () => {
      const parse = () => reportOptions(optionsFor(report, args), depsOf(noisy()));
      expect(parse).toThrow(UsageError);
      expect(parse).toThrow(message);
    });
  }
});

describe("as a process", () => {
  function shell(script: string) {
    const program = `${process.execPath} ${join(ROOT, "src", "main.ts")}`;
    return runProcess(["/bin/sh", "-c", script.replaceAll("EE", program)], { cwd: folder });
  }

  test("standard input, however it comes, and silence on stderr off a terminal", async () => {
    const input = fileOf("piped.bin", keystream(40_000, 8));
    const direct = await shell(`EE report --input ${input} --json`);
    const piped = await shell(
      `{ head -c 7 ${input}; sleep 0.05; tail -c +8 ${input}; } | EE report --stdin --json`,
    );
    expect([direct.exitCode, piped.exitCode, direct.stderr, piped.stderr]).toEqual([0, 0, "", ""]);
    const results = (text: string) => JSON.parse(text).results;
    expect(results(piped.stdout)).toEqual(results(direct.stdout));
    const none = await shell("EE report --stdin < /dev/null");
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toContain("there is nothing to test: the input is empty");
    const empty = await shell("printf '' | EE report --stdin");
    expect([empty.exitCode, empty.stderr]).toEqual([
      1,
      "esoteric-entropy: error: there is nothing to test: the input is empty\n",
    ]);
  });

  test("an interrupt ends it at once, also while it waits for a FIFO", async () => {
    expect(Bun.spawnSync(["mkfifo", join(folder, "fifo")]).exitCode).toBe(0);
    for (const input of ["fifo", "/dev/zero --bytes 100G"]) {
      const { exitCode, stdout, stderr } = await shell(
        // Until the program catches the signal, bit 1 of SigCgt, a job in the background ignores it.
        `EE report --input ${input} & pid=$!; until grep -q 'SigCgt:.*[2367abef]$' /proc/$pid/status 2>&- || ! test -e /proc/self; do sleep 0.1; done; sleep 0.7; kill -INT $pid; wait $pid`,
      );
      expect([exitCode, stdout, stderr]).toEqual([130, "", ""]);
    }
  });
});

describe("data to which no test applies", () => {
  test("are not ok: exit 4, in words of their own, in every format", async () => {
    const input = fileOf("six.bin", "abcdef");
    for (const suite of ["battery", "sp800-22", "ais31", "fips140-2", "all"]) {
      for (const format of ["text", "json", "md", "html"]) {
        const { exitCode, talk } = await run({ input, suite, format });
        expect([suite, format, exitCode]).toEqual([suite, format, 4]);
        expect(talk).toContain("nothing was tested: no test applies to data of 6 bytes");
      }
    }
    const { exitCode } = await run({ input, sequences: "2" });
    expect(exitCode).toBe(4);
  });

  test("estimates are enough where nothing else was asked for", async () => {
    const { exitCode, talk } = await run({
      input: fileOf("few.bin", keystream(2_000, 1)),
      suite: "sp800-90b",
    });
    expect([exitCode, talk]).toEqual([0, expect.not.stringContaining("nothing was tested")]);
  });
});

describe("the output", () => {
  test("is never the input, by whatever name: exit 2, and the input is as it was", async () => {
    const input = fileOf("input.bin", keystream(2_000, 1));
    const before = readFileSync(input);
    symlinkSync(input, join(folder, "link.txt"));
    linkSync(input, join(folder, "hard.txt"));
    for (const output of [input, join(folder, "link.txt"), join(folder, "hard.txt")]) {
      const error = await rejectionOf(run({ input, output, format: "text" }));
      expect([output, exitCodeOf(error)]).toEqual([output, 2]);
    }
    expect(readFileSync(input)).toEqual(before);
    const entry = join(ROOT, "src/main.ts");
    const script = `exec "$0" "$1" report --stdin --format text --output "$2" < "$2"`;
    const child = await runProcess(["sh", "-c", script, process.execPath, entry, input]);
    expect([child.exitCode, child.stderr.toString()]).toEqual([2, expect.stringContaining("would replace")]);
    expect(readFileSync(input)).toEqual(before);
  });

  test("has a suffix that is known, unless its format is named", () => {
    for (const output of ["x.pdf", "x.bin", "a.b/x.PDF", "x.html.gz"]) {
      expect(() => optionsFor(report, { output })).toThrow(UsageError);
      expect(reportOptions(optionsFor(report, { output, format: "md" }), { sources: [] }).format).toBe("md");
      expect(reportOptions(optionsFor(report, { output, json: true }), { sources: [] }).format).toBe("json");
    }
    const formats = { x: "text", ".x": "text", "a.b/x": "text", "x.txt": "text", "x.HTML": "html" };
    const others = { "x.md": "md", "x.json": "json", "/dev/null": "text", "x-1.0": "text" };
    for (const [output, format] of Object.entries({ ...formats, ...others })) {
      const options = reportOptions(optionsFor(report, { output }), { sources: [] });
      expect([output, options.format as string]).toEqual([output, format]);
    }
  });
});
