/** `beside`: the machines of machines.json beside each other, as a Markdown table. */
import { sources } from "../../src/sources/index.ts";
import evidence from "./machines.json" with { type: "json" };

export interface MachineEvidence {
  readonly name: string;
  /** Lowest assessed min-entropy by source, bits per symbol. */
  readonly assessedH: Readonly<Record<string, number | undefined>>;
}

export const MACHINES: readonly MachineEvidence[] = evidence.machines;

/** Returns the lowest figure of all machines; undefined where none has assessed the source. */
export function lowestH(id: string): number | undefined {
  const figures = MACHINES.flatMap(({ assessedH }) => assessedH[id] ?? []);
  return figures.length === 0 ? undefined : Math.min(...figures);
}

/** One row a source that has a figure. */
export function besideTable(): string {
  const heads = ["source", ...MACHINES.map(({ name }) => name), "½ of the lowest", "claim"];
  const rows = sources.flatMap(({ info }) => {
    const lowest = lowestH(info.id);
    if (lowest === undefined) return [];
    const figures = MACHINES.map(({ assessedH }) => assessedH[info.id]?.toFixed(3) ?? "");
    return [[info.id, ...figures, (lowest / 2).toFixed(3), String(info.claim)]];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

export async function beside(): Promise<void> {
  console.log(besideTable());
}
