/** `beside`: the machines of machines.json beside each other, as Markdown tables. */
import { sources } from "../../src/sources/index.ts";
import evidence from "./machines.json" with { type: "json" };

/** Min-entropy by source, bits per symbol. */
type Figures = Readonly<Record<string, number | undefined>>;

export interface MachineEvidence {
  readonly name: string;
  /** Lowest figure assessed. */
  readonly assessedH: Figures;
  /** The same of samples re-quantised to a counter of 24 MHz. */
  readonly coarseH?: Figures;
}

export const MACHINES: readonly MachineEvidence[] = evidence.machines;

export type Kind = "assessedH" | "coarseH";

/** Returns the lowest figure of all machines; undefined where none has assessed the source. */
export function lowestH(id: string, kind: Kind): number | undefined {
  const figures = MACHINES.flatMap((machine) => machine[kind]?.[id] ?? []);
  return figures.length === 0 ? undefined : Math.min(...figures);
}

/** One row a source that has a figure. */
export function besideTable(kind: Kind): string {
  const machines = MACHINES.filter((machine) => machine[kind] !== undefined);
  const heads = ["source", ...machines.map(({ name }) => name), "½ of the lowest", "claim"];
  const rows = sources.flatMap(({ info }) => {
    const lowest = lowestH(info.id, kind);
    if (lowest === undefined) return [];
    const figures = machines.map((machine) => machine[kind]?.[info.id]?.toFixed(3) ?? "");
    const claim = kind === "coarseH" ? (info.coarseClaim ?? info.claim) : info.claim;
    return [[info.id, ...figures, (lowest / 2).toFixed(4), String(claim)]];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

export async function beside(): Promise<void> {
  console.log(`${besideTable("assessedH")}\n\nWith a counter of 24 MHz:\n\n${besideTable("coarseH")}`);
}
