import { expect, test } from "bun:test";
import { Lines } from "../../../src/faces/pipe/lines.ts";

const TEXT = "abcdefghijklmnopqrstuvwxyz".repeat(4);

test("however the text comes in pieces, the lines are the same", () => {
  for (const length of [1, 2, 3, 13, 26, 52, 103, 104, 105, 1_000]) {
    const whole = TEXT.match(new RegExp(`.{1,${length}}`, "g"))!.join("\n");
    for (const piece of [1, 2, 5, 26, 104]) {
      const lines = new Lines(length);
      let text = "";
      for (let from = 0; from < TEXT.length; from += piece) {
        text += Buffer.from(lines.broken(Buffer.from(TEXT.slice(from, from + piece)))).toString();
        text += Buffer.from(lines.broken(new Uint8Array(0))).toString();
      }
      expect(text).toBe(whole);
    }
  }
});
