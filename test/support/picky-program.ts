#!/usr/bin/env bun
/** Speaks the frames, and refuses requests for full entropy that a slow pool could not answer within a client's limit. */
import { encodeFrame, FRAME, FrameReader, FULL_PIECE_BYTES, jsonBody } from "../../src/faces/stdio/frames.ts";

const say = (kind: number, id: number, body: Uint8Array) =>
  process.stdout.write(encodeFrame({ kind, id, body }));
const FULL = 0;

say(FRAME.hello, 0, jsonBody({ protocol: 1, version: "0", mode: "full" }));
const reader = new FrameReader();
for await (const piece of Bun.stdin.stream()) {
  for (const { kind, id, body } of reader.push(piece)) {
    if (kind !== FRAME.wantBytes) continue;
    const length = new DataView(body.buffer, body.byteOffset).getUint32(0, true);
    if (body[4] === FULL && length > FULL_PIECE_BYTES) {
      say(FRAME.error, id, jsonBody({ code: "usage", message: `${length} bytes at once`, hints: [] }));
    } else {
      say(FRAME.bytes, id, new Uint8Array(length).fill(1));
    }
  }
}
