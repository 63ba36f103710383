/** `results export`: results as files, in every format of a scan. */
import { UsageError } from "#kit/errors.ts";
import { OutputFile } from "#kit/files/output-file.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { NO_SCREEN } from "#kit/term/screen.ts";
import type { Deps } from "../deps.ts";
import type { ScanRecord } from "../results/journal.ts";
import { isComplete, linesOfScan, recordIn } from "../results/scan-lines.ts";
import { FORMATS, type FormatName } from "../scan-runner/formats/formats.ts";
import { VERSION } from "../version.ts";
import { STORE_FLAG } from "./dict-flags.ts";
import { INCOMPLETE } from "./exits.ts";
import { openResults, RESULTS_FLAG } from "./result-flags.ts";
import { ScanOutput } from "./scan-output.ts";

export const resultsExport = command({
  name: "results export",
  description: "Write results in any format of a scan",
  details: [
    "In NDJSON these are the lines that the scan printed, byte for byte. Several results stand one behind the other in NDJSON; other formats hold one.",
    "Exits with 3 if a result is not complete, as its scan did. One that has not ended is written as far as it has come, without its end.",
  ],
  flags: {
    id: many(positional.text({ about: "Id of a result, which results list shows" })),
    format: flag.choice(Object.keys(FORMATS) as FormatName[], {
      short: "f",
      default: "ndjson",
      about: "Form of the result",
    }),
    output: flag.file({ short: "o", about: "Write the result to this file, which is replaced at the end" }),
    ...STORE_FLAG,
    ...RESULTS_FLAG,
  },
  check({ id, format }) {
    if (id.length > 1 && format !== "ndjson") {
      throw new UsageError(`--format ${format} holds one result`, ["name one, or take --format ndjson"]);
    }
  },
  examples: ["cryptex results export 0199d0c4-0000-7000-8000-000000000000 --format sarif -o result.sarif"],
  seeAlso: ["results list", "scan"],
  judges: true,
  async run({ id: ids, format, output: path, store, results: place }, io, deps: Deps) {
    await using open = await openResults({ store, results: place }, deps);
    const { results, paths: inputs } = open;
    const records: ScanRecord[] = [];
    for (const id of ids) records.push(await recordIn(results, id));
    await using file = path === undefined ? undefined : await OutputFile.create(path, io.signal, inputs);
    using line = new ProgressLine({ err: io.err, errIsTerminal: false }, () => "");
    using output = new ScanOutput(io, line, file);
    for (const id of ids) {
      const writer = FORMATS[format].open({ version: VERSION, screen: file ? NO_SCREEN : io, yara: {} });
      for await (const event of linesOfScan(results, id, io.signal)) await output.write(writer.event(event));
      await output.write(writer.end());
    }
    await output.finish();
    return records.every(isComplete) ? EXIT.ok : INCOMPLETE;
  },
});
