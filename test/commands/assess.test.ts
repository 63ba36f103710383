import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { assess } from "../../src/commands/assess.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import { assess as assessSymbols, ESTIMATORS, restartTest } from "../../src/stats/sp800-90b/index.ts";
import { assessAlone } from "../stats/sp800-90b/iid/assess-alone.ts";
import { runCommand, scratch } from "../support/assess-command.ts";
import { expectGolden } from "../support/golden.ts";
import { keystream } from "../support/keystream.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const FIXTURES = join(import.meta.dirname, "..", "fixtures", "stats");

const files = scratch();
const { fileOf } = files;

const run = (args: Record<string, unknown>) => runCommand(assess, args);

const bytes = keystream(20_000, 1);
const nibbles = keystream(20_000, 2).map((byte) => Math.min(byte & 15, byte >> 4));

describe("assess", () => {
  test("JSON: NIST's figures under the documented names, in full precision", async () => {
    const { exitCode, out } = await run({
      file: fileOf("nibbles.bin", nibbles),
      "bits-per-symbol": "4",
      json: true,
    });
    expect(exitCode).toBe(0);
    const parsed = JSON.parse(out);
    const direct = JSON.parse(JSON.stringify(assessSymbols(nibbles, 4)));
    for (const field of [
      "schema",
      "bitsPerSymbol",
      "symbols",
      "estimators",
      "hOriginal",
      "hBitstring",
      "minEntropy",
    ]) {
      expect(parsed[field]).toEqual(direct[field]);
    }
    expect(Object.keys(parsed.estimators)).toEqual(ESTIMATORS.map(({ id }) => id));
    expect(parsed.input.sha256).toBe(createHash("sha256").update(nibbles).digest("hex"));
    expect([parsed.track, parsed.passed]).toEqual(["non-iid", null]);
    expect(parsed.reason).toContain("fewer symbols than the 1,000,000");
  });

  test("text: every estimate, then the three lines of NIST's program", async () => {
    const { out } = await run({ file: fileOf("nibbles.bin", nibbles), "bits-per-symbol": "4" });
    expectGolden("assess.txt", out.replaceAll(files.folder, "FOLDER"));
    const { hOriginal, hBitstring, minEntropy } = assessSymbols(nibbles, 4);
    expect(out).toContain(
      `\nH_original: ${hOriginal.toFixed(6)}\nH_bitstring: ${hBitstring!.toFixed(6)}\nmin(H_original, 4 X H_bitstring): ${minEntropy.toFixed(6)}\n`,
    );
  });

  test("the width is that of the largest symbol where it is not given", async () => {
    for (const [name, symbols, width] of [
      ["bytes.bin", bytes, 8],
      ["nibbles.bin", nibbles, 4],
      ["bits.bin", bytes.map((byte) => byte & 1), 1],
      ["zeros.bin", new Uint8Array(500), 1],
    ] as const) {
      const { out } = await run({ file: fileOf(name, symbols), json: true });
      expect(JSON.parse(out).bitsPerSymbol).toBe(width);
    }
  });

  test("details are the estimators' own", async () => {
    const file = fileOf("nibbles.bin", nibbles);
    const { details } = JSON.parse((await run({ file, details: true, json: true })).out);
    expect(details).toEqual(JSON.parse(JSON.stringify(assessSymbols(nibbles, 4, { details: true }).details)));
    expect((await run({ file, details: true })).out).toContain("mcv, original: modeCount = ");
  });

  test("--truncate looks at the first million bits of the bit string, and says so", async () => {
    const long = keystream(130_000, 3);
    const { out } = await run({ file: fileOf("long.bin", long), truncate: true, json: true });
    const { hBitstring, remarks } = JSON.parse(out);
    expect(hBitstring).toBe(assessSymbols(long, 8, { truncateBitString: 1_000_000 }).hBitstring!);
    expect(remarks.join()).toContain("only its first 1,000,000 bits");
    const few = await run({ file: fileOf("long.bin", long), truncate: true, iid: true, json: true });
    const ones = long
      .subarray(0, 125_000)
      .reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
    const share = Math.max(ones, 1_000_000 - ones) / 1_000_000;
    const upper = share + 2.5758293035489008 * Math.sqrt((share * (1 - share)) / 999_999);
    expect(JSON.parse(few.out).hBitstring).toBeCloseTo(-Math.log2(upper), 12);
  });

  test("binary data have one track", async () => {
    const { out } = await run({
      file: fileOf(
        "bits.bin",
        bytes.map((byte) => byte & 1),
      ),
    });
    expect(out).toContain("H_original: ");
    expect(out).not.toContain("H_bitstring");
  });

  test("one distinct symbol has no entropy, whatever their number: not passed, exit 4", async () => {
    for (const iid of [false, true]) {
      for (const length of [1, 2, 5, 40, 5_000]) {
        const file = fileOf("zeros.bin", new Uint8Array(length));
        const { exitCode, out } = await run({ file, iid, json: true });
        const { passed, reason, hOriginal, hBitstring, minEntropy, estimators } = JSON.parse(out);
        expect([exitCode, passed, reason]).toEqual([4, false, "all symbols are equal: no entropy"]);
        expect([hOriginal, hBitstring, minEntropy]).toEqual([0, null, 0]);
        const shown = iid ? [estimators.mcv] : Object.values(estimators);
        expect(shown).toEqual(shown.map(() => ({ original: null })));
      }
    }
    const { out } = await run({ file: fileOf("zeros.bin", new Uint8Array(5_000)) });
    expect(out).toContain("H_original: 0.000000");
    expect(out).toContain("\nfailed: all symbols are equal: no entropy\n");
  });

  test("2 to 10 symbols are refused with words; from 11 on there are figures, and the verdict is open", async () => {
    for (const length of [2, 3, 10]) {
      const error = await rejectionOf(run({ file: fileOf("small.bin", bytes.subarray(0, length)) }));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(`holds ${length} symbols: too few to estimate anything`);
    }
    for (const iid of [false, true]) {
      const { exitCode, out } = await run({
        file: fileOf("few.bin", bytes.subarray(0, 11)),
        iid,
        json: true,
      });
      const { passed, reason, minEntropy } = JSON.parse(out);
      expect([exitCode, passed, typeof minEntropy]).toEqual([0, null, "number"]);
      expect(reason).toContain("fewer symbols than the 1,000,000");
    }
    const { out } = await run({ file: fileOf("few.bin", bytes.subarray(0, 20)) });
    expect(out).toContain("\nopen: neither passed nor failed, fewer symbols than the 1,000,000");
  });

  test("6,006 to 6,011 bits: the compression estimate of NIST's program", async () => {
    const bits = new Uint8Array(readFileSync(join(FIXTURES, "bits6006.bin")));
    const compression = async (symbols: Uint8Array) => {
      const { estimators, minEntropy } = JSON.parse(
        (await run({ file: fileOf("bits.bin", symbols), json: true })).out,
      );
      return [estimators.compression.original, minEntropy];
    };
    expect(await compression(bits)).toEqual([0, 0]);
    const more = new Uint8Array(6_011);
    more.set(bits);
    expect(await compression(more)).toEqual([0, 0]);
    expect((await compression(bits.subarray(0, 6_005)))[0]).toBeNull();
    // The one distance is 1: the deviation is 0/0, and step 8 takes full entropy.
    const repeated = bits.slice();
    repeated.copyWithin(6_000, 5_994, 6_000);
    expect((await compression(repeated))[0]).toBe(1);
  });

  test("a million symbols pass, unless the estimate is zero", async () => {
    const bits = keystream(1_000_000, 5).map((byte) => byte & 1);
    for (const [symbols, exitCode, passed] of [
      [bits, 0, true],
      [bits.map((_, i) => i & 1), 4, false],
    ] as const) {
      const result = await run({ file: fileOf("million.bin", symbols), json: true });
      expect([result.exitCode, JSON.parse(result.out).passed]).toEqual([exitCode, passed]);
    }
  });
});

