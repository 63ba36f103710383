import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assessTranspose } from "../../src/commands/assess-transpose.ts";
import { InputError, UsageError } from "../../src/errors.ts";
import { runCommand, scratch } from "../support/assess-command.ts";
import { fakeIo } from "../support/fake-io.ts";
import { optionsFor } from "../support/options.ts";
import { rejectionOf } from "../support/rejection.ts";

const files = scratch();
const { fileOf } = files;

/** Symbol of row r and column c: every row and column differs from its neighbours. */
const symbolAt = (row: number, col: number) => (7 * row + 3 * col + ((row * col) >> 5)) & 15;
const rows = Uint8Array.from({ length: 1_000_000 }, (_, i) => symbolAt(Math.floor(i / 1_000), i % 1_000));
const columns = Uint8Array.from({ length: 1_000_000 }, (_, i) => symbolAt(i % 1_000, Math.floor(i / 1_000)));

const same = (found: Uint8Array, expected: Uint8Array) => Buffer.compare(found, expected) === 0;

describe("assess transpose", () => {
  test("columns to stdout; and of them again the rows", async () => {
    const { bytes, talk, exitCode } = await runCommand(assessTranspose, { file: fileOf("rows.bin", rows) });
    expect([exitCode, same(bytes, columns)]).toEqual([0, true]);
    expect(talk).toContain("ea_transpose");
    const again = await runCommand(assessTranspose, { file: fileOf("columns.bin", bytes) });
    expect(same(again.bytes, rows)).toBe(true);
  });

  test("to a file, with the line of NIST's program for a block", async () => {
    const three = new Uint8Array(3_000_000);
    three.set(rows, 2_000_000);
    const file = fileOf("three.bin", three);
    const output = join(files.folder, "out.bin");
    const { bytes, talk } = await runCommand(assessTranspose, { file, output, range: "2,1000000" });
    expect(bytes.length).toBe(0);
    expect(same(readFileSync(output), columns)).toBe(true);
    expect(talk).toContain(`ea_transpose -l 2 ${file} ${output}`);
  });

  test("whatever the format, a symbol a byte comes out", async () => {
    const packed = Uint8Array.from({ length: 500_000 }, (_, i) => (rows[2 * i]! << 4) | rows[2 * i + 1]!);
    const { bytes, talk } = await runCommand(assessTranspose, {
      file: fileOf("packed.bin", packed),
      "input-format": "bits",
      "bits-per-symbol": "4",
    });
    expect(same(bytes, columns)).toBe(true);
    expect(talk).toContain("SYMBOLS stands for");
  });

  test("refuses other sizes, the file itself, symbols too wide, and the terminal", async () => {
    const file = fileOf("rows.bin", rows);
    const cases: [Record<string, unknown>, typeof InputError | typeof UsageError, string][] = [
      [{ file: fileOf("short.bin", rows.subarray(1)) }, InputError, "restart data are 1000 rows of 1000"],
      [{ file, range: "0,999999" }, InputError, "holds 999,999 symbols in the range"],
      [{ file, output: file }, UsageError, "the result would replace"],
      [{ file, "bits-per-symbol": "3" }, InputError, "does not fit 3 bits"],
      [{ file: join(files.folder, "absent") }, InputError, "there is no file"],
    ];
    for (const [args, kind, message] of cases) {
      const error = await rejectionOf(runCommand(assessTranspose, args));
      expect(error).toBeInstanceOf(kind);
      expect(error.message).toContain(message);
    }
    expect(same(readFileSync(file), rows)).toBe(true);
    const io = fakeIo({ terminal: true });
    const error = await rejectionOf(
      assessTranspose.run(optionsFor(assessTranspose, { file }), io, undefined),
    );
    expect(error.message).toContain("garble the terminal");
  });
});
