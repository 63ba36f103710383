/** Returns a good answer with `records` addresses and a response code (RFC 1035 §4.1.1). */
export function replyTo(query: Uint8Array, { records = 1, code = 0 } = {}): Buffer {
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0x36, 0xee, 0x80, 0, 4, 192, 0, 2, 1]);
  const reply = Buffer.concat([query, ...Array.from({ length: records }, () => record)]);
  reply.writeUInt16BE(0x8180 | code, 2);
  reply.writeUInt16BE(records, 6);
  return reply;
}
