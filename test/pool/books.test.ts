import { expect, test } from "bun:test";
import { Account } from "../../src/pool/account.ts";
import { Books } from "../../src/pool/books.ts";
import { Ledger } from "../../src/pool/ledger.ts";
import { Reservoir } from "../../src/pool/reservoir.ts";
import { SourceState } from "../../src/sampling/source-state.ts";
import { fakeNoise, fakeSource } from "../support/fake-thread.ts";

test("what was shown of one source is not paid to another of its family that ran at the same time", () => {
  const ledger = new Ledger();
  const books = new Books(ledger, new Account(ledger, new Reservoir(4_096)));
  const bits = (isShown: boolean, startedNs: number) => {
    const trace = (id: string, seed: number) => {
      const noise = fakeNoise(seed);
      const samples = BigUint64Array.from({ length: 4_096 }, () => BigInt(noise()));
      return { sourceId: id, samples, discarded: 0, startedNs, elapsedNs: 1e6 };
    };
    const state = (id: string) =>
      new SourceState(fakeSource({ id, family: "network", rateHz: 1_000 }, () => 0).info);
    const [shown, other] = [state("shown"), state("other")];
    if (isShown) books.book(shown, trace("shown", 1), shown.epoch, false);
    return books.book(other, trace("other", 2), other.epoch, true).paidBits;
  };
  expect(bits(false, 0)).toBeGreaterThan(2_000);
  expect(bits(true, 1e9)).toBe(0);
});
