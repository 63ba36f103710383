/**
 * Measures how long `server` takes to answer `/health` while others read streams, or hold them and do not read. Prints a table and
 * asserts nothing.
 *
 *     npm run bench server-streams
 *     npm run bench server-streams -- --against PATH     PATH: an `esoteric-entropy` binary to compare with
 *
 * Those who read and who ask are processes of their own. Each request has a connection of its own; where none is answered within five seconds,
 * it counts as five. REQUESTS sets their number (300).
 */
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { quantile } from "simple-statistics";

const ROOT = join(import.meta.dir, "..");
const BUILT = join(ROOT, "dist", "esoteric-entropy");
const PROGRAM = existsSync(BUILT) ? [BUILT] : [process.execPath, join(ROOT, "src", "main.ts")];
const REQUESTS = Number(process.env["REQUESTS"] ?? 300);
const PATIENCE_MS = 5_000;
/** Between two requests. */
const PAUSE_MS = 10;

/** Streams that are read as fast as can be, and streams that are not read. */
const LOADS = [
  [0, 0],
  [2, 0],
  [8, 0],
  [0, 256],
  [8, 256],
] as const;

/** Opens streams, says so, and reads them or does not, until it is killed. */
async function read(port: number, count: number, isStalled: boolean): Promise<void> {
  const request = `GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  for (let i = 0; i < count; i++) {
    await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open(socket) {
          socket.write(request);
          if (isStalled) socket.pause();
        },
        data() {},
      },
    });
  }
  console.log("open");
}

/** Prints how long each answer took, in milliseconds, as JSON. */
async function ask(port: number): Promise<void> {
  const took: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const startMs = performance.now();
    const headers = { connection: "close" };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    await fetch(`http://127.0.0.1:${port}/health`, { headers, signal, keepalive: false }).then(
      (response) => response.bytes(),
      () => {}, // counted as what it took
    );
    took.push(performance.now() - startMs);
    await Bun.sleep(PAUSE_MS);
  }
  console.log(JSON.stringify(took));
}

/** Starts a process and waits for the first line that it prints. */
async function said(
  command: readonly string[],
): Promise<{ readonly line: string; readonly end: () => void }> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  let text = "";
  for await (const piece of child.stdout) {
    text += Buffer.from(piece).toString();
    if (text.includes("\n")) return { line: text.trim(), end: () => child.kill() };
  }
  throw new Error(`${command.join(" ")} ended without a word`);
}

const own = (...args: (string | number)[]) => [process.execPath, import.meta.path, ...args.map(String)];

async function measure(program: readonly string[], busy: number, stalled: number): Promise<number[]> {
  const server = await said([...program, "server", "--port", "0", "--mode", "drbg"]);
  const port = Number(/:(\d+)$/.exec(server.line)![1]);
  while (!(await fetch(`http://127.0.0.1:${port}/health`)).ok) await Bun.sleep(100);
  const readers = [
    await said(own("read", port, busy, "busy")),
    await said(own("read", port, stalled, "stalled")),
  ];
  const asked = await said(own("ask", port));
  for (const { end } of [...readers, server]) end();
  return JSON.parse(asked.line) as number[];
}

async function main({ against }: { readonly against?: string | undefined }): Promise<void> {
  console.log(`machine: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores; ${REQUESTS} requests each`);
  console.log(
    "\n| program | streams read | not read | /health p50 ms | p99 ms | most ms |\n|---|---|---|---|---|---|",
  );
  for (const [busy, stalled] of LOADS) {
    for (const program of [...(against === undefined ? [] : [[against]]), PROGRAM]) {
      const took = await measure(program, busy, stalled);
      const figures = [quantile(took, 0.5), quantile(took, 0.99), Math.max(...took)].map((ms) =>
        ms.toFixed(1),
      );
      console.log(`| ${program.join(" ")} | ${busy} | ${stalled} | ${figures.join(" | ")} |`);
    }
  }
}

const [role, ...args] = process.argv.slice(2);
if (role === "read") await read(Number(args[0]), Number(args[1]), args[2] === "stalled");
else if (role === "ask") await ask(Number(args[0]));
else await main(parseArgs({ options: { against: { type: "string" } } }).values);
