import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeCatalogue, decodeEvent } from "../../../../src/faces/http/dashboard/messages.ts";
import { snapshot } from "../../../support/snapshot.ts";

describe("decodeEvent", () => {
  test("what the server sends", () => {
    const status = snapshot(1_000, [{ id: "a" }]);
    expect(decodeEvent("status", JSON.stringify(status))).toEqual({ kind: "status", snapshot: status });
    expect(decodeEvent("noise", '{"id":"a","samples":[3,4]}')).toEqual({
      kind: "noise",
      id: "a",
      samples: [3, 4],
    });
    expect(decodeEvent("output", '{"hex":"00ff10"}')).toEqual({
      kind: "output",
      bytes: Uint8Array.from([0, 255, 16]),
    });
    const past = { id: "a", reason: "stuck", atMs: 12.5 };
    const history = { sources: ["a", "b"], credit: [[1_000.25, 0, 17]], failures: [past] };
    expect(decodeEvent("history", JSON.stringify(history))).toEqual({
      kind: "history",
      credit: [{ atMs: 1_000.25, bitsPerSecond: new Map([["b", 17]]) }],
      failures: [past],
    });
    const failure = { id: "a", reason: "stuck" };
    expect(decodeEvent("source-failed", JSON.stringify(failure))).toEqual({
      kind: "source-failed",
      ...failure,
    });
  });

  test("events of a newer server are left alone", () => {
    expect(decodeEvent("weather", "{}")).toBeUndefined();
    expect(decodeEvent(undefined, "not even JSON")).toBeUndefined();
  });

  test.each([
    ["status", '{"schema":2,"sources":[],"ledger":{}}'],
    ["status", '{"schema":1,"sources":{},"ledger":{}}'],
    ["status", '{"schema":1,"sources":[{}],"ledger":{}}'],
    ["status", '{"schema":1,"sources":[],"ledger":{}}'],
    ["status", '{"schema":1,"sources":[],"ledger":{},"calibration":{"assessedElsewhere":[1]}}'],
    ["status", '{"schema":1,"sources":[],"ledger":{},"calibration":{"assessedElsewhere":[]}}'],
    [
      "status",
      '{"schema":1,"sources":[],"ledger":{},"calibration":{"assessedElsewhere":[]},"families":[{"family":"a"}],"seed":{"families":[]}}',
    ],
    ["noise", '{"id":"a","samples":[1,null]}'],
    ["noise", '{"id":"a","samples":"12"}'],
    ["output", '{"hex":"0"}'],
    ["output", '{"hex":"<b>"}'],
    ["source-failed", '{"id":"a"}'],
    ["history", '{"sources":[1],"credit":[],"failures":[]}'],
    ["history", '{"sources":["a"],"credit":[[1]],"failures":[]}'],
    ["history", '{"sources":["a"],"credit":[[1,null]],"failures":[]}'],
    ["history", '{"sources":[],"credit":[],"failures":[{"id":"a","reason":"b"}]}'],
    ["noise", "null"],
    ["noise", '{"id":'],
  ])("%s %s is refused", (event, data) => {
    expect(() => decodeEvent(event, data)).toThrow(`"${event}" is not what this page understands`);
  });

  test("anything at all is understood or refused", () => {
    const event = fc.constantFrom("status", "history", "noise", "output", "source-failed");
    fc.assert(
      fc.property(event, fc.oneof(fc.json(), fc.string()), (name, data) => {
        try {
          decodeEvent(name, data);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});

test("the catalogue", () => {
  const entry = { id: "a", title: "A", family: "clock", mechanism: "ticks", unit: "ticks", state: "healthy" };
  expect(decodeCatalogue({ schema: 1, sources: [entry] })).toEqual({ kind: "catalogue", sources: [entry] });
  expect(() => decodeCatalogue({ sources: [{ id: "a" }] })).toThrow(TypeError);
  expect(() => decodeCatalogue(null)).toThrow(TypeError);
});
