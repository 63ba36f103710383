import { describe, expect, test } from "bun:test";
import { assessRestart } from "../../src/commands/assess-restart.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import { restartTest } from "../../src/stats/sp800-90b/index.ts";
import { jsonOf, runCommand, scratch } from "../support/assess-command.ts";
import { keystream } from "../support/keystream.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const { fileOf } = scratch();
const bits = keystream(1_000_000, 12).map((byte) => byte & 1);

describe("assess restart", () => {
  test("the tests of assess --restart, against an estimate that is given", async () => {
    const file = fileOf("restarts.bin", bits);
    const found = await jsonOf(assessRestart, { file, initial: "0.9" });
    expect(found.restart).toEqual(JSON.parse(JSON.stringify(restartTest(bits, 1000, 1000, 1, 0.9))));
    expect([found.track, found.passed, found.nist]).toEqual(["non-iid", true, [`ea_restart ${file} 1 0.9`]]);
    const { exitCode, out } = await runCommand(assessRestart, { file, initial: "0.9" });
    expect(exitCode).toBe(0);
    expect(out).toContain("\nH_I: 0.900000\nH_r: ");
    const { minEntropy } = found.restart;
    expect(out).toContain(`\nValidation Test Passed; min(H_r, H_c, H_I): ${minEntropy.toFixed(6)}\n`);
  });

  test("a block of several, packed: NIST's program wants a file of its own for it", async () => {
    const two = new Uint8Array(250_000);
    for (const [i, bit] of bits.entries()) two[125_000 + (i >> 3)]! |= bit << (7 - (i & 7));
    const args = { file: fileOf("two.bin", two), "input-format": "bits", range: "1,1000000", initial: "0.9" };
    const found = await jsonOf(assessRestart, args);
    expect(found.restart).toEqual(JSON.parse(JSON.stringify(restartTest(bits, 1000, 1000, 1, 0.9))));
    expect(found.nist).toEqual(["ea_restart SYMBOLS 1 0.9"]);
    expect(found.remarks.join()).toContain("SYMBOLS stands for");
  });

  test("on the IID track data that fail the sanity check fail: exit 4", async () => {
    const same = bits.map((_, i) => bits[i % 1_000]!);
    const args = { file: fileOf("same.bin", same), initial: "0.9", iid: true };
    const { exitCode, out } = await runCommand(assessRestart, args);
    expect(exitCode).toBe(4);
    expect(out).toContain("ea_restart -i ");
    expect(out).toContain("failed: a restart test failed: a symbol is too frequent");
  });

  test("refuses other sizes, and estimates that are none or too large", async () => {
    const short = runCommand(assessRestart, { file: fileOf("short.bin", bits.subarray(1)), initial: "0.5" });
    expect(await rejectionOf(short)).toBeInstanceOf(InputError);
    const file = fileOf("restarts.bin", bits);
    const wide = await rejectionOf(runCommand(assessRestart, { file, initial: "1.5" }));
    expect(wide.message).toContain("1.5 bits are more than a symbol of 1 bit can hold");
    for (const initial of [undefined, "1e999", "-1", "NaN", "9".repeat(400)]) {
      expect(() => optionsFor(assessRestart, { file, initial })).toThrow(UsageError);
    }
  });
});
