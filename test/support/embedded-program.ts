/**
 * Compiled by test/kit/native/embedded.test.ts. Uses its library in two threads, and prints what is mapped; with the word "restart", has the
 * program that goes with the library take samples, and prints where that was. Or prints why it cannot.
 */
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { loadLibrary, type ProgramFiles } from "../../ffi/index.ts";
import { NativeError } from "../../src/errors.ts";
import { currentHost } from "../../src/platform/index.ts";
import { sample } from "./embedded-thread.ts";

/** Lists the files with our code in this process: each once, if there is but one copy of it. */
function images(): string[] {
  const lines = process.platform === "linux" ? readFileSync("/proc/self/maps", "utf8").split("\n") : [];
  const code = lines.filter((line) => / r-xp .*(libee|\.bun-)/.test(line));
  return code.map((line) => line.replace(/^.*?\s(?=\/)/, ""));
}

/** Takes eight samples by `ee-restart`. */
async function restart(): Promise<{ readonly program: string; readonly bytes: number }> {
  const { run } = currentHost();
  const output = async ({ program, library, descriptors }: ProgramFiles, ...args: string[]) => {
    const limits = { timeoutMs: 60_000, maxBytes: 64, descriptors };
    const { exitCode, stdout, stderr } = await run(program, [library, ...args], limits, AbortSignal.any([]));
    if (exitCode !== 0) throw new Error(stderr || `exit code ${exitCode}`);
    return stdout;
  };
  using files = await loadLibrary().placeRestartProgram(async (tried) => void (await output(tried)));
  const { length } = await output(files, "clock_jitter", "16", "8", "8");
  return { program: files.program, bytes: length };
}

try {
  if (process.argv[2] === "restart") {
    console.log(JSON.stringify({ restarted: await restart() }));
    process.exit();
  }
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
