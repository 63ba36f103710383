/** `keys show`: a key, or what others need to trust it. */
import { safeJson } from "#kit/format/visible.ts";
import { Keyring } from "#kit/signing/keyring.ts";
import { lineageText } from "#kit/signing/lineage.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { KEYS_FLAG, keysFolder } from "./key-flags.ts";
import { keyJson, lineageLines, secrecyText } from "./keys-text.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const keysShow = command({
  name: "keys show",
  description: "Show a key and the keys before it, or print what others need to trust it",
  details: [
    "With --public it prints the public key in one line, and after it what was stated about it since: rotations and revocations. All of it may be published; keys add takes it in.",
  ],
  flags: {
    name: positional.text({ about: "Name of the key" }),
    public: flag.switch({ about: "Print the public key and its statements" }),
    ...KEYS_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex keys show house", "cryptex keys show house --public > house.pub"],
  seeAlso: ["keys add", "keys list"],
  async run({ name, public: isPublic, keys, format, json }, io, { env }: Deps) {
    const ring = new Keyring(keysFolder(keys, env));
    const lineage = ring.lineage(name);
    if (isPublic) return void (await io.out(lineageText(lineage)));
    if (json || format === "json") return void (await io.out(`${safeJson(keyJson(ring, lineage))}\n`));
    const lines = [
      lineage.name,
      `  key     ${lineage.keys.at(-1)!.key.id}`,
      `  secret  ${secrecyText(ring, lineage)}`,
      ...lineageLines(lineage).map((line, i) => `  ${i === 0 ? "line    " : "        "}${line}`),
    ];
    await io.out(`${lines.join("\n")}\n`);
  },
});
