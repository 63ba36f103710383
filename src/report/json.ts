/** A report as JSON, one result a line. Its schema is stable: docs/REPORT.md describes each field, docs/DEEP.md those of large data. */
import type { DeepReport } from "./deep/deep-report.ts";
import type { Report } from "./report.ts";

/** Writes numbers that are not finite as null, since JSON has no others. */
export function reportJson(report: Report | DeepReport): string {
  const fields = Object.entries(report).map(([name, value]) => {
    const isList = Array.isArray(value) && value.some((item) => typeof item === "object");
    const text = isList
      ? `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}
