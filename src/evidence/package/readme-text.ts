/** The front page of a package: what was measured, where, when and by what. */
import { markdownText } from "#kit/format/markup.ts";
import { formatCount, formatFixed, plural } from "#kit/format/numbers.ts";
import { countMet } from "./checklist-text.ts";
import { findingsOf, ratioOf, type SourceEvidence } from "./evidence.ts";
import { PLAN, SIGNATURE, SOURCE_FILES } from "./folder.ts";
import { HASHES } from "./hashes.ts";
import { type PackagePlan, shortOfStandard } from "./plan.ts";
import { ESV_VERSION } from "./registration.ts";

export function readmeText(plan: PackagePlan, sources: readonly SourceEvidence[]): string {
  const short = shortOfStandard(plan);
  return [
    "# Evidence of noise sources",
    "",
    `Raw noise of ${plural(sources.length, "source")} of one machine, measured and assessed after SP 800-90B by ${plan.tool.name} ${plan.tool.version}.`,
    "",
    "## Where",
    "",
    ...environmentLines(plan),
    "",
    "## What",
    "",
    `Asked for of each source: ${formatCount(plan.samples)} samples; ${plan.restarts ? `${formatCount(plan.restarts.rows)} restarts of ${formatCount(plan.restarts.cols)} samples` : "no restarts"}.`,
    ...(short === undefined ? [] : ["", `**Short of what SP 800-90B asks for:** ${short}.`]),
    "",
    "| source | measured (UTC) | samples | restarts | H_submitter | assessed | ratio | with restarts | drill | checklist |",
    "|---|---|---:|---:|---:|---:|---:|---:|---|---:|",
    ...sources.map((source) => `| ${cellsOf(source).join(" | ")} |`),
    "",
    ...sources.flatMap(remarksOf),
    "Entropies are in bits per symbol. H_submitter is what the program claims; assessed is the lower of H_original and n · H_bitstring, and the ratio is assessed by claimed. *With restarts* is the lowest of H_r, H_c and H_I.",
    "",
    ...fileLines(),
  ].join("\n");
}

/** The operating environment. */
export function environmentLines({ machine, clock, library, tool, settings }: PackagePlan): string[] {
  const { cpu, processors, memoryGiB, system, kernel, arch, virtualMachine, installation } = machine;
  const set = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return [
    `- Machine: ${markdownText(cpu)}, ${processors} processors, ${memoryGiB} GiB, ${markdownText(arch)}`,
    `- Virtual machine: ${virtualMachine.answer} (${markdownText(virtualMachine.evidence)})`,
    `- System: ${markdownText(system)}, kernel ${markdownText(kernel)}; installation ${installation ?? "unknown"}`,
    `- Program: ${tool.name} ${markdownText(tool.version)}${library ? `, native library of SHA-256 \`${library.sha256}\`` : ", without its native library"}`,
    ...(clock ? [`- Counter: ${markdownText(clock.name)}, one step ${clock.periodNs} ns`] : []),
    ...(set.length > 0 ? [`- Settings: ${markdownText(set.join(", "))}`] : []),
  ];
}

function cellsOf(source: SourceEvidence): string[] {
  const { info, state, samples, restarts, hSubmitter, examined } = source;
  const checklist = countMet(source);
  const counted = (have: number, wanted: number) =>
    have === wanted ? formatCount(have) : `**${formatCount(have)} of ${formatCount(wanted)}**`;
  return [
    state === "absent" ? info.id : `[${info.id}](sources/${info.id}/${SOURCE_FILES.report})`,
    examined ? examined.manifest.startedAt.slice(0, 16).replace("T", " ") : state,
    counted(samples.have, samples.wanted),
    `${counted(restarts.have, restarts.wanted)} × ${formatCount(restarts.cols)}`,
    String(hSubmitter),
    formatFixed(examined?.assessment.minEntropy ?? null, 4),
    formatFixed(ratioOf(source) ?? null, 2),
    examined?.restart ? formatFixed(examined.restart.restart.minEntropy, 4) : "–",
    examined ? drillWord(examined.drill) : "–",
    `${checklist.met} of ${checklist.all}`,
  ];
}

function drillWord({
  holds,
  sources,
  notCredited,
}: NonNullable<SourceEvidence["examined"]>["drill"]): string {
  if (sources.length === 0) return notCredited.length > 0 ? "nothing claimed" : "not drilled";
  return holds ? "holds" : "**too much earned**";
}

function remarksOf(source: SourceEvidence): string[] {
  const { info, state, reason } = source;
  const words = [
    ...(state === "complete"
      ? []
      : [`${state === "short" ? "not complete" : "not on this machine"}: ${reason}`]),
    ...findingsOf(source),
  ];
  return words.flatMap((word) => [`- **${info.id}**: ${markdownText(word)}`, ""]);
}

function fileLines(): string[] {
  const { assessment, restart, conditioning, health, drill, registration, report, checklist } = SOURCE_FILES;
  const files: readonly (readonly [string, string])[] = [
    ["`ID.json`", "manifest: source, machine, program, times, hashes"],
    ["`ID.samples.u64`", "raw samples, unsigned 64-bit, little-endian"],
    [
      "`ID.symbols.u8`",
      "their low bits, one symbol a byte: raw noise for NIST's programs, `rawNoiseBits` of ESV",
    ],
    ["`ID.restarts.u8`", "restart matrix, one start a row, one symbol a byte: `restartTestBits` of ESV"],
    [
      `\`${assessment}\`, \`${restart}\`, \`${conditioning}\``,
      "assessments, with the command lines of ea_non_iid, ea_restart and ea_conditioning",
    ],
    [`\`${health}\``, "health tests: cutoffs, windows, α and H as the program uses them"],
    [`\`${drill}\``, "the source's noise broken on purpose, and what that would have earned"],
    [`\`${registration}\``, `registration for NIST's ESV protocol, esvVersion ${ESV_VERSION}`],
    [`\`${report}\`, \`${checklist}\``, "assessment report, to be completed; requirements, shall by shall"],
  ];
  return [
    "## Files",
    "",
    "In `sources/ID/`:",
    "",
    "| file | holds |",
    "|---|---|",
    ...files.map((row) => `| ${row.join(" | ")} |`),
    "",
    `\`${PLAN}\` is what was asked for, \`evidence.json\` all of the above for programs. \`sha256sum -c ${HASHES}\` checks every file; \`esoteric-entropy evidence verify FOLDER --key PUBLIC\` also that none was added, and the two signatures (Ed25519 and ML-DSA-65) of \`${SIGNATURE}\`. Without that file the package is **unsigned**: whoever changed it could change its hashes too.`,
    "",
  ];
}
