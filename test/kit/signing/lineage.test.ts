import { describe, expect, test } from "bun:test";
import {
  distrust,
  extended,
  lineageText,
  parseLineage,
  signRevocation,
  signRotation,
} from "#kit/signing/lineage.ts";
import { parseBlocks, signStatement } from "#kit/signing/statement.ts";
import { judge } from "#kit/signing/trust.ts";
import { keyOf, lineageFrom } from "./keys.ts";

const [a, b, c, thief] = ["a", "b", "c", "thief"].map(keyOf) as [
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
  ReturnType<typeof keyOf>,
];
const at = (day: string) => new Date(`2026-${day}T00:00:00Z`);
const aToB = signRotation(a, b.public, at("02-01"));
const bToC = signRotation(b, c.public, at("03-01"));

/** Says what is wrong with a signature of a key at a time. */
function faultOf(lineage: ReturnType<typeof lineageFrom>, signer: typeof a, day: string): string | undefined {
  const [block] = parseBlocks(Buffer.from(signStatement("files", {}, signer, at(day))));
  return judge(block!, [], [lineage]).faults[0];
}

test("each key counts from the rotation that names it to the one that replaces it", () => {
  const lineage = lineageFrom(a, bToC, aToB); // in any order
  expect(lineage.keys.map(({ key }) => key.id)).toEqual([a, b, c].map((key) => key.public.id));
  expect(faultOf(lineage, a, "01-31")).toBeUndefined();
  expect(faultOf(lineage, a, "02-02")).toContain("was replaced at 2026-02-01T00:00:00Z");
  expect(faultOf(lineage, b, "02-20")).toBeUndefined();
  expect(faultOf(lineage, b, "03-02")).toContain("was replaced");
  expect(faultOf(lineage, c, "12-31")).toBeUndefined();
  expect(faultOf(lineage, thief, "01-01")).toContain("is not trusted");
});

describe("a revocation", () => {
  const revoke = (signer: typeof a, key: typeof a, since: string | null) =>
    signRevocation(signer, key.public.id, { since, reason: "stolen" }, at("06-01"));

  test("takes all worth from a key, whatever time its signatures claim", () => {
    const lineage = lineageFrom(a, revoke(a, a, null));
    expect(faultOf(lineage, a, "01-01")).toContain("is revoked: stolen");
  });

  test("with a time leaves what claims to be older", () => {
    const lineage = lineageFrom(a, revoke(a, a, "2026-05-01T00:00:00Z"));
    expect(faultOf(lineage, a, "04-30")).toBeUndefined();
    expect(faultOf(lineage, a, "05-01")).toContain("is revoked for all that claims a time from 2026-05-01");
  });

  test("by a key that follows leaves the rotation to it", () => {
    const lineage = lineageFrom(a, aToB, bToC, revoke(c, a, null));
    expect(faultOf(lineage, a, "01-01")).toContain("is revoked");
    expect(faultOf(lineage, b, "02-20")).toBeUndefined();
    expect(faultOf(lineage, c, "12-31")).toBeUndefined();
  });

  test("by the key itself, before it named the next, takes those that follow with it", () => {
    const lineage = lineageFrom(a, aToB, bToC, revoke(a, a, "2026-01-15T00:00:00Z"));
    expect(faultOf(lineage, b, "02-20")).toContain("named by a key that was revoked");
    expect(faultOf(lineage, c, "12-31")).toContain("named by a key that was revoked");
    const later = lineageFrom(a, aToB, bToC, revoke(a, a, "2026-02-15T00:00:00Z"));
    expect(faultOf(later, c, "12-31")).toBeUndefined();
  });

  test("by a key that came before, or by a stranger, is refused with all that it came with", () => {
    expect(() => lineageFrom(a, aToB, revoke(a, b, null))).toThrow("cannot revoke");
    expect(() => lineageFrom(a, aToB, revoke(thief, a, null))).toThrow("cannot revoke");
    expect(() => lineageFrom(a, revoke(a, thief, null))).toThrow("cannot revoke");
  });

  test("cannot be taken back by another one", () => {
    const lineage = lineageFrom(a, revoke(a, a, null), revoke(a, a, "2026-12-01T00:00:00Z"));
    expect(faultOf(lineage, a, "01-01")).toContain("is revoked");
  });

  test("with a reason that is too long is refused", () => {
    const text = signRevocation(a, a.public.id, { since: null, reason: "x".repeat(201) });
    expect(() => lineageFrom(a, text)).toThrow("more than 200 characters");
  });
});

