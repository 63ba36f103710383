/** Messages of the Domain Name System (RFC 1035 §4), as far as needed to ask for an address and recognise the answer. */

const HEADER_BYTES = 12;
/** Without extensions no message over UDP is longer (RFC 1035 §4.2.1). */
export const MAX_MESSAGE_BYTES = 512;

const TYPE_A = 1;
const CLASS_IN = 1;

/** Bits of the flags: response, kind of query, cut off, recursion desired. */
const RESPONSE = 0x8000;
const OPCODE = 0x7800;
const CUT_OFF = 0x0200;
const RECURSION_DESIRED = 0x0100;

/** Returns a query for the IPv4 address of `name`. @param id 0..65535 */
export function addressQuery(id: number, name: string): Uint8Array {
  const labels = name.split(".").map((label) => new TextEncoder().encode(label));
  if (labels.some(({ length }) => length < 1 || length > 63))
    throw new RangeError(`${name} is not a domain name`);
  const header = [
    id >> 8,
    id & 0xff,
    RECURSION_DESIRED >> 8,
    RECURSION_DESIRED & 0xff,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const question = [...labels.flatMap((label) => [label.length, ...label]), 0, 0, TYPE_A, 0, CLASS_IN];
  return Uint8Array.from([...header, ...question]);
}

/**
 * Returns true if `reply` is a whole, well-formed answer to `query`: same identifier, same question (RFC 5452 §9.1; the
 * socket checks the sender). Any answer will do, even a refusal: it has made the journey.
 */
export function isReplyTo(query: Uint8Array, reply: Uint8Array): boolean {
  if (reply.length < query.length || reply.length > MAX_MESSAGE_BYTES) return false;
  const view = new DataView(reply.buffer, reply.byteOffset, reply.length);
  const flags = view.getUint16(2);
  if (reply[0] !== query[0] || reply[1] !== query[1]) return false;
  if ((flags & (RESPONSE | OPCODE | CUT_OFF)) !== RESPONSE || view.getUint16(4) !== 1) return false;
  for (let i = HEADER_BYTES; i < query.length; i++) if (reply[i] !== query[i]) return false;
  const records = view.getUint16(6) + view.getUint16(8) + view.getUint16(10);
  let at: number | undefined = query.length;
  for (let i = 0; i < records && at !== undefined; i++) at = afterRecord(view, at);
  return at === reply.length;
}

/** Returns the end of the resource record at `at` (RFC 1035 §4.1.3): name, 8 bytes, a length, that many bytes. */
function afterRecord(view: DataView, at: number): number | undefined {
  const fields = afterName(view, at);
  if (fields === undefined || fields + 10 > view.byteLength) return undefined;
  const end = fields + 10 + view.getUint16(fields + 8);
  return end <= view.byteLength ? end : undefined;
}

/** Returns the end of the name at `at`: labels up to an empty one, or up to a pointer of two bytes (RFC 1035 §4.1.4). */
function afterName(view: DataView, at: number): number | undefined {
  while (at < view.byteLength) {
    const length = view.getUint8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    at += 1 + length;
  }
  return undefined;
}
