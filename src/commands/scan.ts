/** `scan`: what sources there are and whether this machine can run them. Samples nothing. */

import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags/builders.ts";
import type { Io } from "#kit/term/io.ts";
import { table } from "#kit/term/table.ts";
import { formatCount } from "#kit/term/units.ts";
import { glyphsFor, meter } from "#kit/term/widgets.ts";
import type { Deps } from "../deps.ts";
import { describeSources } from "../faces/library/source-list.ts";
import { claimAt, counterStepNs, FAMILIES, isDefault, type Source } from "../source.ts";
import { SETTINGS_FLAGS } from "./source-flags.ts";

export const scan = command({
  name: "scan",
  description: "List the noise sources of this machine; nothing is sampled",
  details: [
    "For each source: whether this machine can run it and if not why, whether it is on by default, an order of magnitude of its samples a second, the min-entropy it claims, and what using it does to the world besides taking time.",
  ],
  flags: { ...SETTINGS_FLAGS, json: flag.switch({ about: "Write JSON" }) },
  examples: [
    "esoteric-entropy scan",
    "esoteric-entropy scan --json | jq '.sources[] | select(.available) | .id'",
  ],
  seeAlso: ["probe", "calibrate", "pool"],
  async run(options, io, deps: Deps) {
    await runScan(options, io, deps);
    return EXIT.ok;
  },
});

export async function runScan(options: { readonly json: boolean }, io: Io, deps: Deps): Promise<void> {
  const { native } = deps.host;
  const clock = native.ok
    ? { name: native.library.clock.name, stepNs: native.library.clock.periodNs }
    : { name: null, stepNs: null, reason: native.reason };
  if (options.json) {
    const sources = await describeSources(deps.sources, deps.host);
    await io.out(
      `${JSON.stringify({ schema: 1, os: deps.host.os, arch: deps.host.arch, clock, sources }, null, 2)}\n`,
    );
    return;
  }
  const found = await Promise.all(
    deps.sources.map(async (source) => ({ source, availability: await source.availability(deps.host) })),
  );
  const rows = found.map(({ source: { info }, availability }) => [
    info.id,
    info.family,
    availability.ok ? "yes" : "no",
    isDefault(info) ? "yes" : "no",
    formatCount(info.rateHz),
    String(claimAt(info, counterStepNs(deps.host))),
    info.effects.join(", ") || "none",
    availability.ok ? "" : availability.reason,
  ]);
  const columns = [
    { title: "SOURCE" },
    { title: "FAMILY" },
    { title: "AVAILABLE" },
    { title: "DEFAULT" },
    { title: "~RATE/S", align: "right" as const },
    { title: "CLAIMED H", align: "right" as const },
    { title: "SIDE EFFECTS" },
    { title: rows.some((row) => row.at(-1) !== "") ? "WHY NOT" : "" },
  ];

  const step = clock.name === null ? "" : `; counter ${clock.name}, one step ${clock.stepNs.toFixed(2)} ns`;
  const available = new Set(found.filter(({ availability }) => availability.ok).map(({ source }) => source));
  await io.out(
    `${table(columns, rows)}\n\n${summary(deps.sources, available, io)}\n\n${available.size} of ${found.length} sources available${step}\n`,
  );
}

const METER_WIDTH = 10;
const GAP = "   ";

/** A meter for each family, as many beside each other as fit. */
function summary(sources: readonly Source[], available: ReadonlySet<Source>, io: Io): string {
  const families = FAMILIES.map((family) => ({
    family,
    members: sources.filter((source) => source.info.family === family),
  })).filter(({ members }) => members.length > 0);
  const nameWidth = Math.max(...families.map(({ family }) => family.length));
  const cells = families.map(({ family, members }) => {
    const able = members.filter((source) => available.has(source)).length;
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
