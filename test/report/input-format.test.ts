import { describe, expect, test } from "bun:test";
import { InputError } from "../../src/errors.ts";
import {
  bytesFrom,
  type Decoded,
  INPUT_FORMATS,
  symbolsFrom,
  textOfBitsHint,
} from "../../src/report/input-format.ts";
import { bitString, unpackBits } from "../../src/stats/bits.ts";
import { keystream } from "../support/keystream.ts";
import { rejectionOf } from "../support/rejection.ts";

async function* cut(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

async function all({ pieces, notes }: Decoded): Promise<[number[], readonly string[]]> {
  const out: number[] = [];
  for await (const piece of pieces) out.push(...piece);
  return [out, notes()];
}

/** Reads symbols from pieces of every small length, which must not matter. */
async function symbols(data: Uint8Array | string, format: (typeof INPUT_FORMATS)[number], bits?: number) {
  const bytes = Buffer.from(data as string);
  const [first, ...others] = await Promise.all(
    [1, 3, 7, 1000].map((length) => all(symbolsFrom(cut(bytes, length), format, "data", bits))),
  );
  for (const other of others) expect(other).toEqual(first!);
  return first!;
}

describe("symbols", () => {
  const bytes = keystream(40, 1);
  const bits = [...unpackBits(bitString(bytes))];

  test("bytes, packed bits, and text of bits", async () => {
    expect(await symbols(bytes, "bytes")).toEqual([[...bytes], []]);
    expect(await symbols(bytes, "bits")).toEqual([bits, []]);
    expect(await symbols(bits.join(""), "ascii")).toEqual([bits, []]);
    const lines = bits.join("").replace(/.{7}/g, "$&\r\n");
    expect(await symbols(lines, "ascii", 8)).toEqual([[...bytes], []]);
    expect(await symbols(bits.join(" "), "ascii", 4)).toEqual(await symbols(bytes, "bits", 4));
  });

  test("bits that fill no symbol are named", async () => {
    expect(await symbols("11001", "ascii", 2)).toEqual([
      [3, 0],
      ["the last 1 bit do not fill a symbol of 2 bits and were left out"],
    ]);
  });

  test("numbers of two, four and eight bytes", async () => {
    for (const [format, Words] of [
      ["u16le", Uint16Array],
      ["u32le", Uint32Array],
    ] as const) {
      expect(await symbols(new Uint8Array(Words.of(0, 7, 255).buffer), format)).toEqual([[0, 7, 255], []]);
      const wide = new Uint8Array(Words.of(0, 7, 0x1234).buffer);
      expect(await symbols(wide, format, 4)).toEqual([
        [0, 7, 4],
        ["of 1 number too wide for a symbol the low 4 bits were taken"],
      ]);
    }
    const large = new Uint8Array(BigUint64Array.of(2n ** 63n + 5n, 1n).buffer);
    expect((await symbols(large, "u64le", 3))[0]).toEqual([5, 1]);
    const error = await rejectionOf(symbols(large, "u64le"));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe("data: the number 9223372036854775813 at byte 0 does not fit 8 bits");
  });

  test("numbers in text, with or without a heading", async () => {
    const numbers = [3, 255, 0, 17];
    for (const text of [
      "3\n255\n0\n17\n",
      "3,255,0,17",
      "3; 255\r\n0; 17\r\n",
      "3,255,\n0,17,\n\n",
      "\ufeff3 255 0 17",
    ]) {
      expect(await symbols(text, "csv")).toEqual([numbers, []]);
    }
    expect(await symbols('"delta 1",b\n3,255\n0,17', "csv")).toEqual([
      numbers,
      ["the first line was taken for a heading"],
    ]);
    expect(await symbols("100000000000000000000000000001\n6", "csv", 3)).toEqual([
      [1, 6],
      ["of 1 number too wide for a symbol the low 3 bits were taken"],
    ]);
  });

  test("what is not of the format is an error that says where", async () => {
    for (const [data, format, message] of [
      ["0102", "ascii", "'2' (0x32) at byte 3 is neither 0 nor 1"],
      ["01\0", "ascii", "0x00 at byte 2 is neither 0 nor 1"],
      ["01\x1b[2J", "ascii", "0x1b at byte 2"],
      ["\x01\0\x02", "u16le", "data ends within a number: 3 bytes are no multiple of 2"],
      ["1,,2", "csv", "an empty field at byte 2"],
      ["1\n-2", "csv", "'-' (0x2d) at byte 2"],
      ["-1", "csv", "'-' (0x2d) at byte 0"],
      ["1.5", "csv", "'.' (0x2e) at byte 1"],
      ["1 256", "csv", "the number 256 at byte 5 does not fit 8 bits"],
    ] as const) {
      const error = await rejectionOf(symbols(data, format));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toContain(message);
    }
  });

  test("every format answers nothing with nothing", async () => {
    for (const format of INPUT_FORMATS) expect(await symbols("", format)).toEqual([[], []]);
  });
});

describe("bytes of a string of bits", () => {
  const read = (data: Uint8Array | string, format: (typeof INPUT_FORMATS)[number]) =>
    all(bytesFrom(cut(Buffer.from(data as string), 3), format, "data"));

  test("text of bits is packed, numbers begin with their most significant bit", async () => {
    expect((await read("10000001\n00000010\n1", "ascii"))[0]).toEqual([0x81, 2]);
    expect((await read(Uint8Array.of(1, 2, 3, 4), "u16le"))[0]).toEqual([2, 1, 4, 3]);
    expect((await read(Uint8Array.of(1, 2, 3, 4), "u32le"))[0]).toEqual([4, 3, 2, 1]);
    expect((await read("7,255", "csv"))[0]).toEqual([7, 255]);
    expect((await read(Uint8Array.of(9, 8), "bits"))[0]).toEqual([9, 8]);
  });
});

test("text of 0 and 1 is recognised, and nothing else", () => {
  const hint = (text: string) => textOfBitsHint(Buffer.from(text));
  expect(hint("0110".repeat(10))).toContain("--input-format ascii");
  expect(hint("01101001\r\n".repeat(2))).toContain("--input-format ascii");
  expect(hint(`${"01".repeat(20)}2`)).toBeUndefined();
  expect(hint("0101")).toBeUndefined();
  expect(hint("")).toBeUndefined();
  expect(textOfBitsHint(keystream(1000, 1))).toBeUndefined();
});
