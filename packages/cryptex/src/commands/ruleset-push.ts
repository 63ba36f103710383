/** `ruleset push`: a packed rule set onto the server of a fleet. */
import { readSmallBytes } from "#kit/files/small-file.ts";
import { workerFlags } from "#kit/fleet/flags.ts";
import { safeJson } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { MAX_PACKAGE_BYTES, refuseFaults, verifyArchive } from "../rule-packages/rule-package.ts";
import { SeenVersions } from "../rule-packages/seen-versions.ts";
import { keysFolder, TRUST_FLAGS, trustOf } from "./key-flags.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const rulesetPush = command({
  name: "ruleset push",
  description: "Put a packed rule set onto the server of a fleet, for workers to take",
  details: [
    "The set is verified first, as ruleset unpack does. The channel of its name then stands for it: ruleset pull takes what a channel stands for. A channel goes forward alone, to larger versions.",
    "The server keeps a set for 7 days, unless it was set up otherwise. scan --nats pushes the set that it needs.",
  ],
  flags: {
    file: positional.file({ about: "Packed rule set" }),
    ...workerFlags("cryptex"),
    ...TRUST_FLAGS,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex ruleset push house.cxr --nats coordinator.json"],
  seeAlso: ["ruleset pull", "ruleset pack"],
  async run({ file, nats, queue, format, json, ...flags }, io, { env }: Deps) {
    const { bytes } = readSmallBytes(file, MAX_PACKAGE_BYTES);
    const seen = new SeenVersions(keysFolder(flags.keys, env));
    const { content, verification } = verifyArchive(bytes, trustOf(flags, env), seen);
    refuseFaults(file, verification);
    const { openObjects } = await import("../fleet/open-objects.ts");
    const { pushRuleSet } = await import("../fleet/rule-set-object.ts");
    await using store = await openObjects({ nats, queue }, "make", io);
    const object = await pushRuleSet(store.objects, bytes);
    const { name, version, digest } = content!.manifest;
    if (json || format === "json") await io.out(`${safeJson({ channel: name, version, digest, object })}\n`);
    else await io.out(`${object}\n`);
    io.log.info(`the channel ${name} stands at version ${version}`);
  },
});
