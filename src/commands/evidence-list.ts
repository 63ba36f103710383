/** `evidence list`: shows what `record --tag` has put into the index. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { type Entry, parseTag, readCatalogue } from "../evidence/catalogue/catalogue.ts";
import { profileEntry } from "../evidence/catalogue/entries.ts";
import { listText } from "../evidence/catalogue/list-text.ts";
import { type Listed, stateOf } from "../evidence/catalogue/states.ts";
import { FINDINGS } from "./exits.ts";

const FLAGS = {
  tag: flag.value(parseTag, { hint: "NAME", about: "Only what has this tag" }),
  data: flag.switch({ about: "Read all samples, and compare their hashes with the manifests'" }),
  json: flag.switch({ about: "Write JSON" }),
};

export const evidenceList = command({
  name: "evidence list",
  description:
    "List tagged recordings and packages, this machine's profile, and what of them is gone or changed",
  details: [
    "The index is the user's own: evidence.json in the program's folder of state. It names files and holds none of them. Exit code 4 where a file is gone, has changed since it was tagged, or cannot be read.",
  ],
  flags: FLAGS,
  examples: ["esoteric-entropy evidence list", "esoteric-entropy evidence list --tag before --data"],
  seeAlso: ["record", "evidence compare"],
  judges: true,
  run: runEvidenceList,
});

export type EvidenceListOptions = OptionsOf<typeof FLAGS>;

/** @returns the exit code @throws InputError for an index that cannot be used; the signal's reason */
export async function runEvidenceList(
  { tag, data, json }: EvidenceListOptions,
  io: Io,
  { stateFolder }: Pick<Deps, "stateFolder">,
): Promise<number> {
  const known: Entry[] = [...readCatalogue(stateFolder)];
  const profile = profileEntry(stateFolder);
  if (profile !== undefined && !known.some(({ path }) => path === profile.path)) known.push(profile);
  const wanted = known.filter(({ tags }) => tag === undefined || tags.includes(tag));
  const listed = await withStates(wanted, data, io);
  await io.out(
    json ? `${JSON.stringify({ schema: 1, entries: listed }, null, 2)}\n` : listText(listed, tag, io),
  );
  return listed.every(({ state }) => state === "there") ? EXIT.ok : FINDINGS;
}

async function withStates(entries: readonly Entry[], data: boolean, io: Io): Promise<Listed[]> {
  let line = "";
  using _ = new ProgressLine(io, () => line);
  const listed: Listed[] = [];
  for (const entry of entries) {
    io.signal.throwIfAborted();
    line = `reading  ${listed.length} of ${entries.length}`;
    listed.push(await stateOf(entry, data, io.signal));
  }
  return listed;
}
