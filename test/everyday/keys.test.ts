import { describe, expect, test } from "bun:test";
import { bech32 } from "../../src/everyday/bech32.ts";
import { Draws } from "../../src/everyday/draws.ts";
import { ageKeys, wireGuardKeys } from "../../src/everyday/keys.ts";
import { uuid4, uuid7 } from "../../src/everyday/uuid.ts";
import { ScriptedDraws } from "../support/scripted-draws.ts";
import vectors from "../vectors/everyday-keys.json" with { type: "json" };

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

describe("keys", () => {
  for (const { prefix, hex, text } of vectors.bech32) {
    test(`Bech32: ${text}`, () => {
      expect(bech32(prefix, bytes(hex))).toBe(text);
    });
  }

  for (const { seed, ...keys } of vectors.age) {
    test(`age: ${keys.public}`, () => {
      expect(ageKeys(bytes(seed))).toEqual(keys);
    });
  }

  for (const keys of vectors.wireguard) {
    test(`WireGuard: ${keys.public}`, () => {
      const secret = Uint8Array.from(Buffer.from(keys.secret, "base64"));
      expect(wireGuardKeys(secret)).toEqual(keys);
      // The bits that clamping fixes make no difference.
      secret[0]! ^= 0b111;
      secret[31]! ^= 0b1100_0000;
      expect(wireGuardKeys(secret)).toEqual(keys);
      secret[0]! ^= 0b1000;
      expect(wireGuardKeys(secret).public).not.toBe(keys.public);
    });
  }
});

describe("UUIDs", () => {
  test("version 4: each random bit is where RFC 9562 has it, and no other is set", async () => {
    expect(await uuid4(new ScriptedDraws(new Uint8Array(16)))).toBe("00000000-0000-4000-8000-000000000000");
    const ones = new ScriptedDraws(new Uint8Array(16).fill(0xff));
    expect(await uuid4(ones)).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
  });

  test("version 7: the time of RFC 9562, A.6, before the random bits", async () => {
    const zeros = new ScriptedDraws(new Uint8Array(10));
    expect(await uuid7(zeros, 0x017f22e279b0)).toBe("017f22e2-79b0-7000-8000-000000000000");
    const ones = new ScriptedDraws(new Uint8Array(10).fill(0xff));
    expect(await uuid7(ones, 0x017f22e279b0)).toBe("017f22e2-79b0-7fff-bfff-ffffffffffff");
  });

  test("no two are the same", async () => {
    const draws = new Draws(async (out) => void crypto.getRandomValues(out));
    const all = new Set<string>();
    for (let i = 0; i < 1000; i++) all.add(await uuid4(draws)).add(await uuid7(draws, 1));
    expect(all.size).toBe(2000);
  });
});