describe("assess --input-format", () => {
  const bits = bytes.map((byte) => byte & 1);
  const assessed = async (args: Record<string, unknown>) =>
    JSON.parse((await run({ ...args, json: true })).out);

  test("text of 0 and 1 gets a hint, and with ascii the figures of its bits", async () => {
    const text = fileOf("bits.txt", Buffer.from(`${bits.join("").replace(/.{100}/g, "$&\n")}`));
    const asBytes = await assessed({ file: text });
    expect(asBytes.remarks[0]).toContain("--input-format ascii");
    expect((await run({ file: text })).out).toContain("note: the data are text of the characters 0 and 1");
    const asBits = await assessed({ file: text, "input-format": "ascii" });
    const direct = await assessed({ file: fileOf("bits.bin", bits) });
    expect(direct.input.format).toBeUndefined();
    expect(asBits.input).toMatchObject({ format: "ascii", bytes: 20_200 });
    expect(asBits.remarks.join()).not.toContain("--input-format");
    for (const field of ["estimators", "symbols", "bitsPerSymbol", "minEntropy"]) {
      expect(asBits[field]).toEqual(direct[field]);
    }
  });

  test("restart data have the same format", async () => {
    const rows = Buffer.from(keystream(1_000_000, 9).map((byte) => 0x30 + (byte & 1)));
    const file = fileOf("bits.txt", Buffer.from(bits.join("")));
    const restart = fileOf("rows.txt", rows);
    const result = await assessed({ file, restart, "input-format": "ascii", initial: "0.5" });
    expect([result.restart.passed, result.restart.alphabetSize]).toEqual([true, 2]);
  });
});

