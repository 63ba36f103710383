/** `evidence tag`: gives tags to evidence that is there already. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { many, type OptionsOf, positional } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { Deps } from "../deps.ts";
import { UsageError } from "../errors.ts";
import { parseTag } from "../evidence/catalogue/catalogue.ts";
import { tagEvidence } from "../evidence/catalogue/entries.ts";
import { listText } from "../evidence/catalogue/list-text.ts";

const FLAGS = {
  evidence: positional.file({ about: "Recording, folder of recordings, package, or profile" }),
  tag: many(positional.text({ about: "One or more names for it" })),
};

export const evidenceTag = command({
  name: "evidence tag",
  description: "Give names to recordings, packages and profiles, for 'evidence compare' and 'evidence list'",
  flags: FLAGS,
  examples: [
    "esoteric-entropy evidence tag recordings/new after",
    "esoteric-entropy evidence tag evidence-2026-11 before kernel-6.1",
  ],
  seeAlso: ["record", "evidence list", "evidence compare"],
  check({ tag }) {
    if (tag.length === 0) throw new UsageError("missing argument <tag>");
    for (const each of tag) parseTag(each, "<tag>");
  },
  async run(options, io, deps: Deps) {
    await runEvidenceTag(options, io, deps);
    return EXIT.ok;
  },
});

export type EvidenceTagOptions = OptionsOf<typeof FLAGS>;

/** @throws InputError for what is no evidence, or an index that cannot be used; the signal's reason */
export async function runEvidenceTag(
  { evidence, tag }: EvidenceTagOptions,
  io: Io,
  { stateFolder }: Pick<Deps, "stateFolder">,
): Promise<void> {
  const { entries, remarks } = await tagEvidence(evidence, tag, stateFolder, io.signal);
  for (const remark of remarks) io.log.warn(remark);
  await io.out(
    listText(
      entries.map((entry) => ({ ...entry, state: "there" })),
      undefined,
      io,
    ),
  );
}
