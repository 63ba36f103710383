/** The answer of `verify`, for people and for programs. */
import { formatQuantity, plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { shortId } from "#kit/signing/keys.ts";
import { algorithmNames } from "#kit/signing/statement.ts";
import type { Kind, Trust, Verification } from "../signing/verification.ts";

const NOUNS: Readonly<Record<Kind, string>> = {
  artifact: "signature",
  ruleset: "packed rule set",
  log: "log",
};

export function verifiedText(
  path: string,
  { kind, signed, faults, taken, facts }: Verification,
  trust: Trust,
): string {
  const lines = [
    `${path}: ${faults.length === 0 ? "good" : "NOT GOOD"} (${NOUNS[kind]})`,
    ...faults.map((fault) => `  ${fault}`),
    ...taken.map((fault) => `  taken all the same: ${fault}`),
    ...(signed
      ? [
          `  signed by ${signed.by}, key ${shortId(signed.key)}, ${algorithmNames(trust.algorithms)}`,
          `  at ${signed.time}, as the signer claims`,
        ]
      : []),
    ...factLines(kind, facts),
  ];
  return `${lines.map(visible).join("\n")}\n`;
}

function factLines(kind: Kind, facts: Verification["facts"]): string[] {
  const { files, bytes } = facts;
  const amount =
    typeof files === "number" && typeof bytes === "number"
      ? [`${plural(files, "file")}, ${formatQuantity(bytes, "B")}`]
      : [];
  if (kind === "ruleset" && facts["name"] !== undefined) {
    const expires = facts["expires"] === null ? "never" : facts["expires"];
    return [
      `  ${facts["name"]}, version ${facts["version"]}, made at ${facts["created"]}, expires ${expires === "never" ? expires : `at ${expires}`}`,
      `  ${plural(Number(facts["rules"]), "rule")} in ${amount[0]}, ${facts["digest"]}`,
    ];
  }
  if (kind === "log") {
    return [`  ${plural(Number(facts["records"]), "record")}; the last line has the hash ${facts["hash"]}`];
  }
  return amount.map((words) => `  ${words}`);
}

export function verifiedJson(path: string, { signed, ...rest }: Verification): string {
  const { kind, faults, taken, facts } = rest;
  return `${safeJson({ path, good: faults.length === 0, kind, signed: signed ?? null, faults, taken, ...facts })}\n`;
}