describe("assess --iid", () => {
  test("data that look IID: exit 0, and the counts of the permutation test itself", async () => {
    // Of wide symbols the test of independence wants many more: its degrees of freedom are bins less symbols.
    const small = keystream(3_000, 2).map((byte) => byte & 15);
    const { exitCode, out } = await run({ file: fileOf("iid.bin", small), iid: true, json: true });
    const { iid, hOriginal, estimators, track, passed } = JSON.parse(out);
    const direct = await assessAlone(small, 4);
    expect([exitCode, track, passed]).toEqual([0, "iid", null]);
    expect(iid.permutation).toEqual(JSON.parse(JSON.stringify(direct.permutation)));
    expect([hOriginal, estimators.mcv.original]).toEqual([direct.hOriginal, direct.hOriginal]);
    expect((await run({ file: fileOf("iid.bin", small), iid: true })).out).toContain(
      "nothing speaks against the data being IID",
    );
  });

  test("data that are not: exit 4", async () => {
    const walk = new Uint8Array(300);
    for (let i = 1; i < walk.length; i++) walk[i] = walk[i - 1]! + (bytes[i]! & 3);
    const { exitCode, out } = await run({ file: fileOf("walk.bin", walk), iid: true });
    expect(exitCode).toBe(4);
    expect(out).toContain("FAIL  Permutation tests");
    expect(out).toContain("the data are not IID");
  });

  test("data too few for the tests leave it open: exit 0", async () => {
    const { exitCode, out } = await run({ file: fileOf("few.bin", bytes.subarray(0, 20)), iid: true });
    expect(exitCode).toBe(0);
    expect(out).toContain("whether the data are IID is open");
  });
});

