/** The output of `scan`. */
import { formatAmount } from "#kit/format/numbers.ts";
import type { Io } from "#kit/term/io.ts";
import { type Column, table } from "#kit/term/table.ts";
import { glyphsFor, meter } from "#kit/term/widgets.ts";
import type { Host } from "../platform/host.ts";
import { type Availability, claimAt, FAMILIES, isDefault, type SourceInfo } from "../source.ts";

/** A source, and whether this machine can run it. */
export type Found = Availability & { readonly info: SourceInfo };

const COLUMNS: readonly Column[] = [
  { title: "SOURCE" },
  { title: "FAMILY", leaves: 2 },
  // The reason says it, too.
  { title: "AVAILABLE", leaves: 1 },
  { title: "DEFAULT", leaves: 4 },
  { title: "~RATE/S", align: "right" },
  { title: "CLAIMED H", align: "right" },
  { title: "SIDE EFFECTS", wraps: "inside", leaves: 3 },
  { title: "WHY NOT", optional: true, wraps: "below" },
];

export function scanText(found: readonly Found[], native: Host["native"], io: Io): string {
  const clock = native.ok ? native.library.clock : undefined;
  const rows = found.map(({ info, ...availability }) => {
    const cells = [
      info.id,
      info.family,
      availability.ok ? "yes" : "no",
      isDefault(info) ? "yes" : "no",
      info.silenceMs === undefined ? formatAmount(info.rateHz) : "?",
      String(claimAt(info, clock?.periodNs)),
      info.effects.join(", ") || "none",
      availability.ok ? "" : reasonFor(availability.reason, native),
    ];
    return availability.ok ? cells : cells.map((text) => ({ text, style: "dim" as const }));
  });
  const available = found.filter(({ ok }) => ok).length;
  const step = clock ? `; counter ${clock.name}, one step ${clock.periodNs.toFixed(2)} ns` : "";
  return [
    table(COLUMNS, rows, io),
    "",
    familyMeters(found, io),
    "",
    `${available} of ${found.length} sources available${step}`,
    "",
  ].join("\n");
}

/** Shortens the reason that many sources share, which `scan` has said before. */
function reasonFor(reason: string, native: Host["native"]): string {
  return !native.ok && reason === native.reason ? "no native library" : reason;
}

const METER_WIDTH = 10;
const GAP = "   ";

/** Draws a meter for each family, as many beside each other as fit. */
function familyMeters(found: readonly Found[], io: Io): string {
  const families = FAMILIES.map((family) => ({
    family,
    members: found.filter(({ info }) => info.family === family),
  })).filter(({ members }) => members.length > 0);
  const nameWidth = Math.max(...families.map(({ family }) => family.length));
  const cells = families.map(({ family, members }) => {
    const able = members.filter(({ ok }) => ok).length;
    const drawn = meter(able / members.length, METER_WIDTH, glyphsFor(io));
    return `${family.padEnd(nameWidth)}  ${drawn}  ${able} of ${members.length}`;
  });
  const cellWidth = Math.max(...cells.map((cell) => cell.length)) + GAP.length;
  const perLine = Math.max(1, Math.floor((io.columns + GAP.length) / cellWidth));
  const lines: string[] = [];
  for (let i = 0; i < cells.length; i += perLine) {
    const line = cells.slice(i, i + perLine).map((cell) => cell.padEnd(cellWidth));
    lines.push(line.join("").trimEnd());
  }
  return lines.join("\n");
}
