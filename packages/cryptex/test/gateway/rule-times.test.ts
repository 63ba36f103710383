/** Measures rules on the files of an order, and remembers what the measurement says. */
import { expect, test } from "bun:test";
import { RuleTimes } from "../../src/gateway/scans/profile.ts";
import { RuleFolder } from "../support/rule-folder.ts";

const { signal } = new AbortController();
const order = { root: "files", paths: ["."] };

test("times of an order's files, of which a later one replaces those of the same rules", async () => {
  using folder = new RuleFolder({ "root/a.txt": "good", "root/b.txt": "good too" });
  const places = { base: folder.at("root"), paths: [""] };
  const asked: string[] = [];
  const measured = (times: Readonly<Record<string, number>>) => ({
    async times(_: string | undefined, files: readonly { readonly bytes: Uint8Array }[]) {
      asked.push(...files.map(({ bytes }) => Buffer.from(bytes).toString()));
      return Object.entries(times).map(([rule, secondsPerMib]) => ({ rule, secondsPerMib }));
    },
  });
  const times = new RuleTimes();
  expect(await times.measure(measured({ slow: 0.5, quick: 0.001 }), order, places, signal)).toBe(true);
  expect(asked).toEqual(["good", "good too"]);
  expect(await times.measure(measured({ slow: 0.25 }), order, places, signal)).toBe(true);
  expect(times.all()).toEqual([
    { rule: "quick", secondsPerMib: 0.001 },
    { rule: "slow", secondsPerMib: 0.25 },
  ]);
});

test("without a file that holds anything there is nothing to measure with", async () => {
  using folder = new RuleFolder({ "root/empty": "" });
  const never = { times: () => Promise.reject(new Error("measured with nothing")) };
  const times = new RuleTimes();
  expect(await times.measure(never, order, { base: folder.at("root"), paths: [""] }, signal)).toBe(false);
  expect(times.all()).toEqual([]);
});
