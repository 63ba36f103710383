/** The output of `pool`. */
import { formatAmount, formatCount, formatFixed, formatQuantity } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { fitLines } from "#kit/term/screen.ts";
import type { Style } from "#kit/term/style.ts";
import { type Column, table } from "#kit/term/table.ts";
import { glyphsFor, meter, visibleBar } from "#kit/term/widgets.ts";
import { FULL_ENTROPY_INPUT_BITS } from "../conditioning/sha256.ts";
import { fullEntropyBytes } from "../pool/snapshot.ts";
import { claimsText, familiesText, type PoolStatus, secretsText, whyOf } from "../pool/status.ts";

export function poolJson(status: PoolStatus): object {
  return { schema: 1, ...status, fullEntropyBytesPerSecond: outputRate(status) };
}

/** Full-entropy bytes a second, over the whole time. */
function outputRate(status: PoolStatus): number {
  return fullEntropyBytes(status.ledger.creditedBits) / (status.uptimeMs / 1000);
}

type SourceStatus = PoolStatus["sources"][number];

const STATE_STYLES: Readonly<Record<SourceStatus["state"], Style | undefined>> = {
  healthy: "good",
  starting: undefined,
  failed: "bad",
  unavailable: "dim",
  paused: "dim",
};

const MAX_BAR_WIDTH = 20;

export function poolText(status: PoolStatus, io: Io): string {
  const glyphs = glyphsFor(io);
  const barWidth = Math.min(MAX_BAR_WIDTH, Math.floor(io.columns / 8));
  const seconds = status.uptimeMs / 1000;
  const { creditedBits, spentBits, forfeitedBits, levelBits } = status.ledger;
  const columns: Column[] = [
    { title: "SOURCE" },
    { title: "STATE" },
    { title: "SAMPLES", align: "right", leaves: 2 },
    { title: "RATE/S", align: "right", leaves: 5 },
    { title: "CLAIMED H", align: "right", leaves: 6 },
    { title: "ASSESSED H", align: "right", leaves: 7 },
    { title: "CREDITED BITS", align: "right" },
    { title: "BITS/S", align: "right", leaves: 4 },
    { title: "SHARE".padEnd(barWidth), leaves: 3 },
    { title: "FAILURES", align: "right", leaves: 1 },
    { title: "LAST FAILURE", optional: true, wraps: "below" },
  ];
  const rows = status.sources.map((source) => {
    const cells = [
      source.id,
      source.state,
      formatAmount(source.samples),
      formatAmount(source.rateHz),
      String(source.claimedH),
      formatFixed(source.assessedH, 2),
      formatAmount(Math.floor(source.creditedBits)),
      formatAmount(source.creditedBits / seconds),
      visibleBar(source.creditedBits / creditedBits, barWidth, glyphs),
      String(source.healthFailures + source.faults),
      whyOf(source) ?? "",
    ];
    const style = STATE_STYLES[source.state];
    return cells.map((text, i) => ({ text, style: i === 1 || style === "dim" ? style : undefined }));
  });
  return [
    table(columns, rows, io),
    "",
    fitLines(
      `credited ${formatCount(creditedBits)} bits = spent on blocks ${formatCount(spentBits)} + forfeited ${formatCount(forfeitedBits)} + level ${formatCount(levelBits)}`,
      io,
    ),
    `level    ${meter(levelBits / FULL_ENTROPY_INPUT_BITS, barWidth, glyphs)}  ${formatCount(levelBits)} of ${FULL_ENTROPY_INPUT_BITS} bits for the next block`,
    `ready    ${formatCount(status.readyBytes)} bytes of full entropy`,
    fitLines(`families ${familiesText(status)}`, io),
    fitLines(`claims   ${claimsText(status)}`, io),
    fitLines(`secrets  ${secretsText(status)}`, io),
    `output   ${formatQuantity(outputRate(status), "B/s")} of full entropy while collecting (${seconds.toFixed(1)} s)`,
  ].join("\n");
}
