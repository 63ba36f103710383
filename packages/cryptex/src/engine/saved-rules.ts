/**
 * Form of saved rules: a header before what libyara writes, which trusts what it reads.
 *
 *     0   8   "CXRULES1"
 *     8  32   SHA-256 of the engine's file: another engine's rules may look the same, and mean something else
 *    40  32   SHA-256 of the rest
 *    72       the rest
 */
import { createHash } from "node:crypto";
import { InputError } from "#kit/errors.ts";

const MAGIC = Buffer.from("CXRULES1", "latin1");
const ENGINE = MAGIC.length;
const CHECKSUM = ENGINE + 32;
const BODY = CHECKSUM + 32;

/** @param engine SHA-256 of the engine's file, hex */
export function packRules(body: Uint8Array, engine: string): Uint8Array {
  const saved = new Uint8Array(BODY + body.length);
  saved.set(MAGIC);
  saved.set(Buffer.from(engine, "hex"), ENGINE);
  saved.set(sha256(body), CHECKSUM);
  saved.set(body, BODY);
  return saved;
}

/** Returns what libyara wrote. @throws InputError for anything but what packRules has returned for the same engine */
export function unpackRules(saved: Uint8Array, engine: string): Uint8Array {
  if (saved.length < BODY || !equal(saved.subarray(0, ENGINE), MAGIC)) {
    throw new InputError("these are not compiled rules");
  }
  if (!equal(saved.subarray(ENGINE, CHECKSUM), Buffer.from(engine, "hex"))) {
    throw new InputError("these rules were compiled by another version of the engine");
  }
  const body = saved.subarray(BODY);
  if (!equal(saved.subarray(CHECKSUM, BODY), sha256(body))) {
    throw new InputError("these compiled rules are damaged");
  }
  return body;
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
