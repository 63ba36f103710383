/** The server as a node of a fleet: it answers `fleet status`. */
import { hostname } from "node:os";
import { announce } from "#kit/fleet/announce.ts";
import { type FleetContext, readContext } from "#kit/fleet/context.ts";
import type { NodeHealth } from "#kit/fleet/node-health.ts";
import { queueSettings } from "#kit/fleet/queue.ts";
import type { Pool } from "../../pool/pool.ts";
import type { RbgGenerator } from "../../rbg/generator.ts";
import { VERSION } from "../../version.ts";
import { healthOf } from "./status-routes.ts";

export interface MemberContext extends FleetContext {
  readonly queue: string;
}

/** Reads where the fleet is, before the server begins. @throws InputError; FleetError for a queue without a right name */
export function memberContext(nats: string, queue: string, warn: (message: string) => void): MemberContext {
  return { ...readContext(nats, warn), queue: queueSettings({ name: queue }).name };
}

export interface MemberDeps {
  readonly pool: Pool;
  readonly random: RbgGenerator;
  readonly say: (level: "info" | "warn", text: string) => void;
}

/** Answers until it is disposed of, whenever there is a server of NATS. */
export function joinFleet(context: MemberContext, { pool, random, say }: MemberDeps): AsyncDisposable {
  const node = context.node ?? hostname();
  const health = (): NodeHealth => {
    const { status, reasons } = healthOf(pool, random);
    const { sources, readyBytes, uptimeMs } = pool.status();
    const failed = sources.filter(({ state }) => state === "failed");
    return {
      node,
      part: "server",
      version: VERSION,
      clockMs: Date.now(),
      uptimeMs: Math.round(uptimeMs),
      faults: [...reasons, ...failed.map(({ id, reason }) => `${id} failed${reason ? `: ${reason}` : ""}`)],
      about: `${random.mode}, ${random.isReady ? "ready" : "not ready yet"}, ${readyBytes} bytes lie ready`,
      detail: {
        mode: random.mode,
        status,
        isReady: random.isReady,
        readyBytes,
        sources: sources.map(({ id, state, reason, creditedBits }) => ({
          id,
          state,
          ...(reason !== undefined && { reason }),
          creditedBits,
        })),
      },
    };
  };
  return announce(context, { name: context.queue, version: VERSION, health, say });
}
