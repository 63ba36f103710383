/** Opening a pool: what the user is told of it. */
import { expect, test } from "bun:test";
import { once } from "node:events";
import { CLAIM_FLAGS } from "../../src/commands/claims.ts";
import { SourceError } from "../../src/errors.ts";
import { openPool } from "../../src/pool/open.ts";
import { FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";
import { optionsFor } from "../support/options.ts";

test("a source that the user has named, and that fails, is missed in so many words, once", async () => {
  const failing = (id: string, family: "external" | "memory") =>
    fakeSource({ id, family, claim: 0 }, () => {
      throw new SourceError(id, "unplugged");
    });
  const sources = [failing("stick", "external"), failing("own", "memory")];
  const told: string[] = [];
  const deps = {
    sources,
    host: fakeHost,
    warn: (text: string) => told.push(text),
    startThread: () => new FakeThread(sources),
  };
  using open = openPool(
    { sources: "all", ...optionsFor({ flags: CLAIM_FLAGS }, { uncalibrated: true }) },
    deps,
  );
  const failed = new Map<string, number>();
  open.pool.on("source-failed", ({ id }) => failed.set(id, (failed.get(id) ?? 0) + 1));
  open.pool.start();
  while ((failed.get("stick") ?? 0) < 2 || !failed.has("own")) await once(open.pool, "source-failed");
  expect(told).toEqual(["stick: unplugged"]);
  // The name stands before the reason, and not in it.
  expect(open.pool.status().sources.map(({ lastFault }) => lastFault)).toEqual(["unplugged", "unplugged"]);
  expect(open.pool.shortage()).toEndWith("; stick: unplugged");
});

test("a source that the user has named, and that is not asked before the bytes are there, is missed at the end, once", async () => {
  const sources = [
    fakeSource({ id: "quick", claim: 2 }, fakeNoise(1)),
    fakeSource({ id: "own", claim: 0 }, fakeNoise(2)),
    fakeSource({ id: "stick", family: "external", claim: 0 }, fakeNoise(3)),
  ];
  const told: string[] = [];
  const open = (list: string) =>
    openPool(
      { sources: list, ...optionsFor({ flags: CLAIM_FLAGS }, { uncalibrated: true }) },
      {
        sources,
        host: fakeHost,
        warn: (text) => told.push(text),
        startThread: () => new FakeThread(sources),
      },
    );
  open("quick,stick").close();
  expect(told).toEqual([]);
  const { pool, close } = open("quick,own,stick");
  pool.start();
  await once(pool, "sampled");
  const unasked = pool
    .status()
    .sources.filter(({ samples }) => samples === 0)
    .map(({ id }) => id);
  expect(unasked).toContain("stick");
  close();
  close();
  expect(told).toEqual(["stick gave nothing before the end"]);
});
