/** Gap reports of trees that tests write. */
import { realpathSync } from "node:fs";
import { analyze } from "../../src/gap/analyze.ts";
import type { GapComponent, GapReport } from "../../src/gap/gap-report.ts";
import { NO_SETTINGS, parseGapToml } from "../../src/gap/gap-toml.ts";
import { READ_LIMITS } from "../../src/gap/open-gap.ts";
import { WorkFolder } from "../support/program.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Analyses a folder by its gap.toml, without a thread. */
export async function analysed(folder: WorkFolder, toml?: string, limits = READ_LIMITS): Promise<GapReport> {
  const settings = toml === undefined ? NO_SETTINGS : parseGapToml(toml, "gap.toml");
  return await analyze({ root: realpathSync(folder.path), name: "tree", settings, ...limits });
}

/** Analyses files that are written for this alone. A text is UTF-8. */
export async function reportOf(files: Files, toml?: string, limits = READ_LIMITS): Promise<GapReport> {
  using folder = new WorkFolder(encoded(files));
  return await analysed(folder, toml, limits);
}

export function encoded(files: Files): Files {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === "string" ? Buffer.from(content) : content,
    ]),
  );
}

export function componentOf(report: GapReport, name: string): GapComponent {
  const found = report.components.find(({ component }) => component === name);
  if (!found) throw new Error(`no component ${name}`);
  return found;
}

/** `component: status` of each. */
export function statusesOf(report: GapReport): string[] {
  return report.components.map(({ component, port_status }) => `${component}: ${port_status}`);
}

/** A component that is done, with everything that makes it so. */
export const CRC: Files = {
  "src/crc.c": "unsigned crc_update(unsigned c, unsigned char b) { return (c >> 8) ^ b; }\n",
  "port/crc.rs": "pub fn crc_update(c: u32, b: u8) -> u32 { (c >> 8) ^ b as u32 }\n",
  "port/crc_test.rs": "#[test] fn crc_zero() { assert_eq!(super::crc_update(0, 0), 0); }\n",
};

export const CRC_MAP = `[[map]]
from = "src/crc.c"
to = "port/crc.rs"
symbols = ["crc_update"]
tests = ["port/crc_test.rs"]
`;
