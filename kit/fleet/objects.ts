/** Data that jobs name by reference, kept on the server by their SHA-256: rule sets, samples, answers that are too large for a message. */
import type { ObjectStore } from "@nats-io/obj";
import type { Connection } from "./connection.ts";
import { FleetError } from "./fleet-error.ts";
import { digestOf } from "./job.ts";
import type { QueueSettings } from "./queue.ts";

/** They are held in memory as a whole. Larger data go by a path that machines share, or by a URL. */
export const MOST_OBJECT_BYTES = 256 * 2 ** 20;

export class Objects {
  private constructor(private readonly store: ObjectStore) {}

  /** Makes the store where it is missing, which takes rights to do so. @throws the client's errors */
  static async make(
    { jetstream }: Connection,
    { name, keepMs, copies, mostBytes }: QueueSettings,
  ): Promise<Objects> {
    const { Objm } = await import("@nats-io/obj");
    const manager = new Objm(jetstream);
    const settings = { ttl: keepMs * 1_000_000, max_bytes: mostBytes, replicas: copies }; // the client takes ns
    return new Objects(await manager.create(`${name}_objects`, settings));
  }

  /** @throws the client's errors, as where there is none */
  static async open({ jetstream }: Connection, { name }: Pick<QueueSettings, "name">): Promise<Objects> {
    const { Objm } = await import("@nats-io/obj");
    return new Objects(await new Objm(jetstream).open(`${name}_objects`));
  }

  /** @returns SHA-256 of the data, 64 hexadecimal digits @throws FleetError for too many */
  async put(data: Uint8Array): Promise<string> {
    if (data.length > MOST_OBJECT_BYTES) {
      throw new FleetError(`an object has ${data.length} bytes, and may have ${MOST_OBJECT_BYTES}`);
    }
    const digest = digestOf(data);
    if ((await this.store.info(digest)) === null) await this.store.putBlob({ name: digest }, data);
    return digest;
  }

  /** @throws FleetError where there is none, or what is kept is not what the digest says */
  async get(digest: string): Promise<Uint8Array> {
    const shown = digest.slice(0, 8);
    const info = await this.store.info(digest);
    if (info === null) throw new FleetError(`the server has no object ${shown}`);
    if (info.size > MOST_OBJECT_BYTES)
      throw new FleetError(`object ${shown} has ${info.size} bytes: too many`);
    const data = await this.store.getBlob(digest);
    if (data === null) throw new FleetError(`the server has no object ${shown}`);
    if (digestOf(data) !== digest) throw new FleetError(`object ${shown} is not what its digest says`);
    return data;
  }
}
