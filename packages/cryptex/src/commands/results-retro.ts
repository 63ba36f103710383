/** `results retro`: other rules over the files that results tell of. */
import { join, resolve } from "node:path";
import { OutputFile } from "#kit/files/output-file.ts";
import { cacheFolder } from "#kit/files/user-folders.ts";
import { command } from "#kit/term/command.ts";
import { ClosedPipeError } from "#kit/term/exit.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import { storePaths } from "../cryptex-store/store-files.ts";
import type { Deps } from "../deps.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import { FORMATS } from "../scan-runner/formats/formats.ts";
import { outcomeOf, Tally } from "../scan-runner/formats/outcome.ts";
import { forFs } from "../scan-runner/paths.ts";
import { ScanProgress } from "../scan-runner/progress.ts";
import { retro } from "../telemetry-agent/retro.ts";
import { seenPaths } from "../telemetry-agent/seen-paths.ts";
import { VERSION } from "../version.ts";
import { EXIT_OF, INCOMPLETE } from "./exits.ts";
import { noRules } from "./no-rules.ts";
import { ownFiles } from "./own-files.ts";
import { OpenJournal } from "./result-flags.ts";
import { checkRetro, chosenScans, isHere, RETRO_FLAGS } from "./retro-flags.ts";
import { chosenRules } from "./rule-flags.ts";
import { ScanOutput } from "./scan-output.ts";

export const resultsRetro = command({
  name: "results retro",
  description: "Scan files that results tell of again, with other rules",
  details: [
    "Each path that results name in match or clean lines is opened, and its content held against the digest of what was scanned then; scan --list-clean gives clean files a line. Of several results that tell of one path the newest counts. The lines are those of scan.",
    "What is not that content is named in an error line, and the exit code is 3: gone, changed, without a digest, in an archive, relative without --base, or seen by another machine. Its paths stand behind its name.",
    "Results of the gateway, and those whose origin is the name of this machine, tell of paths here; --here names further origins that do.",
  ],
  flags: RETRO_FLAGS,
  check: checkRetro,
  examples: [
    "cryptex results retro --rules new-rules/ --since 2026-01-01",
    "cryptex results retro 0199d0c4-0000-7000-8000-000000000000 --rules new.yar --base /srv --fail-on match",
  ],
  seeAlso: ["results list", "scan", "collect"],
  async run(options, io, { env, streams }: Deps) {
    const { base, here, output: path, store, threads, timeout: timeoutMs, maxStrings, listClean } = options;
    const { signal } = io;
    const warn = (text: string) => io.log.warn(text);
    const rules = await chosenRules(options, io, env);
    using open = new OpenJournal(store, { env });
    const { journal } = open;
    const scans = chosenScans(journal, options);
    const inputs = [...rules.paths, ...storePaths(open.store.path)];
    await using file = path === undefined ? undefined : await OutputFile.create(path, signal, inputs);
    const folder = join(cacheFolder("cryptex", env), "rules");
    const ruleSet = await openRuleSet({
      ...rules,
      withTexts: options.explain,
      cacheFolder: folder,
      warn,
      signal,
    });
    file?.refuse(ruleSet.files);
    const seen = await seenPaths(journal, {
      scans,
      isHere: (origin) => isHere(origin, here),
      base: base === undefined ? undefined : resolve(base),
      signal,
    });
    file?.refuse([...seen.keys()].map(forFs));
    const progress = new ScanProgress();
    using line = new ProgressLine(io, () => progress.text());
    using lines = new ScanOutput(io, line, file);
    const name = options.json ? "json" : (options.format ?? (io.outIsTerminal && !file ? "text" : "ndjson"));
    const writer = FORMATS[name].open({ version: VERSION, screen: file ? NO_SCREEN : io, yara: {} });
    const tally = new Tally();
    const own = ownFiles(file, open.store.path, streams);
    const limits = { timeoutMs, maxStrings, maxSize: options.maxSize, explain: options.explain, listClean };
    const request = {
      ruleSet,
      seen,
      own,
      ...limits,
      ...(threads !== undefined && { threads }),
      progress,
      signal,
    };
    try {
      for await (const event of retro(request)) {
        tally.count(event);
        await lines.write(writer.event(event));
      }
      await lines.write(writer.end());
      await lines.finish();
    } catch (error) {
      if (error instanceof ClosedPipeError) return INCOMPLETE;
      throw error;
    }
    if (ruleSet.rules.count === 0) return noRules(ruleSet, rules.paths, io);
    return EXIT_OF[outcomeOf(tally, options.failOn.includes("match"))];
  },
});
