/** `gap set`: who is responsible for a component, and which entry of the dictionary it is. */
import { UsageError } from "#kit/errors.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { storedGap } from "../cryptex-store/gap.ts";
import type { Deps } from "../deps.ts";
import { openGapService } from "../gap/gap-service.ts";
import { OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { ROOT_FLAG } from "./gap-flags.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const gapSet = command({
  name: "gap set",
  description: "Say who is responsible for a component, or which entry of the dictionary it is",
  details: [
    "It is kept in the store, and goes before what CODEOWNERS and gap.toml say. The entry must be in the dictionary; it gets the status that follows from the component's.",
  ],
  flags: {
    component: positional.text({ about: "Component, as gap report shows it" }),
    responsible: flag.text({ hint: "NAME", about: "Who is responsible for it" }),
    linked: flag.text({ hint: "CODENAME", about: "Entry of the dictionary" }),
    clear: many(flag.choice(["responsible", "linked"], { about: "What to take back" })),
    ...ROOT_FLAG,
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  check({ responsible, linked, clear }) {
    const given = { responsible, linked };
    if (clear.length === 0 && responsible === undefined && linked === undefined) {
      throw new UsageError("nothing is to be set", ["--responsible NAME, --linked CODENAME, or --clear"]);
    }
    const both = clear.find((name) => given[name] !== undefined);
    if (both) throw new UsageError(`--${both} and --clear ${both} contradict each other`);
  },
  examples: ["cryptex gap set old/pe.c --responsible @team --linked Lamp-Header"],
  seeAlso: ["gap report", "gap link"],
  async run({ component, responsible, linked, clear, root, store, format, json }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const service = openGapService({
      root,
      store: storedGap(open.store),
      dictionary: open.dictionary,
      note: () => {},
      signal: io.signal,
    });
    const after = service.set(component, {
      ...(responsible !== undefined && { responsible }),
      ...(linked !== undefined && { linked_cryptex: linked }),
      ...(clear.includes("responsible") && { responsible: null }),
      ...(clear.includes("linked") && { linked_cryptex: null }),
    });
    const facts = [after.responsible ?? "nobody", after.linked_cryptex ?? "no entry"].map(visible);
    await io.out(
      json || format === "json" ? jsonLine(after) : `${visible(after.component)}: ${facts.join(", ")}\n`,
    );
    return EXIT.ok;
  },
});
