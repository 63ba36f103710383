import { describe, expect, test } from "bun:test";
import { InsufficientEntropyError } from "../../src/errors.ts";
import { NoiseGenerator } from "../../src/rbg/noise.ts";
import { samplesToCredit } from "../../src/sampling/probation.ts";
import { FakeThread, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { holdRequests, traceFor } from "../support/held-thread.ts";

const AS_IT_COMES = { debias: undefined, bits: undefined };

describe("NoiseGenerator", () => {
  test("hands out noise that arrived before its source was lost, then says that none delivers", async () => {
    const source = fakeSource({ id: "a" }, fakeNoise(1));
    const thread = new FakeThread([source]);
    using noise = new NoiseGenerator([source.info], AS_IT_COMES, () => thread);
    // The first slice: from now on three requests are pending.
    await noise.fill(new Uint8Array(samplesToCredit(source.info.rateHz)));
    const requests = holdRequests(thread, "a");
    const first = noise.fill(new Uint8Array(1));
    while (requests.length < 3) await new Promise(setImmediate);
    const [one, two, three] = requests;
    thread.say({ kind: "trace", request: one!.request, trace: traceFor(one!, fakeNoise(2)) });
    thread.say({ kind: "trace", request: two!.request, trace: traceFor(two!, fakeNoise(3)) });
    thread.say({ kind: "unavailable", request: three!.request, reason: "unplugged" });
    await first;
    await noise.fill(new Uint8Array(one!.n - 1 + two!.n));
    await expect(noise.fill(new Uint8Array(1))).rejects.toThrow(InsufficientEntropyError);
  });

  test("wipes the array when it cannot fill it", async () => {
    const source = fakeSource({ id: "a" }, fakeNoise(1));
    using noise = new NoiseGenerator([source.info], AS_IT_COMES, () => new FakeThread([source]));
    const out = new Uint8Array(1 << 22);
    const interrupt = new AbortController();
    const filled = noise.fill(out, { signal: interrupt.signal });
    while (out[0] === 0 && out[1] === 0 && out[2] === 0) await new Promise(setImmediate);
    interrupt.abort(new Error("enough"));
    await expect(filled).rejects.toThrow("enough");
    expect(out.every((byte) => byte === 0)).toBe(true);
  });
});
