/** Scans of the program that take long: they end when their call is cancelled, and with the program. */
import { describe, expect, test } from "bun:test";
import { rejectionOf } from "../../../../../test/support/rejection.ts";
import { storedJournal } from "../../../src/cryptex-store/journal.ts";
import { openStore } from "../../../src/cryptex-store/store.ts";
import type { ScanRecord } from "../../../src/results/journal.ts";
import { connect, PROTOCOLS } from "./clients.ts";
import { World } from "./world.ts";

/** Minutes of work for the engine, in one file. */
const SLOW =
  "rule slow { condition: for all i in (0..filesize) : (for all j in (0..1000) : (uint8(i) == 0)) }";

function slowWorld(): World {
  const world = new World();
  world.folder.write("rules/slow.yar", SLOW);
  world.folder.write("files/slow/zeros", new Uint8Array(4 * 2 ** 20));
  return world;
}

/** Waits until the newest scan of the store is as wanted. */
async function untilScan(world: World, isSo: (scan: ScanRecord) => boolean): Promise<ScanRecord> {
  using store = openStore(world.store);
  const journal = storedJournal(store);
  for (;;) {
    const [scan] = journal.scans({ limit: 1 });
    if (scan && isSo(scan)) return scan;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const ARGS = { root: "files", paths: ["slow"], timeout_ms: 600_000 };

for (const protocol of PROTOCOLS) {
  describe(protocol, () => {
    test("a call that is cancelled ends the scan, and the program answers the next", async () => {
      using world = slowWorld();
      await using mcp = await connect(protocol, world.program());
      const controller = new AbortController();
      const call = rejectionOf(mcp.call("scan-directory", ARGS, { signal: controller.signal }));
      const { id } = await untilScan(world, ({ state }) => state === "running");
      controller.abort();
      await call;
      expect((await untilScan(world, ({ state }) => state !== "running")).state).toBe("cancelled");
      expect(await mcp.call("cryptex-lookup", { codename: "Lamp-Open" })).toMatchObject({ isError: false });
      const shown = await mcp.call("scan-directory", { scan: id });
      expect(shown).toMatchObject({ isError: true, text: expect.stringContaining("is cancelled") });
    });

    test("a client that goes away ends the scan and the program", async () => {
      using world = slowWorld();
      const mcp = await connect(protocol, world.program());
      const call = rejectionOf(mcp.call("scan-directory", ARGS));
      await untilScan(world, ({ state }) => state === "running");
      await mcp[Symbol.asyncDispose]();
      await call;
      expect((await untilScan(world, ({ state }) => state !== "running")).state).toBe("cancelled");
      expect(mcp.stderr()).toBe("");
    });
  });
}
