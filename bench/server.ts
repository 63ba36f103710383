/**
 * Measures `server` beside a bare `Bun.serve`, over loopback. Prints tables with ratios and asserts nothing.
 *
 *     npm run bench server
 *     npm run bench server -- --against PATH     PATH: an `esoteric-entropy` binary to compare with
 *
 * Servers and load run in processes of their own. They take turns in rounds, so that a slow moment hits all alike. Each
 * connection has one request under way. If wrk is installed, it measures, too. ROUNDS sets the number of rounds (3).
 */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median, quantile } from "simple-statistics";

const ROOT = join(import.meta.dir, "..");
const BUILT = join(ROOT, "dist", "esoteric-entropy");
const PROGRAM = existsSync(BUILT) ? [BUILT] : [process.execPath, join(ROOT, "src", "main.ts")];
const ROUNDS = Number(process.env["ROUNDS"] ?? 3);
const SECONDS = 2;

const RANDOM = "/api/v1/random?length=32&type=uint8";
const MAX_HEAD_BYTES = 1_024;
const BYTES = "/api/v1/bytes?n=1048576";

interface Load {
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server's main thread; NaN where there is no /proc. */
  readonly cpuMicrosPerRequest: number;
}

/** Serves a constant answer as large as the mean of the others. */
function bare(): void {
  const data = Array.from({ length: 32 }, (_, i) => [7, 42, 137, 200, 255, 99, 180, 211][i % 8]);
  const text = JSON.stringify({ type: "uint8", length: 32, data, success: true });
  const megabyte = new Uint8Array(1 << 20).fill(85);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    development: false,
    routes: { "/api/v1/bytes": () => new Response(megabyte) },
    fetch: () => new Response(text, { headers: { "content-type": "application/json" } }),
  });
  console.log(`listening on ${server.url.origin}`);
}

/** Requests `path` for `seconds` and prints a Load as JSON. */
async function load(port: number, path: string, connections: number, seconds: number): Promise<void> {
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const latenciesMs: number[] = [];
  let bytes = 0;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  const finished = Array.from(
    { length: connections },
    () =>
      new Promise<void>((resolve, reject) => {
        let head = "";
        let received = 0;
        let expected = Number.POSITIVE_INFINITY;
        let sentMs = 0;
        const send = (socket: Bun.Socket) => {
          sentMs = performance.now();
          socket.write(request);
        };
        Bun.connect({
          hostname: "127.0.0.1",
          port,
          socket: {
            open: send,
            data(socket, piece) {
              bytes += piece.length;
              received += piece.length;
              // A large answer comes in chunks, the last of which is empty.
              const isLast =
                piece.length >= 7 && piece.toString("latin1", piece.length - 7) === "\r\n0\r\n\r\n";
              if (isLast) expected = received;
              if (expected === Number.POSITIVE_INFINITY) {
                if (head.length < MAX_HEAD_BYTES) head += piece.toString("latin1", 0, MAX_HEAD_BYTES); // it may come in pieces
                const end = head.indexOf("\r\n\r\n");
                const length = /content-length: (\d+)/i.exec(head)?.[1];
                if (end >= 0 && length !== undefined) expected = end + 4 + Number(length);
                if (end >= 0 && !head.startsWith("HTTP/1.1 200")) throw new Error(head);
              }
              if (received < expected) return;
              head = "";
              received = 0;
              expected = Number.POSITIVE_INFINITY;
              const nowMs = performance.now();
              latenciesMs.push(nowMs - sentMs);
              if (nowMs < endMs) send(socket);
              else socket.end();
            },
            close: () => resolve(),
            error: (_, error) => reject(error),
          },
        }).catch(reject);
      }),
  );
  await Promise.all(finished);
  const elapsed = (performance.now() - startMs) / 1000;
  const result: Omit<Load, "cpuMicrosPerRequest"> = {
    requestsPerSecond: latenciesMs.length / elapsed,
    bytesPerSecond: bytes / elapsed,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
  };
  console.log(JSON.stringify(result));
}

