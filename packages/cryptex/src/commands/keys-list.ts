/** `keys list`: the keys that are trusted here. */
import { safeJson } from "#kit/format/visible.ts";
import { Keyring } from "#kit/signing/keyring.ts";
import { shortId } from "#kit/signing/keys.ts";
import { command } from "#kit/term/command.ts";
import { table } from "#kit/term/table.ts";
import type { Deps } from "../deps.ts";
import { KEYS_FLAG, keysFolder } from "./key-flags.ts";
import { keyJson, secrecyText, standingText } from "./keys-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const keysList = command({
  name: "keys list",
  description: "List the keys that are trusted, one's own and those of others",
  flags: { ...KEYS_FLAG, ...OUTPUT_FLAGS },
  examples: ["cryptex keys list"],
  seeAlso: ["keys show", "keys add"],
  async run({ keys, format, json }, io, { env }: Deps) {
    const ring = new Keyring(keysFolder(keys, env));
    const all = ring.all();
    if (json || format === "json") {
      return void (await io.out(`${safeJson(all.map((lineage) => keyJson(ring, lineage)))}\n`));
    }
    if (all.length === 0)
      return void io.log.info(`there is no key in ${ring.folder}: keys new makes one, keys add takes one in`);
    const rows = all.map((lineage) => {
      const present = lineage.keys.at(-1)!;
      return [lineage.name, shortId(present.key.id), secrecyText(ring, lineage), standingText(present)];
    });
    const columns = [{ title: "NAME" }, { title: "KEY" }, { title: "SECRET" }, { title: "STANDING" }];
    await io.out(`${table(columns, rows, io)}\n`);
  },
});
