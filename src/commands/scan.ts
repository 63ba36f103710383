/** `scan`: the sources, and whether this machine can run them. Samples nothing. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import { describeSources } from "../faces/library/source-list.ts";
import { scanText } from "./scan-text.ts";
import { SETTINGS_FLAGS } from "./source-flags.ts";

export const scan = command({
  name: "scan",
  description: "List the noise sources of this machine; nothing is sampled",
  details: [
    "For each source: whether this machine can run it and if not why, whether it is used by default, its rough rate in samples a second, the min-entropy that it claims per symbol, and its side effects.",
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

export async function runScan(
  { json }: { readonly json: boolean },
  io: Io,
  { sources, host }: Pick<Deps, "sources" | "host">,
): Promise<void> {
  if (json) {
    const { os, arch, native } = host;
    const clock = native.ok
      ? { name: native.library.clock.name, stepNs: native.library.clock.periodNs }
      : { name: null, stepNs: null, reason: native.reason };
    const described = await describeSources(sources, host);
    await io.out(`${JSON.stringify({ schema: 1, os, arch, clock, sources: described }, null, 2)}\n`);
    return;
  }
  const found = await Promise.all(
    sources.map(async (source) => ({ info: source.info, ...(await source.availability(host)) })),
  );
  if (!host.native.ok) io.log.warn(host.native.reason);
  await io.out(scanText(found, host.native, io));
}
