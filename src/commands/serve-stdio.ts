/** `serve-stdio`, internal: the packages for Python and Node start this program and exchange frames with it. */
import { isatty } from "node:tty";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, parseSeconds } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { stdinPieces } from "#kit/term/standard-input.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { describeSources } from "../faces/library/source-list.ts";
import { PoolService } from "../faces/stdio/pool-service.ts";
import { type Channel, openTelling, type Service, Session } from "../faces/stdio/session.ts";
import type { PoolSettings } from "../pool/open.ts";
import { shared, TestThreads } from "../report/threads/test-threads.ts";
import { qualityScore } from "../stats/quality.ts";
import { VERSION } from "../version.ts";
import { POOL_FLAGS } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

export interface ServeStdioOptions extends PoolSettings {
  readonly timeoutMs: number;
}

export const serveStdio = command({
  name: "serve-stdio",
  description: "Internal: answer the frames that the Python and Node packages write to stdin",
  flags: {
    ...SOURCES_FLAGS,
    timeoutMs: flag.seconds({
      name: "timeout",
      default: "10",
      about: "Fail requests after this many seconds without new entropy",
    }),
    ...POOL_FLAGS,
  },
  examples: ["esoteric-entropy serve-stdio --sources fast < requests > answers"],
  async run(options, io, deps: Deps) {
    if (isatty(0) || io.outIsTerminal) {
      throw new UsageError("serve-stdio is for programs, not for a terminal", [
        "'esoteric-entropy stream' writes random bytes",
      ]);
    }
    await runServeStdio(options, stdinPieces, io, deps);
    return EXIT.ok;
  },
});

/** Answers requests until the input ends. @throws UsageError for a malformed frame; ClosedPipeError; the signal's reason */
export async function runServeStdio(
  options: ServeStdioOptions,
  pieces: Channel["pieces"],
  io: Io,
  deps: Deps,
): Promise<void> {
  const open = await openTelling(options, deps, (frame) => io.out(frame));
  using pool = new PoolService(open, options.timeoutMs);
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
  const methods: Record<string, (params: Parameters<Service["call"]>[1], signal: AbortSignal) => unknown> = {
    status: () => pool.status(),
    healthReport: () => pool.healthReport(),
    sources: () => describeSources(deps.sources, deps.host),
    collect: ({ seconds }, signal) => pool.collect(parseSeconds(String(seconds), "seconds"), signal),
  };
  return {
    pool,
    async call(name, params, signal) {
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      if (!method) throw new UsageError(`unknown method '${name}'`);
      return method(params, signal);
    },
    async test(data) {
      const results = await threads.run({ kind: "battery", bytes: shared(data) });
      return { results, quality: qualityScore(results) };
    },
  };
}
