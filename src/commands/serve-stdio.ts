/** `serve-stdio`: the packages for Python and Node start this program once and talk to it in frames. Internal. */
import { addAbortSignal } from "node:stream";
import { isatty } from "node:tty";
import type { ArgsDef } from "citty";
import type { Command } from "#kit/term/command.ts";
import type { Io } from "#kit/term/io.ts";
import { parseSeconds } from "#kit/term/units.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { describeSources } from "../faces/library/source-list.ts";
import { PoolService } from "../faces/stdio/pool-service.ts";
import { type Channel, type Service, Session } from "../faces/stdio/session.ts";
import { shared, TestThreads } from "../report/threads/test-threads.ts";
import { selectSources } from "../sources/selection.ts";
import { qualityScore } from "../stats/quality.ts";
import { VERSION } from "../version.ts";
import { CLAIM_ARGS, type ClaimOptions, claimOptions, creditedInfos } from "./claims.ts";
import { SOURCES_ARGS } from "./source-args.ts";

const SERVE_STDIO_ARGS = {
  ...SOURCES_ARGS,
  timeout: {
    type: "string",
    valueHint: "S",
    default: "10",
    description: "Give bytes up after so many seconds without entropy",
  },
  ...CLAIM_ARGS,
} satisfies ArgsDef;

export interface ServeStdioOptions extends ClaimOptions {
  readonly sources: string;
  readonly timeoutMs: number;
}

export const serveStdio: Command = {
  name: "serve-stdio",
  description: "Internal: answer the frames that the Python and Node packages write to stdin",
  args: SERVE_STDIO_ARGS,
  examples: ["esoteric-entropy serve-stdio --sources fast < requests > answers"],
  async run(args, io, deps) {
    if (isatty(0) || io.outIsTerminal) {
      throw new UsageError("serve-stdio is spoken to by programs, not from a terminal", [
        "'esoteric-entropy stream' writes random bytes",
      ]);
    }
    const options = {
      sources: String(args["sources"]),
      timeoutMs: parseSeconds(String(args["timeout"]), "--timeout"),
      ...claimOptions(args),
    };
    await runServeStdio(options, stdinPieces, io, deps);
    return 0;
  },
};

function stdinPieces(signal: AbortSignal): AsyncIterable<Uint8Array> {
  return addAbortSignal(signal, process.stdin);
}

/** Until the input ends. @throws UsageError for a malformed frame; ClosedPipeError; the signal's reason */
export async function runServeStdio(
  options: ServeStdioOptions,
  pieces: Channel["pieces"],
  io: Io,
  deps: Deps,
): Promise<void> {
  const selected = selectSources(deps.sources, options.sources);
  const infos = creditedInfos(selected, options, io, deps);
  using pool = new PoolService({
    infos,
    startThread: deps.startThread,
    host: deps.host,
    timeoutMs: options.timeoutMs,
  });
  using threads = new TestThreads(1, io.signal);
  const session = new Session(
    service(pool, threads, deps),
    { pieces, write: (bytes) => io.out(bytes) },
    io.signal,
  );
  pool.onSourceFailed((failure) => session.event({ event: "source-failed", ...failure }));
  await session.run(VERSION);
}

function service(pool: PoolService, threads: TestThreads, deps: Deps): Service {
  const methods: Record<string, (params: Params, signal: AbortSignal) => unknown> = {
    status: () => pool.status(),
    healthReport: () => pool.healthReport(),
    sources: () => describeSources(deps.sources, deps.host),
    collect: ({ seconds }, signal) => pool.collect(parseSeconds(String(seconds), "seconds"), signal),
  };
  return {
    bytes: (length, mode, signal) => pool.bytes(length, mode, signal),
    async call(name, params, signal) {
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      if (!method) throw new UsageError(`there is no method '${name}'`);
      return method(params, signal);
    },
    async test(data) {
      const results = await threads.run({ kind: "battery", bytes: shared(data) });
      return { results, quality: qualityScore(results) };
    },
  };
}

type Params = Readonly<Record<string, unknown>>;
