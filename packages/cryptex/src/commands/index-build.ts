/** `index build`: one file with the rules of an index that a target can load. */
import { OutputFile } from "#kit/files/output-file.ts";
import { formatCount } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import type { IndexReport } from "../safe-index/build-index.ts";
import { openIndex } from "../safe-index/open-index.ts";
import { TARGETS } from "../safe-index/targets.ts";
import { VERSION } from "../version.ts";
import { INCOMPLETE } from "./exits.ts";
import { COMPILE_FLAGS } from "./rule-flags.ts";

const FLAGS = {
  index: positional.file({ about: "Index file, or a folder of rules" }),
  target: flag.choice(
    TARGETS.map(({ name }) => name),
    { required: true, about: "Program that is to load the result" },
  ),
  output: flag.file({ short: "o", required: true, about: "File to write; FILE.json says what was left out" }),
  ...COMPILE_FLAGS,
  json: flag.switch({ about: "Print the report, which FILE.json holds as well" }),
};

export const indexBuild = command({
  name: "index build",
  description: "Write an index with every rule that a target can load",
  details: [
    "Follows the includes of an index and writes one file. Rules that the target cannot load are left out, not their files; so are the rules that depend on them. FILE.json names each with its file, line and reason, and counts the reasons.",
    `Targets: ${TARGETS.map(({ name, about }) => `${name} (${about})`).join("; ")}.`,
    "The result is compiled before it is written: by this program's engine as far as it has the modules, and by the target's own program where it is installed (clamscan, yara, yr). What that program refuses is left out as well.",
    "The exit code is 3 if an include or a file could not be read, or a stretch of a file is not YARA: rules may be lost that nobody can name. It is 3 as well if no rule is left, and 1 if there was none.",
  ],
  flags: FLAGS,
  examples: [
    "cryptex index build malware_index.yar --target clamav -o safe.yar",
    "cryptex index build rules/ --target libyara-no-cuckoo -o safe.yar --json | jq .reasons",
  ],
  seeAlso: ["rules lint", "scan"],
  judges: true,
  async run(options, io) {
    const target = TARGETS.find(({ name }) => name === options.target)!;
    const { endings } = target;
    if (endings?.every((ending) => !options.output.endsWith(ending)))
      io.log.warn(`${target.name} passes over files that do not end with ${endings.join(" or ")}`);
    const inputs = [options.index];
    await using rules = await OutputFile.create(options.output, io.signal, inputs);
    await using facts = await OutputFile.create(`${options.output}.json`, io.signal, inputs);
    const { text, report, files } = await openIndex(
      {
        paths: [options.index],
        includeFolders: options.includeFolders,
        externals: Object.fromEntries(options.definitions),
        targets: [target.name],
        title: [
          `Rules of ${visible(options.index)} that ${target.name} can load, written by cryptex ${VERSION}.`,
          "The file of the same name with .json says which were left out, and why.",
        ],
      },
      io.signal,
    );
    for (const output of [rules, facts]) output.refuse(files);
    await rules.write(text);
    await facts.write(`${JSON.stringify(report, undefined, 2)}\n`);
    if (options.json) await io.out(`${safeJson(report)}\n`);
    else say(report, options.output, io);
    if (report.rules === 0) {
      io.log.error(`${visible(options.index)} holds no rule`);
      return EXIT.failure;
    }
    const isIncomplete = report.kept === 0 || report.dropped_rules.some(({ rule }) => rule === null);
    return isIncomplete ? INCOMPLETE : EXIT.ok;
  },
});

function say({ kept, rules, duplicates, reasons, compiled_by }: IndexReport, output: string, io: Io): void {
  const twice = duplicates === 0 ? "" : `, ${formatCount(duplicates)} stand there twice`;
  io.log.info(`${output}: ${formatCount(kept)} of ${formatCount(rules)} rules${twice}`);
  if (Object.keys(reasons).length > 0) io.log.info("left out, by reason; a rule may have several:");
  for (const [reason, count] of Object.entries(reasons))
    io.log.info(`${formatCount(count)}: ${visible(reason)}`);
  io.log.info(`compiled by: ${compiled_by.join(", ")}`);
}
