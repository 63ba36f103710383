/**
 * `record` of a source that counts, in a process that can be killed: record-program.ts FOLDER SAMPLES KILL-AT. Each sample
 * counts up from the start of this process; before it takes sample KILL-AT of its long run, it kills itself. Every restart
 * counts from the number of restarts so far. Seconds pass at each look at the clock, so that every piece is checkpointed.
 */

import { messageOf } from "#kit/term/exit.ts";
import { processIo } from "#kit/term/io.ts";
import { runRecord } from "../../src/commands/record.ts";
import { exitCodeOf } from "./exit-code.ts";
import { fakeHost, fakeSource } from "./fake-thread.ts";

const [folder = "", samples = "", killAt = ""] = process.argv.slice(2);
let nowMs = 0;
performance.now = () => {
  nowMs += 1_000;
  return nowMs;
};

const source = fakeSource({ id: "counter", rateHz: 1_000 }, (i) => {
  if (i === Number(killAt)) process.kill(process.pid, "SIGKILL");
  return i;
});
let restarts = 0;
const restarted = async () => {
  restarts += 1;
  return new Uint8Array(BigUint64Array.from({ length: 10 }, (_, i) => BigInt(restarts + i)).buffer);
};
const io = processIo(new AbortController().signal);
const deps = {
  sources: [source],
  host: fakeHost,
  startThread: () => Promise.reject() as never,
  warn: () => {},
};
try {
  const options = {
    source: "counter",
    out: folder,
    samples: Number(samples),
    restarts: { rows: 4, cols: 10 },
    tag: [],
    json: false,
  };
  await runRecord(options, io, deps, restarted);
} catch (error) {
  io.err(`${messageOf(error, "esoteric-entropy")}\n`);
  process.exitCode = exitCodeOf(error); // what was said is still on its way
}