interface Running extends Disposable {
  readonly port: number;
  readonly pid: number;
}

async function start(command: readonly string[]): Promise<Running> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  let said = "";
  for await (const piece of child.stdout) {
    said += Buffer.from(piece).toString();
    const port = /:(\d+)\n/.exec(said)?.[1];
    if (port) return { port: Number(port), pid: child.pid, [Symbol.dispose]: () => child.kill() };
  }
  throw new Error(`${command.join(" ")} ended before it listened`);
}

/** Reads the processor time of a process's main thread, in ticks of 10 ms; NaN where there is no /proc. */
function cpuTicks(pid: number): number {
  const path = `/proc/${pid}/task/${pid}/stat`;
  if (!existsSync(path)) return Number.NaN;
  const fields = readFileSync(path, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function loaded(
  { port, pid }: Running,
  path: string,
  connections: number,
  seconds = SECONDS,
): Promise<Load> {
  const before = cpuTicks(pid);
  const child = Bun.spawn(
    [process.execPath, import.meta.path, "load", ...[port, path, connections, seconds].map(String)],
    { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
  );
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("the load process failed");
  const load: Load = JSON.parse(text);
  const requests = load.requestsPerSecond * seconds;
  return { ...load, cpuMicrosPerRequest: ((cpuTicks(pid) - before) * 10_000) / requests };
}

/** Loads the servers in turns. @returns medians over the rounds */
async function race(servers: readonly Running[], path: string, connections: number): Promise<Load[]> {
  const results: Load[][] = servers.map(() => []);
  for (const server of servers) await loaded(server, path, connections, 0.5); // warms up
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, server] of servers.entries()) results[i]!.push(await loaded(server, path, connections));
  }
  return results.map((loads) => ({
    requestsPerSecond: median(loads.map((each) => each.requestsPerSecond)),
    bytesPerSecond: median(loads.map((each) => each.bytesPerSecond)),
    p50Ms: median(loads.map((each) => each.p50Ms)),
    p99Ms: median(loads.map((each) => each.p99Ms)),
    cpuMicrosPerRequest: median(loads.map((each) => each.cpuMicrosPerRequest)),
  }));
}

/** Reads resident memory, megabytes; undefined where there is no /proc. */
function residentMegabytes(pid: number): number | undefined {
  const path = `/proc/${pid}/status`;
  const kilobytes = existsSync(path) && /VmRSS:\s+(\d+)/.exec(readFileSync(path, "utf8"))?.[1];
  return kilobytes ? Number(kilobytes) / 1000 : undefined;
}

/** Opens connections, requests a megabyte on each, and drops them before all of it is read. */
async function openAndDrop(port: number, count: number): Promise<void> {
  const request = `GET ${BYTES} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      Bun.connect({
        hostname: "127.0.0.1",
        port,
        socket: {
          open: (socket) => void socket.write(request),
          data: (socket) => socket.terminate(),
          close: () => resolve(),
        },
      }).catch(reject);
    });
  for (let done = 0; done < count; done += 50) await Promise.all(Array.from({ length: 50 }, one));
}

async function wrk(port: number, path: string): Promise<string | undefined> {
  if (!Bun.which("wrk")) return undefined;
  const child = Bun.spawn(
    ["wrk", "-t1", "-c64", `-d${SECONDS}s`, "--latency", `http://127.0.0.1:${port}${path}`],
    {
      stdout: "pipe",
    },
  );
  const text = await new Response(child.stdout).text();
  return `${/Requests\/sec:\s+(\S+)/.exec(text)?.[1]} requests/s, p99 ${/99%\s+(\S+)/.exec(text)?.[1]}`;
}

