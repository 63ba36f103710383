/** `dict check`: what is wrong with the dictionary as a whole. */
import { plural } from "#kit/format/numbers.ts";
import { visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import { paint, type Style } from "#kit/term/style.ts";
import type { Deps } from "../deps.ts";
import { checkDictionary, type Severity } from "../dictionary/check.ts";
import { OpenDictionary, STORE_FLAG } from "./dict-flags.ts";
import { jsonLine } from "./dict-text.ts";
import { FINDINGS } from "./exits.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

const STYLES: Readonly<Record<Severity, Style>> = { error: "bad", warning: "warn", hint: "dim" };

export const dictCheck = command({
  name: "dict check",
  description: "Find what is wrong with the dictionary: dependencies, circles, names that look alike",
  details: [
    "Warnings are dependencies that are not in the dictionary, entries that need each other in a circle, codenames that look alike, and entries about the same part of the code. Hints are entries without a summary or a symbol, and ported ones that need what is not. Each finding has a code in brackets, which stays the same from version to version.",
    "With --strict, dependencies that are not in the dictionary are errors, and the exit code is 4 if there is an error or a warning.",
  ],
  flags: {
    strict: flag.switch({ about: "Exit with 4 if there is an error or a warning" }),
    ...STORE_FLAG,
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex dict check", "cryptex dict check --strict --json"],
  seeAlso: ["dict deps", "dict stats"],
  judges: true,
  ownThread: true,
  async run({ strict, store, format, json }, io, deps: Deps) {
    using open = new OpenDictionary(store, deps);
    const entries = open.dictionary.all();
    const findings = checkDictionary(entries, { strict });
    const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
    const [errors, warnings, hints] = [count("error"), count("warning"), count("hint")];
    if (json || format === "json") {
      await io.out(jsonLine({ entries: entries.length, errors, warnings, hints, findings }));
    } else {
      const lines = findings.map(({ severity, codename, words, code }) =>
        [
          paint(`${severity}:`, STYLES[severity], io.color),
          visible(`${codename}: ${words}`),
          paint(`[${code}]`, "dim", io.color),
        ].join(" "),
      );
      const counts = [plural(errors, "error"), plural(warnings, "warning"), plural(hints, "hint")].join(", ");
      lines.push(`${counts} in ${plural(entries.length, "entry", "entries")}`);
      await io.out(lines.map((line) => `${line}\n`).join(""));
    }
    return strict && errors + warnings > 0 ? FINDINGS : EXIT.ok;
  },
});
