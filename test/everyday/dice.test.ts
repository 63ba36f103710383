import { describe, expect, test } from "bun:test";
import { diceBits, parseDice, throwDice } from "../../src/everyday/dice.ts";
import { countResults, ScriptedDraws, spreadOf } from "../support/scripted-draws.ts";

const parse = (text: string) => parseDice(text, "<dice>");
const thrown = (text: string, ...bytes: number[]) =>
  throwDice(parse(text), new ScriptedDraws(Uint8Array.from(bytes)));

describe("dice", () => {
  for (const [text, bytes, result] of [
    ["d6", [4], "5"],
    ["D20", [19], "20"],
    ["3d6", [0, 1, 2], "6 = 1 + 2 + 3"],
    ["4d6+2", [0, 1, 2, 3], "12 = (1 + 2 + 3 + 4) + 2"],
    ["d%", [99], "100"],
    ["%", [0], "1"],
    ["2d%", [0, 1], "3 = 1 + 2"],
    ["2d10 - 1d4", [0, 1, 3], "-1 = (1 + 2) - 4"],
    ["-d4", [3], "-4"],
    ["10-d6", [5], "4 = 10 - 6"],
    ["d6+0", [2], "3 = 3 + 0"],
    ["1d2", [1], "2"],
  ] as const) {
    test(`${text} is ${result}`, async () => {
      expect(await thrown(text, ...bytes)).toBe(result);
    });
  }

  test("a face above the last one is thrown again", async () => {
    expect(await thrown("d6", 6, 7, 0xfe, 0xff, 3)).toBe("4");
  });

  test("all streams give each face equally often", async () => {
    expect(spreadOf(await countResults(1, 256, (draws) => throwDice(parse("d20"), draws)))).toEqual({
      results: 20,
      each: [8],
    });
    // Three streams of bytes below 4: two dice of three sides, with at most one try too many.
    const counts = await countResults(3, 4, (draws) => throwDice(parse("2d3"), draws));
    expect(spreadOf(counts)).toEqual({ results: 9, each: [4 + 2] });
  });

  test("hold the bits of their faces, not of the number that is added", () => {
    expect(diceBits(parse("3d6"))).toBeCloseTo(3 * Math.log2(6), 12);
    expect(diceBits(parse("4d8+2d2-7"))).toBe(14);
    expect(diceBits(parse("d4294967296"))).toBe(32);
  });

  test("a million of them are thrown, and the total is right", async () => {
    const text = await throwDice(parse("1000000d6"), new ScriptedDraws(new Uint8Array(1_000_000)));
    expect(text.startsWith("1000000 = 1 + 1")).toBe(true);
  });

  for (const [text, reason] of [
    ["1000000000d6", "more than 1,000,000 dice"],
    ["500001d6+500001d6", "more than 1,000,000 dice"],
    ["d0", "fewer than two sides"],
    ["3d1", "fewer than two sides"],
    ["d4294967297", "more than 4,294,967,296 sides"],
    ["d99999999999999999999", "more than 4,294,967,296 sides"],
    ["0d6", "no dice to throw"],
    ["7", "has no dice in it"],
    ["", "has no dice in it"],
    ["d6+99999999999", "above 1,000,000,000"],
    ["six", "not understood"],
    ["d6d6", "not understood"],
    ["d6 d6", "not understood"],
    ["3d", "not understood"],
    ["d-6", "not understood"],
    ["d6++2", "not understood"],
    ["1e3d6", "not understood"],
    [`d6${"+1".repeat(200)}`, "402 characters"],
  ] as const) {
    test(`${text.slice(0, 24) || "nothing"} is refused: ${reason}`, () => {
      expect(() => parse(text)).toThrow(reason);
    });
  }
});
