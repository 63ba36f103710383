/** The Prometheus text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** One metric family. */
export interface Metric {
  /** Without the product's prefix; counters end in `_total`. */
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

export type MetricSample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** @param prefix of all names, such as `program_` */
export function metricsText(prefix: string, metrics: readonly Metric[]): string {
  return metrics.map((metric) => familyText(prefix + metric.name, metric)).join("");
}

function familyText(name: string, { type, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${name}${labelSet(labels)} ${valueText(value)}\n`);
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelSet(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replace(/"/g, '\\"')}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

/** Help texts escape backslash and line feed; label values escape quotes as well. */
function escaped(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
}
