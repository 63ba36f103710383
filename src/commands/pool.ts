/** `pool`: collects for a moment and shows every credit and debit. */
import { pause } from "#kit/abort.ts";
import { formatAmount } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { openPool, type PoolSettings } from "../pool/open.ts";
import { POOL_FLAGS } from "./claims.ts";
import { poolJson, poolText } from "./pool-text.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

export const pool = command({
  name: "pool",
  description: "Collect for a moment and show what each source was credited",
  details: [
    "Every credited bit is accounted for: spent on blocks of output, forfeited, or part of the level towards the next block. Samples wait until their own block and the next have passed the health tests; what two sources of one family saw at the same moment is paid once.",
  ],
  flags: {
    durationMs: flag.seconds({ name: "seconds", default: "2", about: "How long to collect" }),
    ...SOURCES_FLAGS,
    ...POOL_FLAGS,
    json: flag.switch({ about: "Write JSON" }),
  },
  examples: [
    "esoteric-entropy pool",
    "esoteric-entropy pool --seconds 10 --sources memory,page-table --json",
  ],
  seeAlso: ["scan", "monitor", "stream"],
  async run(options, io, deps: Deps) {
    await runPool(options, io, deps);
    return EXIT.ok;
  },
});

/** Capacity of the reservoir. It has to hold all output of the measurement, because nothing is handed out. */
const CAPACITY_BYTES = 16 << 20;

export interface PoolCommandOptions extends PoolSettings {
  readonly durationMs: number;
  readonly json: boolean;
}

export async function runPool(options: PoolCommandOptions, io: Io, deps: Deps): Promise<void> {
  using open = openPool({ ...options, capacityBytes: CAPACITY_BYTES }, deps);
  {
    const credited = () => formatAmount(open.pool.status().ledger.creditedBits);
    using _ = new ProgressLine(io, () => `collecting: ${credited()} bits credited`);
    open.pool.start();
    await pause(options.durationMs, io.signal);
  }
  const status = open.pool.status();
  await io.out(options.json ? `${JSON.stringify(poolJson(status), null, 2)}\n` : `${poolText(status, io)}\n`);
}
