/** The report of `verify-engines` for people. */
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import type { Verification } from "../other-engines/verify.ts";

export function verificationText({ engines, files, rules, differences, not_compared }: Verification): string {
  const lines = differences.map(({ path, rule, yes, no, matches }) => {
    const what = matches
      ? Object.entries(matches)
          .map(([engine, found]) => `only ${engine}: ${found.join(" ") || "nothing"}`)
          .join("; ")
      : `yes: ${yes.join(", ")}; no: ${no.join(", ")}`;
    return `${visible(path)}  ${rule}  ${what}`;
  });
  for (const { rule, path, engine, reason } of not_compared) {
    lines.push(
      `not compared: ${visible(rule ?? path ?? "")}${engine ? ` (${visible(engine)})` : ""}: ${visible(reason)}`,
    );
  }
  lines.push(
    `${plural(differences.length, "difference")} between ${engines.join(", ")} over ${plural(files, "file")} and ${plural(rules, "rule")}`,
  );
  return lines.map((line) => `${line}\n`).join("");
}
