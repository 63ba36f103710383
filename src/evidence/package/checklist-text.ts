/** The checklist of a source, shall by shall, as Markdown. */
import { markdownText } from "#kit/format/markup.ts";
import { VERSION } from "../../version.ts";
import type { SourceEvidence } from "./evidence.ts";
import { type Checked, checkSource } from "./requirements.ts";

export function checklistText(source: SourceEvidence): string {
  const chapters = checkSource(source);
  const { met, all } = countMet(source);
  return [
    `# Checklist of ${source.info.id}, SP 800-90B`,
    "",
    `${met} of ${all} met. Sections are those of SP 800-90B (January 2018), in our words; a laboratory works from the standard.`,
    `References lead into the source code of esoteric-entropy ${VERSION}, as \`path#Symbol\`. "Met" is the program's own word.`,
    "",
    ...chapters.flatMap(({ title, checked }) => [
      `## ${title}`,
      "",
      "| section | shall | met | how | where |",
      "|---|---|---|---|---|",
      ...checked.map((each) => `| ${cellsOf(each).join(" | ")} |`),
      "",
    ]),
  ].join("\n");
}

export function countMet(source: SourceEvidence): { readonly met: number; readonly all: number } {
  const all = checkSource(source).flatMap(({ checked }) => checked);
  return { met: all.filter(({ isMet }) => isMet).length, all: all.length };
}

function cellsOf({ section, shall, isMet, fault, answer, toWrite, references }: Checked): string[] {
  const how = [
    ...(answer === undefined ? [] : [answer]),
    ...(toWrite === undefined ? [] : [`To be written: ${toWrite}.`]),
  ];
  return [
    section,
    shall,
    isMet ? "met" : `**not met**${fault === undefined ? "" : `: ${markdownText(fault)}`}`,
    how.join(" "),
    references.map((reference) => `\`${reference}\``).join("<br>"),
  ];
}
