/** Data of a job by reference: their digest, and where they are. */
import type { JsonObject } from "#kit/signing/canonical-json.ts";
import { InputError } from "../errors.ts";

/** Bytes of a place, known by their digest. */
export interface Reference extends JsonObject {
  /** SHA-256, 64 hexadecimal digits. */
  readonly sha256: string;
  /** The fleet's object store, which has them by their digest; or `file:ROOT/PATH`, `https://…`, `s3://BUCKET/KEY`. */
  readonly where: string;
  /** Place of the first of them there. */
  readonly offset: number;
  readonly length: number;
}

/** The fleet's own object store. */
export const STORE = "store:";

/** Where data are, taken apart. */
export type Place =
  | { readonly kind: "store" }
  | { readonly kind: "file"; readonly root: string; readonly path: string }
  | { readonly kind: "web"; readonly url: URL }
  | { readonly kind: "s3"; readonly bucket: string; readonly key: string };

const PLACES = "file:ROOT/PATH, https://HOST/PATH or s3://BUCKET/KEY";

/** @throws InputError for everything else */
export function placeIn(where: string): Place {
  if (where === STORE) return { kind: "store" };
  const [, root, path] = /^file:([A-Za-z0-9_-]+)\/(.+)$/s.exec(where) ?? [];
  if (root !== undefined && path !== undefined) return { kind: "file", root, path: withinRoot(path) };
  const [, bucket, key] = /^s3:\/\/([A-Za-z0-9._-]+)\/(.+)$/s.exec(where) ?? [];
  if (bucket !== undefined && key !== undefined) return { kind: "s3", bucket, key };
  if (/^https?:\/\//.test(where) && URL.canParse(where)) return { kind: "web", url: webAddress(where) };
  throw new InputError(`'${where}' is no place of data`, { hints: [PLACES] });
}

function withinRoot(path: string): string {
  const isWithin = path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!isWithin || path.includes("\0")) throw new InputError(`'${path}' is no path below a root`);
  return path;
}

function webAddress(where: string): URL {
  const url = new URL(where);
  if (url.username !== "" || url.password !== "") {
    throw new InputError(`the address of data at ${url.host} holds a name or a password`);
  }
  if (url.protocol === "http:" && !/^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname)) {
    throw new InputError(`http://${url.host} would be read in the clear`, { hints: ["write https://"] });
  }
  return url;
}

/** Reads a reference of a job. @throws InputError where it is none */
export function referenceIn(value: unknown): Reference {
  const { sha256, where, offset, length } = (value ?? {}) as Partial<Reference>;
  const isCount = (number: unknown) => Number.isSafeInteger(number) && (number as number) >= 0;
  const isWhole = /^[0-9a-f]{64}$/.test(String(sha256)) && typeof where === "string";
  if (!isWhole || !isCount(offset) || !isCount(length)) throw new InputError("a job's reference is none");
  return { sha256: sha256!, where: where!, offset: offset!, length: length! };
}
