import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseVmstat, vmstat } from "../../src/sources/vmstat.ts";
import { fakeHost } from "../support/fake-host.ts";

const never = new AbortController().signal;

function capture(which: string): string {
  return readFileSync(join(import.meta.dir, "../fixtures/linux", `vm_proc_vmstat.${which}.txt`), "utf8");
}

test("a capture of a Linux machine", () => {
  const before = parseVmstat(capture("a"));
  const after = parseVmstat(capture("b"));
  expect([...before.keys()]).toEqual([...after.keys()]);
  expect(before.get("nr_free_pages")).toBe(822_154n);
  expect(after.get("pgfault")! - before.get("pgfault")!).toBe(7_343n);
  expect([...after].filter(([key, value]) => value !== before.get(key))).toHaveLength(24);
});

test("text that is not understood is an error", () => {
  for (const text of [
    "nr_free_pages\n",
    "nr_free_pages 1 2\n",
    "nr_free_pages 0x12\n",
    "nr_free_pages: 12\n",
  ])
    expect(() => parseVmstat(text)).toThrow(SyntaxError);
});

test("Linux: one counter under two names is counted once", async () => {
  let look = 0;
  const files = { "/proc/vmstat": () => `numa_hit ${++look * look}\nnuma_local ${look * look}\n` };
  await using sampler = await vmstat.open(fakeHost({ files }));
  const { samples } = await sampler.sample(5, never);
  for (let i = 1; i < 5; i++) expect(samples[i]! - samples[i - 1]!).toBe(2n);
});

test("availability", async () => {
  expect(await vmstat.availability(fakeHost())).toEqual({ ok: false, reason: "no /proc/vmstat" });
  expect(await vmstat.availability(fakeHost({ os: "darwin" }))).toMatchObject({ ok: false });
  expect(await vmstat.availability(fakeHost({ os: "darwin", kernels: {} }))).toEqual({ ok: true });
});