describe("assess --restart", () => {
  const matrix = new Uint8Array(1_000_000);
  for (let at = 0; at < matrix.length; at += 100_000) {
    matrix.set(
      keystream(100_000, at / 100_000).map((byte) => byte & 1),
      at,
    );
  }

  test("restarts that resemble each other fail the sanity check: exit 4", async () => {
    const same = matrix.slice();
    for (let row = 1; row < 1000; row++) same.copyWithin(1000 * row, 0, 1000);
    const { exitCode, out } = await run({
      file: fileOf(
        "bits.bin",
        bytes.map((byte) => byte & 1),
      ),
      restart: fileOf("same.bin", same),
      json: true,
    });
    const { restart, passed, minEntropy } = JSON.parse(out);
    expect([exitCode, passed, restart.sanity.passed]).toEqual([4, false, false]);
    expect(restart.hInitial).toBe(minEntropy);
    expect(restart).toEqual(JSON.parse(JSON.stringify(restartTest(same, 1000, 1000, 1, minEntropy))));
  });

  test("a promise that the restarts do not keep fails", async () => {
    // At most one half of the symbols may be equal at 1 bit; at 0.1 bits nearly all may.
    const skewed = matrix.map((bit, i) => (i % 16 === 0 ? bit : 0));
    const { exitCode, out } = await run({
      file: fileOf(
        "bits.bin",
        bytes.map((byte) => byte & 1),
      ),
      restart: fileOf("skewed.bin", skewed),
      initial: "0.9",
    });
    expect(exitCode).toBe(4);
    expect(out).toContain("Validation Test Failed");
  });

  test("restarts that just pass by NIST's distribution pass", async () => {
    // Row 572 is the cutoff of H = 0.999: one symbol of 2^-0.999, one with all the rest.
    const four = Bun.zstdDecompressSync(readFileSync(join(FIXTURES, "restart_row572_k4.bin.zst")));
    const { out } = await run({
      file: fileOf("beginning.bin", four.subarray(0, 20_000)),
      restart: fileOf("restart.bin", four),
      initial: "0.999",
      json: true,
    });
    const { restart } = JSON.parse(out);
    expect(restart.sanity).toMatchObject({ rowMax: 572, rowCutoff: 572, passed: true });
    expect([restart.alphabetSize, restart.passed]).toEqual([4, true]);
    expect(JSON.parse(out).nist[1]).toBe(`ea_restart ${join(files.folder, "restart.bin")} 2 0.999`);
  });

  test("restart data of another size are refused", async () => {
    const file = fileOf(
      "bits.bin",
      bytes.map((byte) => byte & 1),
    );
    const error = await rejectionOf(run({ file, restart: file }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain("holds 20,000 symbols; restart data are 1000 rows of 1000");
  });
});

describe("bad input", () => {
  test("empty, missing, a directory, too many, too wide", async () => {
    const huge = fileOf("huge.bin", new Uint8Array(0));
    truncateSync(huge, 10 * 2 ** 30); // takes no room
    const cases: [Record<string, unknown>, string][] = [
      [{ file: fileOf("empty.bin", new Uint8Array(0)) }, "is empty"],
      [{ file: join(files.folder, "absent") }, "there is no file"],
      [{ file: files.folder }, "is a directory"],
      [{ file: huge }, "more symbols than the 33554432"],
      [{ file: "/dev/zero" }, "/dev/zero is a device without end"],
      [
        { file: fileOf("bytes.bin", Uint8Array.of(1, 2, 16)), "bits-per-symbol": "4" },
        "symbol 16 at byte 2 does not fit 4 bits",
      ],
    ];
    for (const [args, message] of cases) {
      const error = await rejectionOf(run(args));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(message);
    }
  });

  test("wrong options", async () => {
    for (const args of [
      { "bits-per-symbol": "0" },
      { "bits-per-symbol": "9" },
      { initial: "1" },
      { restart: "x", initial: "much" },
    ]) {
      expect(() => optionsFor(assess, { file: "x", ...args })).toThrow(UsageError);
    }
    const file = fileOf("bytes.bin", bytes);
    expect(await rejectionOf(run({ file, restart: file, initial: "9" }))).toBeInstanceOf(UsageError);
  });
});
