/** Calls that are called off, that tell how far they are, and that are too many. */
import { describe, expect, test } from "bun:test";
import { rejectionOf } from "../../../../../test/support/rejection.ts";
import { FEW_TURNS, turnsUntilSettled } from "../../../../../test/support/turns.ts";
import { AT_ONCE, MOST_WAITING } from "../../../src/gateway/mcp/server.ts";
import { connect, PROTOCOLS } from "./clients.ts";
import { HeldScans } from "./held-scans.ts";
import { serveHttp, World } from "./world.ts";

for (const protocol of PROTOCOLS) {
  describe(protocol, () => {
    test("a call that is cancelled ends its scan, and the server goes on", async () => {
      using world = new World();
      const scans = new HeldScans();
      await using served = serveHttp(world, { scans });
      await using mcp = await connect(protocol, served.place);
      const controller = new AbortController();
      const call = rejectionOf(mcp.call("scan-directory", { root: "files" }, { signal: controller.signal }));
      await scans.until(() => scans.orders.length === 1);
      expect(scans.cancelled).toEqual([]);
      controller.abort();
      await call;
      expect(await turnsUntilSettled(scans.until(() => scans.cancelled.length === 1))).toBeLessThan(
        FEW_TURNS,
      );
      expect(await mcp.call("cryptex-lookup", { codename: "Lamp-Open" })).toMatchObject({ isError: false });
      expect(served.reports).toEqual([]);
    });

    test("a client that goes away ends what it has asked for", async () => {
      using world = new World();
      const scans = new HeldScans();
      const served = serveHttp(world, { scans });
      const mcp = await connect(protocol, served.place);
      const call = rejectionOf(mcp.call("scan-directory", { root: "files" }));
      await scans.until(() => scans.orders.length === 1);
      await mcp[Symbol.asyncDispose]();
      await call;
      // A client of the older protocol may come back: its call ends with the session.
      await served[Symbol.asyncDispose]();
      await scans.until(() => scans.cancelled.length === 1);
    });

    test("a scan tells how far it is, if it is asked to", async () => {
      using world = new World();
      await using served = serveHttp(world);
      await using mcp = await connect(protocol, served.place);
      const told: number[] = [];
      const onprogress = ({ progress, message }: { progress: number; message?: string | undefined }) => {
        told.push(progress);
        expect(message).toBe("files were scanned");
      };
      await mcp.call("scan-directory", { root: "files" }, { onprogress });
      expect(told.at(-1)).toBe(5);
      expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b));
    });

    test("few calls are worked on at a time, some wait, the others are told to come back; those that wait can be called off", async () => {
      using world = new World();
      const scans = new HeldScans();
      await using served = serveHttp(world, { scans });
      await using mcp = await connect(protocol, served.place);
      const controllers = Array.from({ length: AT_ONCE + MOST_WAITING + 1 }, () => new AbortController());
      const calls = controllers.map(({ signal }) =>
        mcp.call("scan-directory", { root: "files" }, { signal }),
      );
      const refused = await Promise.any(calls);
      expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("Not now") });
      await scans.until(() => scans.orders.length === AT_ONCE);
      for (const controller of controllers) controller.abort();
      await Promise.allSettled(calls);
      expect(scans.orders).toHaveLength(AT_ONCE);
      await scans.until(() => scans.cancelled.length === scans.orders.length);
      let answer = await mcp.call("cryptex-lookup", { codename: "Lamp-Open" });
      while (answer.isError) answer = await mcp.call("cryptex-lookup", { codename: "Lamp-Open" });
    });
  });
}
