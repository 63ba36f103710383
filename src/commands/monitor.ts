/** `monitor`: the terminal dashboard. */
import { command } from "#kit/term/command.ts";
import { EXIT, InterruptedError } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { runDashboard } from "../faces/terminal/dashboard.ts";
import { saveSnapshot } from "../faces/terminal/save-snapshot.ts";
import { openTerminal } from "../faces/terminal/terminal.ts";
import { LEAST_REFRESH_MS, MOST_REFRESH_MS } from "../faces/terminal/update.ts";
import { openPool, type PoolSettings } from "../pool/open.ts";
import { POOL_FLAGS } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

export const monitor = command({
  name: "monitor",
  description: "Watch the pool and its sources in the terminal",
  details: [
    "Shows each source's state, rate, assessed and credited entropy and its raw noise, the pool's level and its output. Needs a terminal of 80 columns by 24 rows or more; < and > sort, f filters, ? lists the keys, q quits.",
    "It opens a pool of its own. When that is full, sampling goes on for a fifth of the time. Noise that is shown is credited nothing, and output that is shown is handed out to nobody else.",
  ],
  flags: {
    refreshMs: flag.seconds({
      name: "refresh",
      leastMs: LEAST_REFRESH_MS,
      mostMs: MOST_REFRESH_MS,
      default: "1.0",
      about: "Seconds between refreshes",
    }),
    ...SOURCES_FLAGS,
    ...POOL_FLAGS,
  },
  examples: ["esoteric-entropy monitor", "esoteric-entropy monitor --sources default,disk_io --refresh 0.5"],
  seeAlso: ["pool", "scan"],
  async run(options, io, deps: Deps) {
    await runMonitor(options, io, deps);
    return EXIT.ok;
  },
});

export interface MonitorOptions extends PoolSettings {
  readonly refreshMs: number;
}

/** Share of the time in which a full pool samples all the same: what is watched should move. */
const IDLE_SHARE = 0.2;

/** @throws UsageError without a terminal; InterruptedError if a signal or the terminal ends it */
export async function runMonitor(options: MonitorOptions, io: Io, deps: Deps): Promise<void> {
  if (!io.outIsTerminal || !io.inIsTerminal) {
    throw new UsageError("monitor needs a terminal", [
      "'esoteric-entropy pool --json' writes the same figures without one",
    ]);
  }
  using warnings = new HeldWarnings(deps.warn);
  using open = openPool({ ...options, idleShare: IDLE_SHARE }, { ...deps, warn: warnings.warn });
  warnings.hold();
  const ending = await runDashboard({
    pool: open.pool,
    infos: open.infos,
    generator: open.full,
    refreshMs: options.refreshMs,
    unicode: io.unicode,
    openScreen: (events) => openTerminal(events, io.color),
    save: (snapshot) => saveSnapshot(snapshot, new Date(), "."),
    signal: io.signal,
  });
  if (ending === "interrupt") throw new InterruptedError(EXIT.interrupted);
  if (ending === "hang-up") throw new InterruptedError(EXIT.hungUp);
}

/** Keeps warnings back while the screen is not theirs, each of them once. */
export class HeldWarnings implements Disposable {
  readonly #held = new Set<string>();
  #isHolding = false;

  constructor(private readonly tell: (text: string) => void) {}

  readonly warn = (text: string): void => {
    if (this.#isHolding) this.#held.add(text);
    else this.tell(text);
  };

  hold(): void {
    this.#isHolding = true;
  }

  [Symbol.dispose](): void {
    for (const text of this.#held) this.tell(text);
  }
}
