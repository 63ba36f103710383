import { describe, expect, test } from "bun:test";
import { History, MatchModel } from "../../src/health/match-model.ts";
import { keystream } from "../support/keystream.ts";

describe("history", () => {
  test("keeps the latest symbols in order, while it grows and when it comes round", () => {
    const symbols = keystream(600_000, 1);
    const history = new History();
    for (let i = 0, batch = 1; i < symbols.length; i += batch, batch = (batch * 5 + 3) % 4097) {
      const end = Math.min(symbols.length, i + batch);
      history.append(symbols.subarray(i, end));
      for (const ago of [1, 2, 16, 5000, 200_000]) {
        if (ago <= end) expect(history.recent(ago)).toBe(symbols[end - ago]!);
      }
    }
  });

  test("grows to 256 KiB, no further", () => {
    const history = new History();
    const sizes = new Set<number>();
    for (let i = 0; i < 200; i++) {
      history.append(new Uint8Array(4096));
      sizes.add(history.symbols.length / 1024);
    }
    expect([...sizes]).toEqual([8, 16, 32, 64, 128, 256]);
  });

  test("reset wipes what was there, and gives it back", () => {
    const history = new History();
    for (let i = 0; i < 80; i++) history.append(keystream(4096, 2));
    const held = history.symbols;
    history.reset();
    expect(held.every((symbol) => symbol === 0)).toBe(true);
    expect([history.symbols.length, history.recent(1)]).toEqual([8192, 0]);
  });

  test("growing leaves no copy behind", () => {
    const history = new History();
    history.append(keystream(4096, 3));
    const held = history.symbols;
    history.append(keystream(4096, 4));
    history.append(keystream(4096, 5));
    expect(history.symbols).not.toBe(held);
    expect(held.every((symbol) => symbol === 0)).toBe(true);
  });
});

/** Says of each symbol whether the model guessed it. */
function follow(symbols: Uint8Array, model: MatchModel, history = new History()): boolean[] {
  const right = new Int32Array(4096);
  const guessed: boolean[] = [];
  for (let i = 0; i < symbols.length; i += 4096) {
    const part = symbols.subarray(i, i + 4096);
    right.fill(0);
    history.append(part);
    model.follow(history, part.length, right, 4);
    for (let k = 0; k < part.length; k++) guessed.push((right[k]! & 4) !== 0);
  }
  return guessed;
}

describe("model", () => {
  test("finds a repeated stretch within 40 symbols, for any period and place, and keeps to it", () => {
    for (const period of [257, 1000, 4096, 9999, 65_537, 131_072, 250_000]) {
      const symbols = keystream(period + 5000, 6);
      for (let i = period; i < symbols.length; i++) symbols[i] = symbols[i - period]!;
      const guessed = follow(symbols, new MatchModel(8, "symbols"));
      expect([period, guessed.indexOf(false, period + 40)]).toEqual([period, -1]);
    }
  });

  test("finds it in differences where each repetition stands higher", () => {
    const noise = keystream(2000, 7);
    const symbols = Uint8Array.from(
      { length: 12_000 },
      (_, i) => noise[i % 2000]! + 37 * Math.floor(i / 2000),
    );
    const count = (of: "symbols" | "differences") =>
      follow(symbols, new MatchModel(8, of)).filter((isRight) => isRight).length;
    expect(count("differences")).toBeGreaterThan(9700);
    expect(count("symbols")).toBeLessThan(300);
  });

  test("guesses only from the past: the same symbols, whatever comes after them", () => {
    const symbols = keystream(300_000, 8).map((byte) => byte & 3);
    const other = symbols.slice();
    other.set(keystream(8192, 9), 280_000);
    for (const of of ["symbols", "differences"] as const) {
      const [a, b] = [symbols, other].map((all) => follow(all, new MatchModel(2, of)));
      expect(a!.slice(0, 280_000)).toEqual(b!.slice(0, 280_000));
    }
  });

  test("reset forgets: the same again gives the same again", () => {
    const symbols = keystream(40_000, 10);
    symbols.copyWithin(20_000, 0);
    const model = new MatchModel(8, "symbols");
    const first = follow(symbols, model);
    model.reset();
    expect(follow(symbols, model)).toEqual(first);
  });
});
