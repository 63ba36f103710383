/** Runs in the sampling thread: opens sources on demand, runs requests, answers each exactly once. */
import { SourceError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import { counterStepNs, type Sampler, type Source } from "../source.ts";
import type { Port, Reply, Request } from "./protocol.ts";

export function serveRequests(port: Port<Reply, Request>, sources: readonly Source[], host: Host): void {
  const running = new Map<number, AbortController>();
  const runners = new Map(sources.map((source) => [source.info.id, new SourceRunner(source, host, port)]));

  port.listen((message) => {
    switch (message.kind) {
      case "sample": {
        const { request, id, n } = message;
        const runner = runners.get(id);
        if (!runner) {
          port.post({ kind: "unavailable", request, reason: `no source '${id}' in this build` });
          return;
        }
        const controller = new AbortController();
        running.set(request, controller);
        void runner.run(request, n, controller.signal).finally(() => running.delete(request));
        return;
      }
      case "abort":
        running.get(message.request)?.abort(new Error("timed out"));
        return;
      case "close":
        void runners.get(message.id)?.close();
        return;
      case "ping":
        port.post({ kind: "pong" });
        return;
    }
  });
}

/** Runs the requests for one source, one after the other, on one open sampler. */
class SourceRunner {
  #sampler: Sampler | undefined;
  #last: Promise<void> = Promise.resolve();
  /** True from a failure until the pool, which has heard of it, closes the source. Requests until then are refused. */
  #hasFailed = false;

  constructor(
    private readonly source: Source,
    private readonly host: Host,
    private readonly port: Port<Reply, Request>,
  ) {}

  run(request: number, n: number, signal: AbortSignal): Promise<void> {
    this.#last = this.#last.then(() => this.#answer(request, n, signal));
    return this.#last;
  }

  close(): Promise<void> {
    this.#last = this.#last.then(async () => {
      await this.#release();
      this.#hasFailed = false;
    });
    return this.#last;
  }

  async #answer(request: number, n: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#hasFailed) {
      this.port.post({ kind: "failed", request, reason: "withdrawn" });
      return;
    }
    this.port.post({ kind: "begun", request });
    try {
      const sampler = this.#sampler ?? (await this.#open(request));
      if (!sampler) return;
      const trace = await sampler.sample(n, signal);
      const { buffer } = trace.samples;
      this.port.post({ kind: "trace", request, trace }, buffer instanceof ArrayBuffer ? [buffer] : []);
    } catch (error) {
      this.#hasFailed = true;
      await this.#release();
      this.port.post({ kind: "failed", request, reason: reasonOf(error) });
    }
  }

  async #open(request: number): Promise<Sampler | undefined> {
    const availability = await this.source.availability(this.host);
    if (!availability.ok && availability.mayPass)
      throw new SourceError(this.source.info.id, availability.reason);
    if (!availability.ok) {
      this.port.post({ kind: "unavailable", request, reason: availability.reason });
      return undefined;
    }
    this.#sampler = await this.source.open(this.host);
    this.port.post({ kind: "opened", id: this.source.info.id, stepNs: counterStepNs(this.host) });
    return this.#sampler;
  }

  async #release(): Promise<void> {
    const sampler = this.#sampler;
    this.#sampler = undefined;
    try {
      await sampler?.[Symbol.asyncDispose]();
    } catch (error) {
      // Resources that could not be released are lost, but the source can be opened again.
      this.port.post({ kind: "failed", request: -1, reason: reasonOf(error) });
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SourceError) return error.reason;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