/** Compares both builds in drbg mode, in turns. */
async function compare(against: string): Promise<void> {
  const drbg = (program: readonly string[]) => start([...program, "server", "--port", "0", "--mode", "drbg"]);
  using before = await drbg([against]);
  using after = await drbg(PROGRAM);
  const [old, ours] = (await race([before, after], RANDOM, 64)) as [Load, Load];
  console.log(`\n| ${RANDOM}, 64 connections | requests/s | CPU µs/request |\n|---|---|---|`);
  for (const [name, load] of Object.entries({ [against]: old, "this build": ours })) {
    console.log(
      `| ${name} | ${load.requestsPerSecond.toFixed(0)} | ${load.cpuMicrosPerRequest.toFixed(2)} |`,
    );
  }
  const ratio = ours.requestsPerSecond / old.requestsPerSecond;
  console.log(
    `| ratio | ${ratio.toFixed(3)} | ${(ours.cpuMicrosPerRequest / old.cpuMicrosPerRequest).toFixed(3)} |`,
  );
}

async function main({ against }: { readonly against?: string | undefined }): Promise<void> {
  console.log(
    `machine: ${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores; ${ROUNDS} rounds of ${SECONDS} s`,
  );
  console.log(`program: ${PROGRAM.join(" ")}`);
  if (against !== undefined) await compare(against);
  using plain = await start([process.execPath, import.meta.path, "bare"]);
  using drbg = await start([...PROGRAM, "server", "--port", "0", "--mode", "drbg"]);
  using full = await start([...PROGRAM, "server", "--port", "0", "--mode", "full", "--max-wait", "60"]);

  const show = (name: string, { requestsPerSecond, p50Ms, p99Ms, cpuMicrosPerRequest }: Load, ratio = "") =>
    console.log(
      `| ${name} | ${requestsPerSecond.toFixed(0)} | ${p50Ms.toFixed(2)} | ${p99Ms.toFixed(2)} | ${cpuMicrosPerRequest.toFixed(1)} | ${ratio} |`,
    );
  console.log(
    `\n| ${RANDOM}, 64 connections | requests/s | p50 ms | p99 ms | CPU µs/request | ratio |\n|---|---|---|---|---|---|`,
  );
  const [base, ours] = (await race([plain, drbg], RANDOM, 64)) as [Load, Load];
  show("bare Bun.serve, constant", base);
  show("server --mode drbg", ours, `${(ours.requestsPerSecond / base.requestsPerSecond).toFixed(2)} ×`);
  const [waiting] = (await race([full], RANDOM, 64)) as [Load];
  show("server --mode full", waiting);
  for (const [name, { port }] of Object.entries({ "bare Bun.serve": plain, "server --mode drbg": drbg })) {
    console.log(`wrk, ${name}: ${(await wrk(port, RANDOM)) ?? "not installed"}`);
  }

  console.log(`\n| ${BYTES}, 4 connections | GB/s | ratio |\n|---|---|---|`);
  const [constant, bulk] = (await race([plain, drbg], BYTES, 4)) as [Load, Load];
  console.log(`| bare Bun.serve, constant | ${(constant.bytesPerSecond / 1e9).toFixed(2)} | |`);
  const ratio = (bulk.bytesPerSecond / constant.bytesPerSecond).toFixed(2);
  console.log(`| server --mode drbg | ${(bulk.bytesPerSecond / 1e9).toFixed(2)} | ${ratio} × |`);

  console.log("\n| connections opened and dropped | resident MB |\n|---|---|");
  await openAndDrop(drbg.port, 1_000); // warms up
  for (let dropped = 1_000; dropped <= 11_000; dropped += 5_000) {
    if (dropped > 1_000) await openAndDrop(drbg.port, 5_000);
    console.log(`| ${dropped} | ${residentMegabytes(drbg.pid)?.toFixed(0) ?? "unknown"} |`);
  }
}

const [role, ...args] = process.argv.slice(2);
if (role === "load") await load(Number(args[0]), args[1]!, Number(args[2]), Number(args[3]));
else if (role === "bare") bare();
else await main(parseArgs({ options: { against: { type: "string" } } }).values);