test("two keys that follow one are a sign of theft, and nothing is trusted", () => {
  const fork = signRotation(a, thief.public, at("01-15"));
  expect(() => lineageFrom(a, aToB, fork)).toThrow("names two keys that follow it");
  expect(() => extended(lineageFrom(a, aToB), parseBlocks(Buffer.from(fork)))).toThrow("names two keys");
});

test("the same rotation, signed twice, is one", () => {
  const again = signRotation(a, b.public, at("02-01"));
  expect(lineageFrom(a, aToB, again).keys.length).toBe(2);
});

test("circles, strangers and other statements are refused", () => {
  expect(() => lineageFrom(a, aToB, signRotation(b, a.public))).toThrow("in a circle");
  expect(() => lineageFrom(a, signRotation(thief, b.public))).toThrow("which is none of this line");
  expect(() => lineageFrom(a, signStatement("files", {}, a))).toThrow("none about a key");
  const short = signStatement("rotation", { new: "AAAA" }, a);
  expect(() => lineageFrom(a, short)).toThrow("bytes in base64");
});

test("a flipped bit of a rotation or a revocation is noticed", () => {
  const revocation = signRevocation(b, a.public.id, { since: null, reason: "stolen" });
  const text = lineageText(lineageFrom(a, aToB, revocation));
  const good = Buffer.from(text);
  const start = good.indexOf("\n") + 1;
  expect(parseLineage(good).keys.length).toBe(2);
  for (let i = start; i < good.length; i += 7) {
    const bad = Buffer.from(good);
    bad[i]! ^= 1 << (i % 8);
    expect(() => parseLineage(bad)).toThrow();
  }
});

describe("a signature that brings rotations", () => {
  const signedBy = (signer: typeof a, day: string) =>
    parseBlocks(Buffer.from(signStatement("files", {}, signer, at(day))))[0]!;
  const blocks = (...texts: string[]) => texts.flatMap((text) => parseBlocks(Buffer.from(text)));

  test("is trusted by who knows any key of the line", () => {
    for (const lineage of [lineageFrom(a), lineageFrom(a, aToB), lineageFrom(a, aToB, bToC)]) {
      expect(judge(signedBy(c, "04-01"), blocks(aToB, bToC), [lineage]).faults).toEqual([]);
    }
  });

  test("is not trusted by who knows none of it", () => {
    expect(judge(signedBy(c, "04-01"), blocks(aToB, bToC), [lineageFrom(thief)]).faults).toEqual([
      `it is signed by key ${c.public.id}, which is not trusted`,
    ]);
  });

  test("cannot bring a key that nobody named, a revocation, or a gap", () => {
    const fault = (...texts: string[]) =>
      judge(signedBy(c, "04-01"), blocks(...texts), [lineageFrom(a)]).faults[0];
    expect(fault(bToC)).toContain("which is not trusted");
    expect(fault(aToB)).toContain("which is not trusted");
    expect(fault(aToB, bToC, signRotation(thief, c.public))).toContain("does not hold");
    expect(fault(aToB, bToC, signRevocation(c, a.public.id, { since: null, reason: "" }))).toContain(
      "came with it",
    );
  });

  test("is refused where the trusted key is known to be revoked", () => {
    const lineage = lineageFrom(a, signRevocation(a, a.public.id, { since: null, reason: "stolen" }));
    expect(
      judge(signedBy(thief, "04-01"), blocks(signRotation(a, thief.public, at("03-01"))), [lineage]).faults,
    ).toEqual([expect.stringContaining("named by a key that was revoked")]);
  });
});

test("one signature is enough where it is said to be, and the other one is not asked", () => {
  const [block] = parseBlocks(Buffer.from(signStatement("files", {}, a)));
  const lineage = lineageFrom(a);
  const noEd = { ...block!, signatures: { ...block!.signatures, ed25519: new Uint8Array(64) } };
  const noMl = { ...block!, signatures: { ...block!.signatures, "ml-dsa-65": new Uint8Array(3309) } };
  expect(judge(noEd, [], [lineage]).faults).toEqual(["the signature does not hold: Ed25519"]);
  expect(judge(noMl, [], [lineage]).faults).toEqual(["the signature does not hold: ML-DSA-65"]);
  expect(judge(noEd, [], [lineage], ["ml-dsa-65"]).faults).toEqual([]);
  expect(judge(noMl, [], [lineage], ["ed25519"]).faults).toEqual([]);
  expect(judge(noEd, [], [lineage], ["ed25519"]).faults.length).toBe(1);
});

test("distrust says nothing of a key without statements", () => {
  expect(distrust(lineageFrom(a).keys[0]!, "1970-01-01T00:00:00Z")).toBeUndefined();
});
