/** Reads the data that a job refers to, from where they are, and makes sure that they are these and no others. */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { orAborted } from "#kit/abort.ts";
import { MOST_OBJECT_BYTES, type Objects } from "#kit/fleet/objects.ts";
import { InputError, readRefusal } from "../errors.ts";
import { placeIn, type Reference } from "./reference.ts";

export interface DataPlaces {
  /** Folders that the machines of the fleet share, by the names under which each has them. */
  readonly roots: ReadonlyMap<string, string>;
  readonly objects: Pick<Objects, "get">;
}

/** Hashed at once, between two turns of the thread that beats: some milliseconds. */
const PIECE_BYTES = 1 << 20;

/**
 * @returns the data in memory that threads share
 * @throws InputError, for which the job is refused; other errors where another try may help; the signal's reason
 */
export async function readData(
  reference: Reference,
  places: DataPlaces,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { where, sha256, length } = reference;
  if (length > MOST_OBJECT_BYTES) {
    throw new InputError(`the data at ${where} have ${length} bytes, and may have ${MOST_OBJECT_BYTES}`);
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(length));
  await readInto(bytes, reference, places, signal);
  const hash = createHash("sha256");
  for (let at = 0; at < length; at += PIECE_BYTES) {
    signal.throwIfAborted();
    hash.update(bytes.subarray(at, at + PIECE_BYTES));
    await setImmediate();
  }
  const found = hash.digest("hex");
  if (found !== sha256) {
    throw new InputError(
      `the data at ${where} are not those of the job: their SHA-256 is ${found.slice(0, 16)}…, and should be ${sha256.slice(0, 16)}…`,
    );
  }
  return bytes;
}

async function readInto(
  bytes: Uint8Array,
  reference: Reference,
  places: DataPlaces,
  signal: AbortSignal,
): Promise<void> {
  const place = placeIn(reference.where);
  switch (place.kind) {
    case "store": {
      const whole = await orAborted(places.objects.get(reference.sha256), signal);
      return fill(bytes, whole, reference);
    }
    case "file":
      return readFile(bytes, reference, place, places.roots);
    case "web":
      return readWeb(bytes, reference, place.url, signal);
    case "s3":
      return readS3(bytes, reference, place, signal);
  }
}

function fill(bytes: Uint8Array, found: Uint8Array, { where, length }: Reference): void {
  if (found.length !== length) {
    throw new InputError(`${where} gave ${found.length} bytes, and the job refers to ${length}`);
  }
  bytes.set(found);
}

async function readFile(
  bytes: Uint8Array,
  { where, offset }: Reference,
  { root, path }: { readonly root: string; readonly path: string },
  roots: DataPlaces["roots"],
): Promise<void> {
  const folder = roots.get(root);
  if (folder === undefined) {
    throw new InputError(`this worker has no root '${root}'`, { hints: [`--root ${root}=DIR`] });
  }
  await using file = await openWithin(folder, path, where);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(PIECE_BYTES, bytes.length - at), offset + at);
    if (bytesRead === 0) throw new InputError(`${where} ends after ${offset + at} bytes`);
    at += bytesRead;
  }
}

/** Opens a file that is below the folder, also when all links are followed. */
async function openWithin(folder: string, path: string, where: string): Promise<FileHandle> {
  try {
    const [base, end] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    if (!end.startsWith(base.endsWith(sep) ? base : base + sep)) {
      throw new InputError(`${where} leads out of its root`);
    }
    const file = await open(end, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe would wait for a writer
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new InputError(`${where} is no regular file`);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${where}: ${readRefusal(cause)}`, { cause });
  }
}

async function readWeb(
  bytes: Uint8Array,
  { where, offset, length }: Reference,
  url: URL,
  signal: AbortSignal,
): Promise<void> {
  if (length === 0) return;
  const range = `bytes=${offset}-${offset + length - 1}`;
  const response = await fetch(url, { headers: { range }, redirect: "manual", signal });
  const { status, body } = response;
  if (status >= 500 || status === 429) throw new Error(`${where}: its server answers ${status}`);
  // 206 is the part; 200 is the whole, from a server that knows no parts (RFC 9110 §14.2).
  if (status !== 206 && !(status === 200 && offset === 0)) {
    await body?.cancel();
    throw new InputError(`${where}: its server answers ${status} to a request for ${range}`);
  }
  let at = 0;
  for await (const piece of body ?? []) {
    if (at + piece.length > length) throw new InputError(`${where} gave more than ${length} bytes`);
    bytes.set(piece, at);
    at += piece.length;
  }
  if (at < length) throw new Error(`${where}: the answer ended after ${at} of ${length} bytes`);
}

/** Refusals of S3 that another try does not change. */
const FINAL_S3 = ["NoSuchKey", "NoSuchBucket", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"];

/** Reads by the runtime's client, whose keys are in the environment: S3_ACCESS_KEY_ID or AWS_ACCESS_KEY_ID, and so on. */
async function readS3(
  bytes: Uint8Array,
  reference: Reference,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  signal: AbortSignal,
): Promise<void> {
  const { where, offset, length } = reference;
  if (length === 0) return;
  const file = new Bun.S3Client().file(key, { bucket }).slice(offset, offset + length);
  try {
    fill(bytes, new Uint8Array(await orAborted(file.arrayBuffer(), signal)), reference);
  } catch (cause) {
    const { code = "", message } = cause as { code?: string; message: string };
    if (!FINAL_S3.includes(code) && !code.startsWith("ERR_S3_MISSING")) throw cause;
    throw new InputError(`${where}: ${message}`, { cause });
  }
}
