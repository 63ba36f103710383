/** Compiled by test/kit/native/embedded.test.ts: uses its library in two threads, and prints what is mapped, or why it cannot. */
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { NativeError } from "../../src/errors.ts";
import { sample } from "./embedded-thread.ts";

/** Lists the files with our code in this process: each once, if there is but one copy of it. */
function images(): string[] {
  const lines = process.platform === "linux" ? readFileSync("/proc/self/maps", "utf8").split("\n") : [];
  const code = lines.filter((line) => / r-xp .*(libee|\.bun-)/.test(line));
  return code.map((line) => line.replace(/^.*?\s(?=\/)/, ""));
}

try {
  const main = sample();
  const worker = new Worker(new URL("./embedded-thread.ts", import.meta.url));
  const thread = await new Promise((resolve, reject) =>
    worker.once("message", resolve).once("error", reject),
  );
  console.log(JSON.stringify({ sampled: [main, thread], images: images() }));
} catch (error) {
  if (!(error instanceof NativeError)) throw error;
  console.log(JSON.stringify({ error: error.message }));
}
process.exit();
