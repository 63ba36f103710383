/** Runs events through a format. */
import { NO_SCREEN, type Screen } from "#kit/term/screen.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import type { YaraOptions } from "../../src/scan-runner/formats/format.ts";
import { FORMATS, type FormatName } from "../../src/scan-runner/formats/formats.ts";

export const NAMES = Object.keys(FORMATS) as FormatName[];

export function written(
  name: FormatName,
  events: readonly ScanEvent[],
  { screen = NO_SCREEN, yara = {} }: { screen?: Screen; yara?: YaraOptions } = {},
): { out: string; err: string } {
  const writer = FORMATS[name].open({ version: "1.2.3", screen, yara });
  const all = [...events.map((event) => writer.event(event)), writer.end()];
  const join = (stream: "out" | "err") => all.map((one) => one[stream] ?? "").join("");
  return { out: join("out"), err: join("err") };
}
