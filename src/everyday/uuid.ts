/** UUIDs after RFC 9562. */
import type { Draws } from "./draws.ts";

/** Bits of a UUID that are random: all but version, variant and, in version 7, the time. */
export const UUID_BITS = { v4: 122, v7: 74 } as const;

/** Version 4: random, §5.4. */
export async function uuid4(draws: Draws): Promise<string> {
  return written(await draws.bytes(16), 4);
}

/** Version 7: milliseconds since 1970 in 48 bits, the rest random, §5.7. Those of one millisecond are in no order. */
export async function uuid7(draws: Draws, nowMs: number): Promise<string> {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.set(await draws.bytes(10), 6);
  return written(bytes, 7);
}

/** Sets version and variant, which are bits 48 to 51 and 64 to 65. */
function written(bytes: Uint8Array, version: number): string {
  bytes[6] = (version << 4) | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
