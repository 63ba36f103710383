/** The engine for runtimes that cannot load native code: runs the program as a child process and exchanges frames with it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EntropyError, ToolError } from "../../errors.ts";
import { CloneWatch, identityFromFiles } from "../../platform/clone-watch.ts";
import type { Snapshot } from "../../pool/snapshot.ts";
import type { RbgMode } from "../../rbg/generator.ts";
import type { Availability } from "../../source.ts";
import {
  FRAME,
  FULL_PIECE_BYTES,
  jsonBody,
  MAX_BYTES,
  MODES,
  PROTOCOL_VERSION,
  parseJsonBody,
} from "../stdio/frames.ts";
import type { HealthReport } from "../stdio/health-report.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { ProgramLine } from "./program-line.ts";
import { programPath } from "./program-path.ts";
import type { SourceDescription } from "./source-list.ts";

/** DRBG output fetched ahead for synchronous calls, which block for more when it is used up. */
const AHEAD_BYTES = 65_536;
/**
 * Time for which synchronous calls do not ask again whether the process was copied: Node asks through files, in some 10 µs, and
 * bytes that lie ready take a fraction of one.
 */
const LOOK_EVERY_MS = 1;
/** Pieces of one request that are pending at once, so that it does not wait for each in turn. */
const PIECES_AT_ONCE = 8;
/** Time that an answer may take beyond the program's own limit. */
const GRACE_MS = 5_000;
/** Limit for a scan of all sources, which takes a fraction of a second. */
const SCAN_TIMEOUT_MS = 30_000;

/** @param identity what tells this process from a copy; tests give their own */
export async function startEngine(
  { program, timeoutMs, onSourceFailed, ...settings }: EngineOptions,
  identity = identityFromFiles,
): Promise<Engine> {
  const { sources, familyShare, uncalibrated, requireCalibration } = settings;
  const options = [
    `--family-share=${familyShare}`,
    ...(uncalibrated ? ["--uncalibrated"] : []),
    ...(requireCalibration ? ["--require-calibration"] : []),
  ];
  const line = new ProgramLine({
    program: programPath(program),
    args: ["serve-stdio", `--sources=${sources}`, `--timeout=${timeoutMs}ms`, ...options],
    patienceMs: timeoutMs + GRACE_MS,
    onSourceFailed,
  });
  try {
    const { protocol } = (await line.greeting) as { protocol?: unknown };
    if (protocol !== PROTOCOL_VERSION) {
      throw new ToolError(`the program speaks version ${protocol} of the protocol, not ${PROTOCOL_VERSION}`);
    }
    const clones = new CloneWatch(identity);
    return new ProgramEngine(line, clones, await line.ask(FRAME.wantBytes, wantBytes(AHEAD_BYTES, "drbg")));
  } catch (error) {
    await line.close();
    throw error;
  }
}

class ProgramEngine implements Engine {
  #epoch = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;

  /** @param ahead bytes for synchronous calls */
  constructor(
    private readonly line: ProgramLine,
    private readonly clones: CloneWatch,
    private ahead: Uint8Array,
  ) {
    clones.onChange(() => {
      this.#epoch += 1;
      this.#dropAhead();
    });
  }

  get epoch(): number {
    return performance.now() - this.#lookedMs < LOOK_EVERY_MS ? this.#epoch : this.#look();
  }

  #look(): number {
    this.#lookedMs = performance.now();
    this.clones.check();
    return this.#epoch;
  }

  async bytes(length: number, mode: RbgMode): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (;;) {
      const epoch = this.#look();
      await this.#fetch(out, mode);
      if (epoch === this.#look()) return out;
    }
  }

  /** Fills `out`, or wipes it and rejects. */
  async #fetch(out: Uint8Array, mode: RbgMode): Promise<void> {
    const { length } = out;
    const pieceBytes = mode === "full" ? FULL_PIECE_BYTES : MAX_BYTES;
    const fetch = async (at: number) => {
      const piece = await this.line.ask(FRAME.wantBytes, wantBytes(Math.min(pieceBytes, length - at), mode));
      out.set(piece, at);
      piece.fill(0);
    };
    for (let at = 0; at < length; ) {
      const fetched: Promise<void>[] = [];
      for (; fetched.length < PIECES_AT_ONCE && at < length; at += pieceBytes) fetched.push(fetch(at));
      // Awaits all, so that none writes into a wiped buffer.
      for (const outcome of await Promise.allSettled(fetched)) {
        if (outcome.status === "fulfilled") continue;
        out.fill(0);
        throw outcome.reason;
      }
    }
  }

  fillNow(out: Uint8Array): void {
    try {
      this.#fillNow(out);
    } catch (error) {
      out.fill(0);
      throw error;
    }
  }

  #fillNow(out: Uint8Array): void {
    for (let done = 0, made = this.epoch; done < out.length; ) {
      if (this.ahead.length === 0) {
        this.ahead = this.line.askNow(FRAME.wantBytes, wantBytes(AHEAD_BYTES, "drbg"));
      }
      const now = this.epoch;
      if (now !== made) {
        // What `out` holds is old, too. The answer, if it came only now, was dropped with the bytes ahead.
        made = now;
        done = 0;
        continue;
      }
      const part = this.ahead.subarray(0, out.length - done);
      out.set(part, done);
      part.fill(0);
      this.ahead = this.ahead.subarray(part.length);
      done += part.length;
    }
  }

  status(): Snapshot {
    return parseJsonBody(this.line.askNow(FRAME.call, jsonBody({ method: "status" }))) as Snapshot;
  }

  healthReport(): HealthReport {
    return parseJsonBody(this.line.askNow(FRAME.call, jsonBody({ method: "healthReport" }))) as HealthReport;
  }

  close(): Promise<void> {
    this.#dropAhead();
    return this.line.close();
  }

  #dropAhead(): void {
    this.ahead.fill(0);
    this.ahead = new Uint8Array(0);
  }
}

function wantBytes(length: number, mode: RbgMode): Uint8Array {
  const body = new Uint8Array(5);
  new DataView(body.buffer).setUint32(0, length, true);
  body[4] = MODES.indexOf(mode);
  return body;
}

/** Asks the program once for all sources. */
export async function availabilities(): Promise<ReadonlyMap<string, Availability>> {
  const path = programPath(undefined);
  try {
    const { stdout } = await promisify(execFile)(path, ["scan", "--json"], { timeout: SCAN_TIMEOUT_MS });
    const { sources } = JSON.parse(stdout) as { sources: SourceDescription[] };
    return new Map(
      sources.map(({ id, available, reason = "" }) => [id, available ? { ok: true } : { ok: false, reason }]),
    );
  } catch (cause) {
    throw new EntropyError("tool", `${path} scan failed: ${(cause as Error).message}`, { cause });
  }
}
