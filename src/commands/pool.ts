/** `pool`: collects for a moment and shows every credit and debit. */
import { pause } from "#kit/abort.ts";
import { formatAmount } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { openPool, type PoolSettings } from "../pool/open.ts";
import { POOL_FLAGS } from "./claims.ts";
import { INDUCE_FLAGS } from "./health-flags.ts";
import { runPoolHealth } from "./pool-health.ts";
import { poolJson, poolText } from "./pool-text.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

export const pool = command({
  name: "pool",
  description: "Collect for a moment and show what each source was credited",
  details: [
    "Every credited bit is accounted for: spent on blocks of output, forfeited, or part of the level towards the next block. Samples wait until their own block and the next have passed the health tests; what two sources of one family saw at the same moment is paid once.",
    "With --health the start-up and continuous tests run anew over each source, one after the other, in samples taken for it and credited to nobody; and the known answers of the DRBG. A test that fires, and an induced fault that holds no entropy and is not found, end it with code 4; a source that could not be sampled, or not for long enough, with 3.",
  ],
  flags: {
    durationMs: flag.seconds({
      name: "seconds",
      default: "2",
      about: "How long to collect; with --health, the longest sampling time of each source",
    }),
    health: flag.switch({ about: "Run the health tests of each source on demand instead" }),
    ...INDUCE_FLAGS,
    ...SOURCES_FLAGS,
    ...POOL_FLAGS,
    json: flag.switch({ about: "Write JSON" }),
  },
  examples: [
    "esoteric-entropy pool",
    "esoteric-entropy pool --seconds 10 --sources memory,page-table --json",
    "esoteric-entropy pool --health --induce all",
  ],
  seeAlso: ["scan", "monitor", "stream"],
  check({ health, induce }) {
    if (induce.length > 0 && !health) throw new UsageError("--induce is for --health");
  },
  judges: true,
  async run(options, io, deps: Deps) {
    if (options.health) return await runPoolHealth(options, io, deps);
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
  using open = openPool({ ...options, capacityBytes: CAPACITY_BYTES, countsOnly: true }, deps);
  {
    const credited = () => formatAmount(open.pool.status().ledger.creditedBits);
    using _ = new ProgressLine(io, () => `collecting: ${credited()} bits credited`);
    open.pool.start();
    await pause(options.durationMs, io.signal);
  }
  const status = open.pool.status();
  await io.out(options.json ? `${JSON.stringify(poolJson(status), null, 2)}\n` : `${poolText(status, io)}\n`);
}
