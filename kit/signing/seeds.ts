/** Draws the seeds of a new key. */
import { hkdfSync, randomBytes } from "node:crypto";
import { SECRET_BYTES } from "./keys.ts";

/** Names the purpose, so that the same input gives other bytes elsewhere (RFC 5869 §3.2). */
const INFO = "twin-key/1 seeds";

/**
 * Draws 64 bytes of the operating system's generator and puts them through HKDF with SHA-512 (RFC 5869), with `more` behind them: the
 * result is unpredictable if either is, also where whoever made `more` knows it, or made it on purpose, without knowing the others.
 * @param more bytes of another source, any number
 */
export function drawSeeds(more: Uint8Array = new Uint8Array(), own = randomBytes(SECRET_BYTES)): Uint8Array {
  const material = Buffer.concat([own, more]);
  const seeds = new Uint8Array(hkdfSync("sha512", material, new Uint8Array(), INFO, SECRET_BYTES));
  material.fill(0);
  own.fill(0);
  return seeds;
}
