/**
 * Tells the service manager how a program fares that runs until it is stopped: sd_notify(3), systemd's `Type=notify`.
 *
 *     using manager = new ServiceManager(env, io, isWell);
 *     manager.ready("listening on ...");
 *
 * Without NOTIFY_SOCKET in the environment it does nothing.
 */
import { onAbort } from "../abort.ts";
import { ProgramError } from "../errors.ts";
import { visible } from "../format/visible.ts";
import { Datagrams } from "../native/datagrams.ts";
import type { Io } from "./io.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Wait before what the manager had no room for is sent again. */
const RETRY_MS = 100;

/** Characters of a status: the manager takes messages of 4,096 bytes (systemd's NOTIFY_BUFFER_MAX), and a character has up to four. */
const MOST_STATUS = 1_000;

/** The longest time that timers take, ms. */
const MOST_TIMER_MS = 2 ** 31 - 1;

export class ServiceManager implements Disposable {
  #datagrams: Datagrams | undefined;
  readonly #warn: (text: string) => void;
  readonly #onStop: Disposable;
  readonly #watchdog: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Not sent yet: the latest of each kind. */
  readonly #unsent = new Map<string, string>();
  #status = "";
  #isReady = false;
  #isStopping = false;

  /** @param isWell is asked at half of the watchdog's time, over and over: while it says no, the watchdog hears nothing, and ends the program */
  constructor(env: Environment, { log, signal }: Pick<Io, "log" | "signal">, isWell = () => true) {
    this.#warn = (text) => log.warn(`${text}: the service manager is told nothing`);
    this.#datagrams = this.#open(env["NOTIFY_SOCKET"]);
    this.#onStop = onAbort(signal, () => this.#stop());
    const everyMs = this.#datagrams && watchdogMs(env, (text) => log.warn(text));
    if (everyMs === undefined) return;
    this.#watchdog = setInterval(() => {
      if (this.#isReady && isWell()) this.#tell("WATCHDOG", "1");
    }, everyMs);
  }

  /** Says that others, who wait for this program, may start. Later calls only change the status. */
  ready(status: string): void {
    this.status(status);
    if (this.#isReady) return;
    this.#isReady = true;
    this.#tell("READY", "1");
  }

  /** One line of text for whoever asks for the state of the service. */
  status(text: string): void {
    if (text === this.#status) return;
    this.#status = text;
    this.#tell("STATUS", visible(text).slice(0, MOST_STATUS));
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#onStop[Symbol.dispose]();
    clearInterval(this.#watchdog);
    clearTimeout(this.#retry);
    this.#datagrams?.[Symbol.dispose]();
    this.#datagrams = undefined;
  }

  #open(name: string | undefined): Datagrams | undefined {
    if (!name) return undefined;
    try {
      return new Datagrams(name);
    } catch (error) {
      if (!(error instanceof RangeError) && !(error instanceof ProgramError)) throw error;
      this.#warn(`NOTIFY_SOCKET: ${error.message}`);
      return undefined;
    }
  }

  #stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#tell("STOPPING", "1");
  }

  #tell(kind: string, value: string): void {
    if (!this.#datagrams) return;
    this.#unsent.set(kind, value);
    if (this.#retry === undefined) this.#send();
  }

  #send(): void {
    this.#retry = undefined;
    const text = [...this.#unsent].map(([kind, value]) => `${kind}=${value}`).join("\n");
    try {
      if (this.#datagrams?.send(text)) this.#unsent.clear();
      else this.#retry = setTimeout(() => this.#send(), RETRY_MS);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.#datagrams?.[Symbol.dispose]();
      this.#datagrams = undefined;
      this.#warn(`NOTIFY_SOCKET: ${error.message}`);
    }
  }
}

/** Half of the time within which the watchdog wants to hear of this process; undefined if it does not, or of another one. */
function watchdogMs(env: Environment, warn: (text: string) => void): number | undefined {
  const [time, process_] = [env["WATCHDOG_USEC"], env["WATCHDOG_PID"]];
  if (!time || (process_ && process_ !== `${process.pid}`)) return undefined;
  const microseconds = /^\d{1,20}$/.test(time) ? Number(time) : 0;
  if (microseconds > 0) return Math.min(Math.max(1, microseconds / 2_000), MOST_TIMER_MS);
  warn(`WATCHDOG_USEC: '${visible(time)}' is no number of microseconds: the watchdog is told nothing`);
  return undefined;
}
