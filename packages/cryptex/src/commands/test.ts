/** `test`: rules against the files that their comments name. */
import { join } from "node:path";
import { OutputFile, refuseOnePlace } from "#kit/files/output-file.ts";
import { cacheFolder } from "#kit/files/user-folders.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import type { Deps } from "../deps.ts";
import type { TestEndEvent } from "../rule-tests/events.ts";
import { TEST_FORMATS, type TestFormat } from "../rule-tests/formats.ts";
import { openTests } from "../rule-tests/open-tests.ts";
import { runTests } from "../rule-tests/run-tests.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import { pathOf } from "../scan-runner/paths.ts";
import { ScanProgress } from "../scan-runner/progress.ts";
import { MAX_SIZE } from "../scan-runner/walk.ts";
import { FINDINGS, INCOMPLETE } from "./exits.ts";
import { checkFormat, PICTURE_FLAGS } from "./lookup-flags.ts";
import { COMPILE_FLAGS, plainRules } from "./rule-flags.ts";

const FORMAT_NAMES = Object.keys(TEST_FORMATS) as TestFormat[];

const FLAGS = {
  path: many(positional.file({ required: false, about: "Folder of rules with tests, or a file of them" })),
  goodware: many(
    flag.file({ hint: "PATH", about: "File or folder in which no rule may match, but for private ones" }),
  ),
  format: flag.choice(FORMAT_NAMES, { short: "f", default: "text", about: "Form of the result" }),
  ...PICTURE_FLAGS,
  junit: flag.file({ about: "Write the result as JUnit XML to this file, too" }),
  timeout: flag.seconds({ default: "60", about: "Give a file up after this long" }),
  maxSize: flag.size({ default: `${MAX_SIZE / 2 ** 20}M`, about: "Do not read larger files" }),
  threads: flag.count(1, 256, { about: "Files scanned at the same time; default: one a core" }),
  ...COMPILE_FLAGS,
};

export const test = command({
  name: "test",
  description: "Test rules on the files that their comments name",
  details: [
    "A comment // @match FILE says that the rule matches the file, // @nomatch FILE that it does not. The path starts from the folder of the rule file; a folder stands for every file below it. // @cost N is the most that rules cost may show for the rule as TRIES/MiB, a figure that is the same on every machine. A comment belongs to the rule that it stands in, or behind on the same line, else to the next one.",
    "With --goodware no rule of the set may match in these files. Private rules may: they are there for others. @match and @nomatch hold for them as for all.",
    "Exits with 4 if a test fails, also because its rule is not evaluated; else with 3 if something could not be found out: a file is missing or was not wholly evaluated, a rule without tests is at fault, a comment is nearly a test; and if there is no test.",
  ],
  flags: FLAGS,
  check: (options, given) => checkFormat(options, options.format, given),
  examples: ["cryptex test my-rules/", "cryptex test my-rules/ --goodware /usr/bin --junit result.xml"],
  seeAlso: ["rules lint", "rules cost", "scan"],
  judges: true,
  async run(options, io, { env }: Deps) {
    const { path, goodware, output, junit, timeout, maxSize, threads } = options;
    const { signal } = io;
    const rules = plainRules({ ...options, rules: path }, env);
    refuseOnePlace(output, junit);
    const inputs = [...rules.paths, ...goodware];
    await using file = output === undefined ? undefined : await OutputFile.create(output, signal, inputs);
    await using report = junit === undefined ? undefined : await OutputFile.create(junit, signal, inputs);
    const found = await openTests(rules, signal);
    const warn = (text: string) => io.log.warn(text);
    const folder = join(cacheFolder("cryptex", env), "rules");
    const ruleSet = await openRuleSet({ ...rules, showPrivate: true, cacheFolder: folder, warn, signal });
    const samples = found.tests.flatMap(({ sample }) =>
      sample === undefined ? [] : [Buffer.from(sample, "latin1")],
    );
    for (const each of [file, report]) each?.refuse([...ruleSet.files, ...samples]);

    const progress = new ScanProgress();
    using line = new ProgressLine(io, () => progress.text());
    const writer = TEST_FORMATS[options.json ? "json" : options.format](file ? NO_SCREEN : io);
    const second = report && TEST_FORMATS.junit(NO_SCREEN);
    const write = async (text: string) => {
      line.clear();
      if (text !== "") await (file ? file.append(text) : io.out(text));
    };
    let end: TestEndEvent | undefined;
    const roots = goodware.map(pathOf);
    const limits = { timeoutMs: timeout, maxSize, ...(threads !== undefined && { threads }) };
    for await (const event of runTests({ ruleSet, found, goodware: roots, ...limits, signal, progress })) {
      if (event.type === "end") end = event;
      second?.event(event);
      await write(writer.event(event));
    }
    await write(writer.end());
    file?.publish();
    await report?.write(second!.end());
    if (end?.tests === 0) io.log.error(`there is no test in ${visible(rules.paths.join(", "))}`);
    return exitOf(end, ruleSet.quarantined.filter(({ rule }) => rule !== null).length);
  },
});

/** No rule at all is a failure, as for a scan. */
function exitOf(end: TestEndEvent | undefined, lost: number): number {
  if (end === undefined || (end.rules === 0 && lost === 0)) return EXIT.failure;
  if (end.failed > 0) return FINDINGS;
  return end.complete ? EXIT.ok : INCOMPLETE;
}
