/** Data that jobs name by reference, kept on the server by their SHA-256: rule sets, samples, answers that are too large for a message. */
import type { ObjectStore } from "@nats-io/obj";
import type { Connection } from "./connection.ts";
import { FleetError } from "./fleet-error.ts";
import { digestOf } from "./job.ts";
import type { QueueSettings } from "./queue.ts";
import { isMissing } from "./retry.ts";

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

  /** @throws FleetError where there is none; the client's errors */
  static async open(connection: Connection, { name }: Pick<QueueSettings, "name">): Promise<Objects> {
    const { Objm } = await import("@nats-io/obj");
    await connection.manager.streams.info(`OBJ_${name}_objects`).catch((cause: unknown) => {
      if (!isMissing(cause)) throw cause;
      throw new FleetError(`the server has no objects of ${name}`, { cause });
    });
    return new Objects(await new Objm(connection.jetstream).open(`${name}_objects`, false));
  }

  /** Opens the store as it was set up, and makes it where it is missing. @throws the client's errors */
  static async openOrMake(connection: Connection, settings: QueueSettings): Promise<Objects> {
    try {
      return await Objects.open(connection, settings);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      return await Objects.make(connection, settings);
    }
  }

  /**
   * Puts data where they are not, or have been for a day: so they are there for most of the time that objects are kept.
   * @returns SHA-256 of the data, 64 hexadecimal digits @throws FleetError for too many
   */
  async put(data: Uint8Array): Promise<string> {
    const digest = checkedDigest(data);
    const known = await this.store.info(digest);
    const isRecent = known !== null && !known.deleted && Date.now() - Date.parse(known.mtime) < RENEW_MS;
    if (!isRecent) await this.store.putBlob({ name: digest }, data);
    return digest;
  }

  /** Puts data also where they are: they are then kept for the whole time again. @returns as `put` @throws as `put` */
  async renew(data: Uint8Array): Promise<string> {
    const digest = checkedDigest(data);
    await this.store.putBlob({ name: digest }, data);
    return digest;
  }

  /** Removes an object, if it is there. */
  async remove(digest: string): Promise<void> {
    await this.store.delete(digest);
  }

  /** @throws FleetError where there is none, or what is kept is not what the digest says */
  async get(digest: string): Promise<Uint8Array> {
    const shown = digest.slice(0, 8);
    const info = await this.store.info(digest);
    if (info === null || info.deleted) throw new FleetError(`the server has no object ${shown}`);
    if (info.size > MOST_OBJECT_BYTES)
      throw new FleetError(`object ${shown} has ${info.size} bytes: too many`);
    const data = await this.store.getBlob(digest);
    if (data === null) throw new FleetError(`the server has no object ${shown}`);
    if (digestOf(data) !== digest) throw new FleetError(`object ${shown} is not what its digest says`);
    return data;
  }

  /** Has a name stand for an object from now on. Digests are no names. */
  async point(name: string, digest: string): Promise<void> {
    await this.store.putBlob({ name: POINTS + name }, new TextEncoder().encode(digest));
  }

  /** @returns the digest for which a name stands @throws the client's errors */
  async pointed(name: string): Promise<string | undefined> {
    if ((await this.store.info(POINTS + name)) === null) return undefined;
    const digest = new TextDecoder().decode((await this.store.getBlob(POINTS + name)) ?? undefined);
    return /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
  }
}

function checkedDigest(data: Uint8Array): string {
  if (data.length > MOST_OBJECT_BYTES) {
    throw new FleetError(`an object has ${data.length} bytes, and may have ${MOST_OBJECT_BYTES}`);
  }
  return digestOf(data);
}

/** Age from which an object is put again: a server keeps it for seven such times. */
const RENEW_MS = 24 * 60 * 60 * 1_000;

/** Begins the names that stand for an object. */
const POINTS = "name:";
