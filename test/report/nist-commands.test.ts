import { describe, expect, test } from "bun:test";
import { assessmentCommand, type GivenData, nistNote } from "../../src/report/nist-commands.ts";

const flags = { track: "non-iid", conditioned: false, truncate: false, bitsPerSymbol: 8 } as const;
const given: GivenData = { path: "noise.bin", isRegular: true, format: "bytes" };
const lineOf = (changes: Partial<GivenData>) => assessmentCommand({ ...given, ...changes }, flags);

describe("the command line of NIST's program", () => {
  test("quotes names for a shell, and keeps them from being flags", () => {
    expect(lineOf({})).toBe("ea_non_iid noise.bin 8");
    expect(lineOf({ path: "-t" })).toBe("ea_non_iid ./-t 8");
    expect(lineOf({ path: "a b'c;$(rm)" })).toBe("ea_non_iid 'a b'\\''c;$(rm)' 8");
  });

  test("has a word for data that the program cannot read, whatever part of them is meant", () => {
    const range = { index: 1, count: 5 };
    expect(lineOf({ range })).toBe("ea_non_iid -l 1,5 noise.bin 8");
    for (const other of [{ path: "-" }, { format: "csv" }, { isRegular: false }] as const) {
      expect(lineOf({ ...other, range })).toBe("ea_non_iid SYMBOLS 8");
    }
  });

  test("in a note of a report: how much was assessed, and names that command no terminal", () => {
    async function* none() {}
    const data = { kind: "file", name: "noise.bin", bitsPerSymbol: 8, pieces: none() } as const;
    expect(nistNote(data, 100, 100)).toEndWith("with ea_non_iid noise.bin 8");
    expect(nistNote(data, 100, 101)).toEndWith("with ea_non_iid -l 0,100 noise.bin 8");
    expect(nistNote({ ...data, name: "\u001b[2J" }, 1, 1)).toEndWith("with ea_non_iid '\\x1B[2J' 8");
    const source = nistNote({ ...data, kind: "source", name: "tpm", bitsPerSymbol: 4 }, 9, 9);
    expect(source).toEndWith("with ea_non_iid SYMBOLS 4, where SYMBOLS is a file of one symbol a byte");
  });
});
