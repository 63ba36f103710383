/** `ruleset pack`: rules in one signed file. */
import { UsageError } from "#kit/errors.ts";
import { OutputFile } from "#kit/files/output-file.ts";
import { formatQuantity, plural } from "#kit/format/numbers.ts";
import { safeJson } from "#kit/format/visible.ts";
import { timeText } from "#kit/signing/canonical-json.ts";
import { command } from "#kit/term/command.ts";
import { flag } from "#kit/term/flags.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { isSetName } from "../rule-packages/manifest.ts";
import { pack } from "../rule-packages/pack.ts";
import { SIGNER_FLAGS, signerFiles, signerOf } from "./key-flags.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";
import { PLAIN_RULE_FLAGS, plainRules } from "./rule-flags.ts";
import { parseExpiry } from "./ruleset-flags.ts";
import { parseTime } from "./times.ts";

export const rulesetPack = command({
  name: "ruleset pack",
  description: "Pack rules into one file and sign it, to be used elsewhere",
  details: [
    "The file is an archive that tar opens, with manifest.json first: name, version, times, digest of the set as scans show it, and digests of the files. It is signed by both algorithms. --rules takes it as it takes files, and verifies it each time.",
    "The version has to grow: whoever has used one takes none below it. Without --version it is the time, in seconds since 1970.",
    "Rules that are not evaluated are packed as they are. Before it is written, the archive is unpacked and read, and has to give the same set.",
  ],
  flags: {
    name: flag.text({
      hint: "NAME",
      about: "Name of the set, the same for all its versions; default: that of cryptex.toml",
    }),
    version: flag.count(0, Number.MAX_SAFE_INTEGER, { about: "Number that grows; default: the time" }),
    expires: flag.value(parseExpiry, {
      hint: "TIME",
      about: "Refuse it from then on: a time, or days as 30d; default: never",
    }),
    created: flag.value(parseTime, {
      hint: "TIME",
      about: "Time to write into it, for equal bytes; default: now",
    }),
    output: flag.file({ short: "o", required: true, about: "File to write, as house.cxr" }),
    unsigned: flag.switch({ about: "Do not sign it" }),
    ...SIGNER_FLAGS,
    ...PLAIN_RULE_FLAGS,
    ...OUTPUT_FLAGS,
  },
  check({ unsigned, key }) {
    if (unsigned && key !== undefined) throw new UsageError("--unsigned and --key contradict each other");
  },
  examples: ["cryptex ruleset pack --rules my-rules/ --name house --expires 30d -o house.cxr"],
  seeAlso: ["ruleset unpack", "verify", "scan"],
  async run({ version, expires, created, output, unsigned, format, json, ...options }, io, { env }: Deps) {
    const rules = plainRules(options, env);
    const name = options.name ?? rules.alias;
    if (name === undefined || !isSetName(name)) {
      throw new UsageError("the set has no name", ["--name NAME gives it one: letters, digits, - and _"]);
    }
    const signer = unsigned ? undefined : await signerOf(options, io, env);
    await using file = await OutputFile.create(output, io.signal, signerFiles(options, env));
    using line = new ProgressLine(io, () => "packing");
    const now = created ?? Date.now();
    const order = {
      rules,
      name,
      version: version ?? Math.floor(now / 1000),
      created: timeText(new Date(now)),
      expires: expires === undefined ? null : timeText(new Date(expires)),
      ...(signer && { signer }),
    };
    const { archive, manifest, set } = await pack(order, io.signal);
    line.clear();
    file.refuse([...rules.paths, ...set.files]);
    await file.write(archive);
    const { digest, files } = manifest;
    const lost = set.quarantined.filter(({ harmless }) => !harmless).length;
    if (lost > 0)
      io.log.warn(
        `${plural(lost, "rule or part", "rules or parts")} of it is not evaluated: rules lint says why`,
      );
    const facts = {
      name,
      version: order.version,
      digest,
      rules: set.rules.count,
      files: files.length,
      bytes: archive.length,
    };
    if (json || format === "json")
      await io.out(`${safeJson({ ...facts, key: signer?.secret.public.id ?? null })}\n`);
    else await io.out(`${digest}\n`);
    const by = signer ? `signed by ${signer.lineage.name}` : "not signed";
    io.log.info(
      `${name}, version ${order.version}: ${plural(set.rules.count, "rule")} in ${plural(files.length, "file")}, ${formatQuantity(archive.length, "B")}, ${by}`,
    );
  },
});
