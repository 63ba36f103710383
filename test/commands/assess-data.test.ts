/** Parts and kinds of data that `assess` takes: output of conditioning components, ranges; and the lines of NIST's programs for them. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { assess } from "../../src/commands/assess.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import { assess as assessSymbols, ESTIMATORS } from "../../src/stats/sp800-90b/index.ts";
import { jsonOf, runCommand, scratch } from "../support/assess-command.ts";
import { keystream } from "../support/keystream.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const { fileOf } = scratch();
const run = (args: Record<string, unknown>) => runCommand(assess, args);
const assessed = (args: Record<string, unknown>) => jsonOf(assess, args);

const bytes = keystream(20_000, 1);
const nibbles = keystream(20_000, 2).map((byte) => Math.min(byte & 15, byte >> 4));

describe("assess --conditioned", () => {
  test("the bits alone, those of two symbols too: h' is the estimate of the string of bits", async () => {
    for (const [symbols, width] of [
      [nibbles, 4],
      [bytes.map((byte) => byte & 1), 1],
    ] as const) {
      const file = fileOf("output.bin", symbols);
      const found = await assessed({ file, conditioned: true });
      // What is assessed is the same as symbols of one bit.
      const bits = Uint8Array.from({ length: width * symbols.length }, (_, i) => {
        const shift = width - 1 - (i % width);
        return (symbols[Math.floor(i / width)]! >> shift) & 1;
      });
      const direct = assessSymbols(bits, 1);
      expect([found.conditioned, found.hOriginal, found.alphabetSize]).toEqual([
        true,
        null,
        width === 4 ? 16 : 2,
      ]);
      expect([found.hBitstring, found.minEntropy]).toEqual([direct.hOriginal, width * direct.hOriginal]);
      for (const { id } of ESTIMATORS) {
        expect(found.estimators[id]).toEqual({ bitstring: direct.estimators[id].original! });
      }
      expect(found.nist).toEqual([`ea_non_iid -c ${file} ${width}`]);
    }
    const { out } = await run({ file: fileOf("output.bin", nibbles), conditioned: true });
    expect(out).toMatch(/\nh': 0\.\d{6}\n/);
    expect(out).not.toContain("H_original");
  });

  test("on the IID track the most common bit, and the tests of the symbols", async () => {
    const small = keystream(3_000, 2).map((byte) => byte & 15);
    const found = await assessed({ file: fileOf("iid.bin", small), conditioned: true, iid: true });
    const plain = await assessed({ file: fileOf("iid.bin", small), iid: true });
    expect([found.hOriginal, found.hBitstring, found.minEntropy]).toEqual([
      null,
      plain.hBitstring,
      4 * plain.hBitstring,
    ]);
    expect(found.estimators.mcv).toEqual({ bitstring: plain.hBitstring });
    expect(found.iid).toEqual(plain.iid);
  });

  test("one distinct symbol has no entropy, though its bits differ: exit 4", async () => {
    for (const iid of [false, true]) {
      const file = fileOf("same.bin", new Uint8Array(100).fill(0x55));
      const { exitCode, out } = await run({ file, conditioned: true, iid, json: true });
      const { passed, hBitstring, minEntropy, estimators } = JSON.parse(out);
      expect([exitCode, passed, hBitstring, minEntropy]).toEqual([4, false, 0, 0]);
      expect(estimators.mcv).toEqual({ bitstring: null });
    }
  });
});

describe("assess --range", () => {
  test("so many symbols from there on, whatever the format; the digest is of the file", async () => {
    const part = await assessed({ file: fileOf("part.bin", nibbles.subarray(6_000, 9_000)) });
    const words = Buffer.alloc(2 * nibbles.length);
    for (const [i, symbol] of nibbles.entries()) words.writeUInt16LE(symbol, 2 * i);
    const packed = Uint8Array.from({ length: nibbles.length / 2 }, (_, i) => {
      return (nibbles[2 * i]! << 4) | nibbles[2 * i + 1]!;
    });
    for (const [format, content] of [
      ["bytes", nibbles],
      ["bits", packed],
      ["u16le", words],
      ["ascii", Buffer.from([...nibbles].map((symbol) => symbol.toString(2).padStart(4, "0")).join("\n"))],
      ["csv", Buffer.from(`value\n${nibbles.join("\n")}\n`)],
    ] as const) {
      const file = fileOf(`all.${format}`, content);
      const args = { file, "input-format": format, range: "2,3000", "bits-per-symbol": "4" };
      const found = await assessed(args);
      expect([found.symbols, found.minEntropy]).toEqual([3_000, part.minEntropy]);
      expect(found.estimators).toEqual(part.estimators);
      expect(found.input.range).toEqual({ index: 2, count: 3_000 });
      expect(found.input.sha256).toBe(createHash("sha256").update(content).digest("hex"));
      const isPlain = format === "bytes";
      expect(found.nist).toEqual([isPlain ? `ea_non_iid -l 2,3000 ${file} 4` : "ea_non_iid SYMBOLS 4"]);
      expect(found.remarks.join().includes("SYMBOLS stands for")).toBe(!isPlain);
    }
  });

  test("a range that the data end in is what there is of it, and says so; one behind them is refused", async () => {
    const file = fileOf("nibbles.bin", nibbles);
    const { symbols, remarks } = await assessed({ file, range: "1,15000" });
    expect(symbols).toBe(5_000);
    expect(remarks.join()).toContain("the data end in the range: it holds 5,000 symbols");
    for (const range of ["2,10000", "268435455,33554432"]) {
      const error = await rejectionOf(run({ file, range }));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain("holds 20,000 symbols; the range begins after");
    }
  });

  test("a symbol that does not fit is named by its place in the file", async () => {
    const error = await rejectionOf(
      run({
        file: fileOf(
          "wide.bin",
          Uint8Array.from({ length: 40 }, (_, i) => i),
        ),
        range: "2,12",
        "bits-per-symbol": "5",
      }),
    );
    expect(error.message).toContain("symbol 32 at byte 32 does not fit 5 bits");
  });

  test("nothing but two whole numbers", () => {
    for (const range of [
      "",
      "1",
      "1,2,3",
      "-1,5",
      "0,0",
      "1e300,1",
      "0,1e9",
      "NaN,NaN",
      "0x1,2",
      "0,33554433",
      "268435456,1",
    ]) {
      expect(() => optionsFor(assess, { file: "x", range }), range).toThrow(UsageError);
    }
  });
});

describe("the command line of NIST's programs", () => {
  const nistOf = async (args: Record<string, unknown>) => (await assessed(args)).nist;

  test("has the flags, the width and the file, quoted for a shell", async () => {
    const file = fileOf("it's mine.bin", nibbles.subarray(0, 200));
    const quoted = `'${file.replaceAll("'", "'\\''")}'`;
    expect(await nistOf({ file })).toEqual([`ea_non_iid ${quoted} 4`]);
    expect(await nistOf({ file, "bits-per-symbol": "6", truncate: true, conditioned: true })).toEqual([
      `ea_non_iid -c -t ${quoted} 6`,
    ]);
    expect(await nistOf({ file, iid: true, range: "1,50" })).toEqual([`ea_iid -l 1,50 ${quoted} 4`]);
  });
});
