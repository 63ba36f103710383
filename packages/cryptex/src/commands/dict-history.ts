/** `dict history`: who changed what, when. */
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Screen } from "#kit/term/screen.ts";
import { paint } from "#kit/term/style.ts";
import type { Deps } from "../deps.ts";
import type { Change, Value } from "../dictionary/dictionary.ts";
import { OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const dictHistory = command({
  name: "dict history",
  description: "Show who changed what in the dictionary, and when",
  details: [
    "The newest change comes first. Entries that were removed have their history still. Without a codename the changes of all entries are listed; what was added is then named, and not shown.",
  ],
  flags: {
    codename: positional.text({
      required: false,
      about: "Codename of an entry, also of one that was removed",
    }),
    who: flag.text({ hint: "NAME", about: "Changes of this person only" }),
    before: flag.count(1, Number.MAX_SAFE_INTEGER, { about: "Changes before this number, to read on" }),
    limit: flag.count(1, 1_000_000, { default: "50", about: "Changes that are shown at most" }),
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex dict history BlackFlag-Bootstrap", "cryptex dict history --who you --json"],
  seeAlso: ["dict get", "dict edit"],
  async run({ codename, who, before, limit, store, format, json }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const changes = open.dictionary.history({ codename, who, before, limit });
    if (json || format === "json") return void (await io.out(jsonLine({ changes })));
    const text = changes.map((change) => changeText(change, io)).join("");
    const older = changes.length < limit ? "" : `; --before ${changes.at(-1)?.seq} shows older ones`;
    await io.out(`${text}${text === "" ? "" : "\n"}${plural(changes.length, "change")}${older}\n`);
  },
});

const VERBS: Readonly<Record<Change["action"], string>> = { add: "added", edit: "edited", remove: "removed" };

function changeText({ seq, codename, revision, at, who, action, fields }: Change, { color }: Screen): string {
  const title = `${paint(visible(codename), "bold", color)}  revision ${revision}, ${VERBS[action]} by ${visible(who)}`;
  const lines = [`${title}  ${paint(`${at}  #${seq}`, "dim", color)}`];
  for (const [field, [before, after]] of Object.entries(fields)) {
    lines.push(`  ${field.replaceAll("_", " ")}`);
    for (const text of linesOf(before)) lines.push(paint(`    - ${text}`, "bad", color));
    for (const text of linesOf(after)) lines.push(paint(`    + ${text}`, "good", color));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function linesOf(value: Value): string[] {
  const texts = value === null ? [] : typeof value === "string" ? (value === "" ? [] : [value]) : value;
  return texts.flatMap((text) => text.split("\n")).map(visible);
}
