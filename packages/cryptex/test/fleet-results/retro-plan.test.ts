/** Files for other rules, out of the results of many machines: what is left to be scanned, and in which jobs. */
import { describe, expect, test } from "bun:test";
import { FleetResults } from "../../src/fleet-results/fleet-results.ts";
import { retroBatches } from "../../src/fleet-results/retro-plan.ts";
import { answerOf, clean, end, match, OTHER_RULES, PLACES, RULES, start } from "./support.ts";

const MEBIBYTE = 2 ** 20;

for (const [name, open, why] of PLACES) {
  if (why) console.warn(`${why}: files for other rules, on ${name}`);
  describe.skipIf(why !== undefined)(`files for other rules, on ${name}`, () => {
    test("are those that were seen last, less what these rules have seen", async () => {
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      let sequence = 0;
      const take = (host: string, digest: string, ...lines: Parameters<typeof answerOf>[0] & object) =>
        results.write(
          answerOf([start(digest), ...lines, end()], { host, job: String(sequence), sequence: ++sequence }),
        );
      const left = async (question: { host?: string; since?: string } = {}) =>
        (await Array.fromAsync(results.toScan({ ruleset: OTHER_RULES, ...question })))
          .map(({ host, path, size }) => `${host} ${path} ${size}`)
          .sort();
      await take("a", RULES, clean("/1"), match("/2"), match("/2", "r2"), clean("/3", "old"));
      await take("b", RULES, clean("/1"));
      expect(await left()).toEqual(["a /1 2", "a /2 2", "a /3 3", "b /1 2"]);
      expect(await left({ host: "b" })).toEqual(["b /1 2"]);
      expect(await left({ since: "2100-01-01T00:00:00Z" })).toEqual([]);
      // The same content at the same place is done; what is changed, or could not be read then, is not.
      await take("a", OTHER_RULES, clean("/1"), { type: "error", path: "/2", reason: "permission denied" });
      await take("a", RULES, clean("/3", "newer"));
      expect(await left()).toEqual(["a /2 2", "a /3 5", "b /1 2"]);
      await take("a", OTHER_RULES, match("/3", "r1", "newer"));
      expect(await left()).toEqual(["a /2 2", "b /1 2"]);
      // An answer that is not whole has done nothing.
      const job = { host: "b", job: "cut", sequence: ++sequence };
      await results.write(answerOf([start(OTHER_RULES), clean("/1")], job));
      expect(await left()).toEqual(["a /2 2", "b /1 2"]);
    });

    test("are read to the end, however many there are", async () => {
      await using at = await open();
      await using results = await FleetResults.open(at.place);
      const paths = Array.from({ length: 2_345 }, (_, n) => `/${n}`);
      const lines = [start(), ...paths.map((path) => clean(path)), end()];
      for (const host of ["a", "b"]) await results.write(answerOf(lines, { host }));
      const seen = await Array.fromAsync(results.toScan({ ruleset: OTHER_RULES }));
      expect(new Set(seen.map(({ host, path }) => `${host}${path}`)).size).toBe(2 * paths.length);
      expect(seen).toHaveLength(2 * paths.length);
    });
  });
}

test("batches are of one host, and bounded by files and bytes", async () => {
  async function* seen() {
    const file = (host: string, size: number) => ({ host, path: "/x", size, sha256: "" });
    for (let n = 0; n < 201; n++) yield file("a", 1);
    for (const size of [40, 25, 24, 100]) yield file("b", size * MEBIBYTE);
  }
  const batches = await Array.fromAsync(retroBatches(seen()));
  expect(batches.map(({ host, files }) => [host, files.length])).toEqual([
    ["a", 200],
    ["a", 1],
    ["b", 1],
    ["b", 2],
    ["b", 1],
  ]);
});
