/** A report as JSON, the stable form: schema 1, described field by field in docs/REPORT.md. One result a line. */
import type { Report } from "./report.ts";

/** Numbers that are not finite become null, as JSON has no others. */
export function reportJson(report: Report): string {
  const fields = Object.entries(report).map(([name, value]) => {
    const isList = Array.isArray(value) && value.some((item) => typeof item === "object");
    const text = isList
      ? `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${fields.join(",\n")}\n}\n`;
}
