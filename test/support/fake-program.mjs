#!/usr/bin/env node
// Speaks like `esoteric-entropy serve-stdio`, and misbehaves as the variable FAKE_PROGRAM says. Runs on Node by itself.
import { writeFileSync } from "node:fs";

const behaviour = process.env.FAKE_PROGRAM ?? "";
if (process.env.FAKE_PROGRAM_PID) writeFileSync(process.env.FAKE_PROGRAM_PID, String(process.pid));

function say(kind, id, body) {
  const frame = Buffer.alloc(9 + body.length);
  frame.writeUInt32LE(5 + body.length, 0);
  frame.writeUInt8(kind, 4);
  frame.writeUInt32LE(id, 5);
  frame.set(body, 9);
  process.stdout.write(frame);
}
const json = (value) => Buffer.from(JSON.stringify(value));

if (behaviour === "ends at once") process.exit(3);
if (behaviour === "lacks an instruction") {
  process.kill(process.pid, "SIGILL");
  await new Promise(() => setInterval(() => {}, 1_000));
}
if (behaviour === "says nothing") process.stdin.resume();
else if (behaviour === "talks nonsense") process.stdout.write("Usage: cat [OPTION]... [FILE]...\n");
else
  say(0x80, 0, json({ protocol: behaviour === "is of another version" ? 2 : 1, version: "0", mode: "full" }));

let asked = 0;
let heard = Buffer.alloc(0);
process.stdin.on("data", (piece) => {
  heard = Buffer.concat([heard, piece]);
  while (heard.length >= 4 && heard.length >= 4 + heard.readUInt32LE(0)) {
    const end = 4 + heard.readUInt32LE(0);
    answer(heard.readUInt8(4), heard.readUInt32LE(5), heard.subarray(9, end));
    heard = heard.subarray(end);
  }
});
process.stdin.on("end", () => {
  if (behaviour !== "does not end") process.exit(0);
});
if (behaviour === "does not end") setInterval(() => {}, 1_000);

/** The first request is that of the opening. */
function answer(kind, id, body) {
  asked += 1;
  if (asked > 1 && behaviour === "dies") process.kill(process.pid, "SIGKILL");
  else if (asked > 1 && behaviour === "falls silent") return;
  else if (asked > 1 && behaviour === "refuses") {
    say(0xff, id, json({ code: "insufficient-entropy", message: "nothing came", hints: ["wait"] }));
  } else {
    if (behaviour === "tells of a failure") {
      say(0x90, 0, json({ event: "source-failed", id: `source_${asked}`, reason: "stuck" }));
    }
    if (kind === 1) say(0x81, id, Buffer.alloc(body.readUInt32LE(0), asked));
    else say(0x82, id, json({ asked: JSON.parse(body.toString()).method }));
  }
}
