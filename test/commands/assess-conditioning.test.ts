import { describe, expect, test } from "bun:test";
import { assess } from "../../src/commands/assess.ts";
import { assessConditioning } from "../../src/commands/assess-conditioning.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import { jsonOf, runCommand, scratch } from "../support/assess-command.ts";
import { CONDITIONING_CASES, type ConditioningCase } from "../support/conditioning-cases.ts";
import { keystream } from "../support/keystream.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const { fileOf } = scratch();

const typed = ({ nIn, nOut, nw, hIn }: ConditioningCase) => ({ "n-in": nIn, "n-out": nOut, nw, "h-in": hIn });
const hash = { "n-in": 512, "n-out": 256, nw: 256, "h-in": 320 };

describe("assess conditioning", () => {
  test("the figures of NIST's program, vetted and not", async () => {
    for (const item of CONDITIONING_CASES) {
      const { hPrime, outputEntropy, hOut } = item;
      const found = await jsonOf(assessConditioning, {
        ...typed(item),
        ...(hPrime !== undefined && { "non-vetted": true, "h-prime": hPrime }),
      });
      expect(found.component).toBe(hPrime === undefined ? "vetted" : "non-vetted");
      expect(found.outputEntropy).toBeCloseTo(outputEntropy, 9);
      expect(found.hOut).toBeCloseTo(hOut, 9);
    }
  });

  test("in the words of NIST's program, with its command line", async () => {
    const { exitCode, out } = await runCommand(assessConditioning, hash);
    expect(exitCode).toBe(0);
    expect(out).toContain("NIST     ea_conditioning -v 512 256 256 320\n");
    expect(out).toMatch(
      /\nOutput_Entropy\(\*\) = 256; close to n_out \(epsilon = 2\^\(-71\.4712336270\d*\)\)\n/,
    );
    expect(out).toMatch(/\n\(Vetted\) h_out = 256\nepsilon = 2\^\(-71\.4/);
    expect(out).toContain("full entropy by FIPS 140-3 IG D.K, resolution 19");
    const less = await runCommand(assessConditioning, { ...hash, "h-in": 319.9 });
    expect(less.out).not.toContain("full entropy");
    const other = await runCommand(assessConditioning, { ...hash, "non-vetted": true, "h-prime": 0.5 });
    expect(other.out).toContain("ea_conditioning -n 512 256 256 320 0.5\n");
    expect(other.out).toContain("\n0.999 * n_out = 255.744\nh' * n_out = 128\n(Non-vetted) h_out = 128\n");
  });

  test("a width beyond the input counts as that of the input", async () => {
    const wide = await jsonOf(assessConditioning, { "n-in": 64, "n-out": 128, nw: 512, "h-in": 64 });
    const same = await jsonOf(assessConditioning, { "n-in": 64, "n-out": 128, nw: 64, "h-in": 64 });
    expect(wide.hOut).toBe(same.hOut);
    const { out } = await runCommand(assessConditioning, { "n-in": 64, "n-out": 128, nw: 512, "h-in": 64 });
    expect(out).toContain("\nnw = 64 (512 given; Appendix E takes no more than n_in)\n");
  });

  test("h' of a file is that of assess --conditioned, on either track", async () => {
    const data = fileOf(
      "output.bin",
      keystream(3_000, 4).map((byte) => byte & 15),
    );
    for (const iid of [false, true]) {
      const component = { "n-in": 64, "n-out": 32, nw: 32, "h-in": 40, "non-vetted": true };
      const found = await jsonOf(assessConditioning, { ...component, data, iid });
      const assessed = await jsonOf(assess, { file: data, conditioned: true, iid });
      expect([found.hPrime, found.hOut]).toEqual([assessed.hBitstring, 32 * assessed.hBitstring]);
      expect(found.data).toEqual(assessed);
      expect(found.nist).toEqual([
        `ea_${iid ? "iid" : "non_iid"} -c ${data} 4`,
        `ea_conditioning -n 64 32 32 40 ${assessed.hBitstring}`,
      ]);
      expect([found.passed, found.reason]).toEqual([null, assessed.reason]);
      expect(found.remarks.join()).toContain("375 outputs of 32 bits");
    }
  });

  test("the data may have any format, and a range of them may be taken", async () => {
    const bits = keystream(4_000, 4).map((byte) => byte & 1);
    const component = { "n-in": 64, "n-out": 32, nw: 32, "h-in": 40, "non-vetted": true };
    const whole = await jsonOf(assessConditioning, {
      ...component,
      data: fileOf("part.bin", bits.subarray(2_000)),
    });
    const text = fileOf("output.txt", Buffer.from(bits.join("")));
    const found = await jsonOf(assessConditioning, {
      ...component,
      data: text,
      "input-format": "ascii",
      range: "1,2000",
    });
    expect(found.hPrime).toBe(whole.hPrime);
    expect(found.nist[0]).toBe("ea_non_iid -c SYMBOLS 1");
  });

  test("data without entropy give none: exit 4", async () => {
    const component = { "n-in": 64, "n-out": 32, nw: 32, "h-in": 40, "non-vetted": true };
    const data = fileOf("zeros.bin", new Uint8Array(1_000));
    const { exitCode, out } = await runCommand(assessConditioning, { ...component, data, json: true });
    expect([exitCode, JSON.parse(out).hOut, JSON.parse(out).passed]).toEqual([4, 0, false]);
    const text = await runCommand(assessConditioning, { ...component, data });
    expect(text.out).toContain("\nfailed: all symbols are equal: no entropy\n");
  });

  test("wrong figures are refused, each with its reason", () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ "h-in": 513 }, "--h-in: 513 bits are more than the 512 bits of --n-in"],
      [{ "h-in": 0 }, "an input without entropy"],
      [{ "h-in": "1e300" }, "1e+300 bits are more than the 512 bits of --n-in"],
      [{ "h-in": "1e999" }, "is not a number of bits"],
      [{ "h-in": "e3" }, "is not a number of bits"],
      [{ "h-in": "9".repeat(400) }, "is not a number of bits"],
      [{ "h-in": "NaN" }, "is not a number of bits"],
      [{ "h-in": "-1" }, "is not a number of bits"],
      [{ "n-in": 0 }, "is not a whole number from 1 to 4294967295"],
      [{ "n-in": "4294967296" }, "is not a whole number"],
      [{ "n-out": "1e9" }, "is not a whole number"],
      [{ nw: "-3" }, "is not a whole number"],
      [{ nw: undefined }, "--nw is missing"],
      [{ vetted: true, "non-vetted": true, "h-prime": 1 }, "exclude each other"],
      [{ "non-vetted": true }, "needs one of --h-prime and --data"],
      [{ "non-vetted": true, "h-prime": 1, data: "x" }, "needs one of"],
      [{ "h-prime": 0.5 }, "are for --non-vetted"],
      [{ "non-vetted": true, "h-prime": 1.5 }, "1.5 is more than a bit"],
      [{ "non-vetted": true, "h-prime": 1, iid: true }, "are for --data"],
      [{ range: "0,5" }, "are for --data"],
    ];
    for (const [args, message] of cases) {
      let thrown: unknown;
      try {
        optionsFor(assessConditioning, { ...hash, ...args });
      } catch (error) {
        thrown = error;
      }
      expect(thrown, message).toBeInstanceOf(UsageError);
      expect((thrown as Error).message).toContain(message);
    }
    expect(() => optionsFor(assessConditioning, { ...hash, vetted: true })).not.toThrow();
  });

  test("data that cannot be read", async () => {
    const args = { ...hash, "non-vetted": true, data: fileOf("empty.bin", new Uint8Array(0)) };
    expect(await rejectionOf(runCommand(assessConditioning, args))).toBeInstanceOf(InputError);
  });
});
