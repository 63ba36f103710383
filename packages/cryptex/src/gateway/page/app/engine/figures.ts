/** Figures in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */

export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the lines that it understands, and passes over others. */
export function readFigures(text: string): readonly Figure[] {
  const helps = new Map<string, string>();
  const figures: Figure[] = [];
  for (const line of text.split("\n")) {
    const [, helped, help] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
    if (helped !== undefined) helps.set(helped, unescaped(help ?? ""));
    const [, name, labels = "", value] = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const number = value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value);
    figures.push({ name, help: helps.get(name) ?? "", labels: readLabels(labels), value: number });
  }
  return figures;
}

/** Sums the figures of a name that have these labels. */
export function figureOf(
  figures: readonly Figure[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return figures
    .filter((each) => each.name === name && Object.entries(labels).every(([k, v]) => each.labels[k] === v))
    .reduce((sum, { value }) => sum + value, 0);
}

function readLabels(text: string): Record<string, string> {
  const found = text.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...found].map(([, name = "", value = ""]) => [name, unescaped(value)]));
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign));
}
