/**
 * Samples one source: the one loop behind probe, record, report, bench and calibrate.
 *
 * What becomes of an error:
 * - An abort ends the loop with the signal's reason, always.
 * - `sampleUntil` and `takeTrace`, for commands about one source, throw whatever the source throws.
 * - `takeSymbols`, for commands about several, turns an error that was raised on purpose (EntropyError: the source, a tool
 *   or the native library failed, or nothing came in time) into `shortfall`, keeps the symbols that came before it, and
 *   lets the caller go on with the next source.
 * - Any other error is a defect of this program. It is thrown, because a figure measured by broken code is worth nothing.
 */
import { EntropyError, SourceError } from "../errors.ts";
import type { Host } from "../platform/host.ts";
import type { Source } from "../source.ts";
import { type RawTrace, toSymbols } from "../trace.ts";

export interface SamplingLimits {
  /** Samples in all. */
  readonly samples: number;
  /** Stop after this long, ms, counted from the opened source. The piece under way is finished. Defaults to no limit. */
  readonly durationMs?: number;
  /** Samples per request. Defaults to as many as take about PIECE_MS. */
  readonly pieceSamples?: number;
  /** Time beyond `durationMs` after which a source that has not answered is given up, ms. Defaults to GRACE_MS. */
  readonly graceMs?: number;
}

/** Long enough to be worth a request, short enough to overrun a limit by little. */
const PIECE_MS = 250;

/** A camera or microphone takes up to three seconds for its first sample; the rest is for a busy machine. */
const GRACE_MS = 5_000;

/** @throws SourceError where the host cannot run the source, with the reason */
export async function requireAvailable(source: Source, host: Host): Promise<void> {
  const availability = await source.availability(host);
  if (!availability.ok) throw new SourceError(source.info.id, availability.reason);
}

/**
 * Opens the source, yields its samples piece by piece and releases it, also when the consumer leaves early.
 * @param onOpen called once the source is open
 * @throws SourceError, also when nothing came within `graceMs` after `durationMs`; the signal's reason
 */
export async function* sampleUntil(
  source: Source,
  host: Host,
  limits: SamplingLimits,
  signal: AbortSignal,
  onOpen: () => void = () => {},
): AsyncGenerator<RawTrace, void> {
  const { samples, durationMs, pieceSamples, graceMs = GRACE_MS } = limits;
  const { id } = source.info;
  await using sampler = await source.open(host);
  onOpen();
  const lastCall = durationMs === undefined ? undefined : AbortSignal.timeout(durationMs + graceMs);
  const ended = lastCall ? AbortSignal.any([signal, lastCall]) : signal;
  const startedNs = host.nowNs();
  const timeIsUp = () => durationMs !== undefined && host.nowNs() - startedNs >= durationMs * 1e6;
  let done = 0;
  let elapsedNs = 0;
  while (done < samples && !timeIsUp()) {
    signal.throwIfAborted();
    const rateHz = elapsedNs > 0 ? (done / elapsedNs) * 1e9 : source.info.rateHz;
    const piece = pieceSamples ?? Math.max(1, Math.round((rateHz * PIECE_MS) / 1000));
    let trace: RawTrace;
    try {
      trace = await sampler.sample(Math.min(piece, samples - done), ended);
    } catch (error) {
      signal.throwIfAborted();
      if (!lastCall?.aborted) throw error;
      throw new SourceError(id, `no answer within ${((durationMs ?? 0) + graceMs) / 1000} s`, {
        cause: error,
      });
    }
    done += trace.samples.length;
    elapsedNs += trace.elapsedNs;
    yield trace;
  }
}

/** All of the source's samples as one trace. @throws as `sampleUntil` */
export async function takeTrace(
  source: Source,
  host: Host,
  limits: SamplingLimits,
  signal: AbortSignal,
  onProgress: (samples: number) => void = () => {},
): Promise<RawTrace> {
  const samples = new BigUint64Array(limits.samples);
  let done = 0;
  let whole: RawTrace | undefined;
  for await (const trace of sampleUntil(source, host, limits, signal)) {
    samples.set(trace.samples, done);
    done += trace.samples.length;
    whole = { ...(whole ?? trace), elapsedNs: (whole?.elapsedNs ?? 0) + trace.elapsedNs };
    onProgress(done);
  }
  if (!whole) throw new SourceError(source.info.id, "delivered no sample");
  return { ...whole, samples: samples.subarray(0, done) };
}

export interface TakenSymbols {
  /** One a byte, oldest first. */
  readonly symbols: Uint8Array;
  /** Samples a second of sampling time; 0 where there are none. */
  readonly rateHz: number;
  /** Why there are fewer than asked for; absent where there are all. */
  readonly shortfall?: Shortfall;
}

export interface Shortfall {
  /** `time`: the time was up before all had come. `failed`: the source is unavailable, failed, or did not answer. */
  readonly kind: "time" | "failed";
  readonly reason: string;
}

/** As many symbols as the source delivers within the limits. @throws the signal's reason; see above for other errors */
export async function takeSymbols(
  source: Source,
  host: Host,
  limits: SamplingLimits,
  signal: AbortSignal,
  onProgress: (symbols: number) => void = () => {},
): Promise<TakenSymbols> {
  const symbols = new Uint8Array(limits.samples);
  let done = 0;
  let elapsedNs = 0;
  let shortfall: Shortfall | undefined;
  const availability = await source.availability(host);
  if (!availability.ok) {
    shortfall = { kind: "failed", reason: availability.reason };
  } else {
    try {
      for await (const trace of sampleUntil(source, host, limits, signal)) {
        symbols.set(toSymbols(trace, source.info.symbolBits), done);
        done += trace.samples.length;
        elapsedNs += trace.elapsedNs;
        onProgress(done);
      }
      if (done < limits.samples) {
        const reason = `${done} of ${limits.samples} samples in ${(limits.durationMs ?? 0) / 1000} s`;
        shortfall = { kind: "time", reason };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EntropyError)) throw error;
      // Whoever shows it names the source.
      shortfall = { kind: "failed", reason: error instanceof SourceError ? error.reason : error.message };
    }
  }
  signal.throwIfAborted();
  return {
    symbols: symbols.subarray(0, done),
    rateHz: elapsedNs > 0 ? (done / elapsedNs) * 1e9 : 0,
    ...(shortfall && { shortfall }),
  };
}
