/** `ruleset pull`: a packed rule set from the server of a fleet. */
import { OutputFile } from "#kit/files/output-file.ts";
import { workerFlags } from "#kit/fleet/flags.ts";
import { safeJson } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { SeenVersions } from "../rule-packages/seen-versions.ts";
import { KEYS_FLAG, keysFolder, PIN_FLAG, pinsOf } from "./key-flags.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const rulesetPull = command({
  name: "ruleset pull",
  description: "Take the packed rule set for which a channel of a fleet stands",
  details: [
    "Nothing is written unless the set has both signatures of a key of --pin, has not expired, and is not older than the last version of its name that was used here.",
  ],
  flags: {
    channel: positional.text({ about: "Name of the set" }),
    output: flag.file({ short: "o", required: true, about: "File to write, as house.cxr" }),
    ...workerFlags("cryptex"),
    ...PIN_FLAG,
    ...KEYS_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex ruleset pull house --nats worker.json --pin house.pub -o house.cxr"],
  seeAlso: ["ruleset push", "ruleset unpack"],
  async run({ channel, output, nats, queue, pin, keys, format, json }, io, { env }: Deps) {
    const trust = pinsOf(pin);
    const seen = new SeenVersions(keysFolder(keys, env));
    await using file = await OutputFile.create(output, io.signal, pin);
    const { openObjects } = await import("../fleet/open-objects.ts");
    const { pullRuleSet } = await import("../fleet/rule-set-object.ts");
    await using store = await openObjects({ nats, queue }, "open", io);
    const { archive, content, verification } = await pullRuleSet(store.objects, channel, trust, seen);
    const { name, version, digest } = content.manifest;
    await seen.keep(verification.signed!.root, name, { version, manifest: content.own.sha256 }, io.signal);
    await file.write(Buffer.from(archive));
    if (json || format === "json") await io.out(`${safeJson({ channel: name, version, digest })}\n`);
    else await io.out(`${digest}\n`);
    io.log.info(`${name}, version ${version}, signed by ${verification.signed!.by}`);
  },
});
