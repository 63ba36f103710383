/** `pool`: collects for a moment and shows every credit and debit. */

import { pause } from "#kit/abort.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { table } from "#kit/term/table.ts";
import { formatCount } from "#kit/term/units.ts";
import { glyphsFor, meter, visibleBar } from "#kit/term/widgets.ts";
import { FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import type { Deps } from "../deps.ts";
import { openPool } from "../pool/open.ts";
import { fullEntropyBytes } from "../pool/snapshot.ts";
import type { PoolStatus } from "../pool/status.ts";
import { CLAIM_FLAGS, type ClaimOptions } from "./claims.ts";
import { SOURCES_FLAGS } from "./source-flags.ts";

export const pool = command({
  name: "pool",
  description: "Collect for a moment and show what each source was credited",
  details: [
    "Every credited bit is accounted for: spent on blocks of output, forfeited, or part of the level towards the next block. Sources of one family share a mechanism and are paid once for the same stretch of time.",
  ],
  flags: {
    durationMs: flag.seconds({ name: "seconds", default: "2", about: "How long to collect" }),
    ...SOURCES_FLAGS,
    ...CLAIM_FLAGS,
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

/** Ready output kept while measuring. Nothing is handed out, so the pool has to be large enough never to fill. */
const CAPACITY_BYTES = 16 << 20;

export interface PoolCommandOptions extends ClaimOptions {
  readonly durationMs: number;
  readonly sources: string;
  readonly json: boolean;
}

export async function runPool(options: PoolCommandOptions, io: Io, deps: Deps): Promise<void> {
  const settings = { ...options, capacityBytes: CAPACITY_BYTES };
  using open = openPool(settings, { ...deps, warn: (text) => io.log.warn(text) });
  const entropy = open.pool;
  {
    using _ = new ProgressLine(
      io,
      () => `collecting: ${formatCount(entropy.status().ledger.creditedBits)} bits credited`,
    );
    entropy.start();
    await pause(options.durationMs, io.signal);
  }
  const status = entropy.status();
  await io.out(options.json ? `${JSON.stringify(asJson(status), null, 2)}\n` : `${asText(status, io)}\n`);
}

/** Full-entropy bytes a second, over the whole time. */
function outputRate(status: PoolStatus): number {
  return fullEntropyBytes(status.ledger.creditedBits) / (status.uptimeMs / 1000);
}

function asJson(status: PoolStatus): object {
  return { schema: 1, ...status, fullEntropyBytesPerSecond: outputRate(status) };
}

const MOST_BAR_WIDTH = 20;

function asText(status: PoolStatus, io: Io): string {
  const glyphs = glyphsFor(io);
  const barWidth = Math.min(MOST_BAR_WIDTH, Math.floor(io.columns / 8));
  const seconds = status.uptimeMs / 1000;
  const { creditedBits, spentBits, forfeitedBits, levelBits } = status.ledger;
  const right = { align: "right" as const };
  const rows = status.sources.map((source) => [
    source.id,
    source.state,
    formatCount(source.samples),
    formatCount(source.rateHz),
    source.claimedH.toString(),
    source.assessedH === null ? "–" : source.assessedH.toFixed(2),
    formatCount(Math.floor(source.creditedBits)),
    formatCount(source.creditedBits / seconds),
    visibleBar(source.creditedBits / creditedBits, barWidth, glyphs),
    String(source.healthFailures + source.faults),
    source.reason ?? source.lastFault ?? "",
  ]);
  const columns = [
    { title: "SOURCE" },
    { title: "STATE" },
    { title: "SAMPLES", ...right },
    { title: "RATE/S", ...right },
    { title: "CLAIMED H", ...right },
    { title: "ASSESSED H", ...right },
    { title: "CREDITED BITS", ...right },
    { title: "BITS/S", ...right },
    { title: "SHARE".padEnd(barWidth) },
    { title: "FAILURES", ...right },
    { title: rows.some((row) => row.at(-1) !== "") ? "LAST FAILURE" : "" },
  ];
  const bits = (n: number) => Math.floor(n).toLocaleString("en-US");
  return [
    table(columns, rows),
    "",
    `credited ${bits(creditedBits)} bits = spent on blocks ${bits(spentBits)} + forfeited ${bits(forfeitedBits)} + level ${bits(levelBits)}`,
    `level    ${meter(levelBits / FULL_ENTROPY_INPUT_BITS, barWidth, glyphs)}  ${bits(levelBits)} of ${FULL_ENTROPY_INPUT_BITS} bits for the next block`,
    `ready    ${bits(status.readyBytes)} bytes of full entropy`,
    `output   ${formatCount(outputRate(status))}B/s of full entropy while collecting (${seconds.toFixed(1)} s)`,
  ].join("\n");
}
