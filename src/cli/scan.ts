/** `scan`: what sources there are and whether this machine can run them. Samples nothing. */
import type { Availability, Source } from "../source.ts";
import { claimAt, isDefault } from "../source.ts";
import type { Command } from "./command.ts";
import type { Deps } from "./deps.ts";
import type { Io } from "./io.ts";
import { SETTINGS_ARGS } from "./source-args.ts";
import { table } from "./table.ts";
import { formatCount } from "./units.ts";

export const scan: Command = {
  name: "scan",
  description: "List the noise sources of this machine; nothing is sampled",
  args: { ...SETTINGS_ARGS, json: { type: "boolean", description: "Write JSON" } },
  examples: [
    "esoteric-entropy scan",
    "esoteric-entropy scan --json | jq '.sources[] | select(.available) | .id'",
  ],
  async run(args, io, deps) {
    await runScan({ json: args["json"] === true }, io, deps);
    return 0;
  },
};

export async function runScan(options: { readonly json: boolean }, io: Io, deps: Deps): Promise<void> {
  const found = await Promise.all(
    deps.sources.map(async (source) => ({ source, availability: await source.availability(deps.host) })),
  );
  const { native } = deps.host;
  const clock = native.ok
    ? { name: native.library.clock.name, stepNs: native.library.clock.periodNs }
    : { name: null, stepNs: null, reason: native.reason };
  if (options.json) {
    const sources = found.map(({ source, availability }) =>
      described(source, availability, clock.stepNs ?? 0),
    );
    await io.out(
      `${JSON.stringify({ schema: 1, os: deps.host.os, arch: deps.host.arch, clock, sources }, null, 2)}\n`,
    );
    return;
  }
  const rows = found.map(({ source: { info }, availability }) => [
    info.id,
    info.family,
    availability.ok ? "yes" : "no",
    isDefault(info) ? "yes" : "no",
    formatCount(info.rateHz),
    String(claimAt(info, clock.stepNs ?? 0)),
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
  const able = found.filter(({ availability }) => availability.ok).length;
  const step = clock.name === null ? "" : `; counter ${clock.name}, one step ${clock.stepNs.toFixed(2)} ns`;
  await io.out(`${table(columns, rows)}\n\n${able} of ${found.length} sources available${step}\n`);
}

function described({ info }: Source, availability: Availability, stepNs: number): object {
  return {
    id: info.id,
    title: info.title,
    family: info.family,
    mechanism: info.mechanism,
    available: availability.ok,
    ...(availability.ok ? {} : { reason: availability.reason }),
    default: isDefault(info),
    unit: info.unit,
    symbolBits: info.symbolBits,
    claimedH: claimAt(info, stepNs),
    typicalRateHz: info.rateHz,
    effects: info.effects,
  };
}
