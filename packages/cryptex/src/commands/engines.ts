/** `engines`: what is in this build, and whether it works. */

import { safeJson, visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag } from "#kit/term/flags.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { openSelfTests } from "../engine/open-self-tests.ts";
import { findProgram, runOtherProgram } from "../other-engines/program.ts";
import { OTHER_ENGINES } from "../other-engines/verify.ts";

const FLAGS = {
  verify: flag.switch({ about: "Run the self tests: known answers, limits, time-outs" }),
  json: flag.switch({ about: "Print JSON" }),
};

export const engines = command({
  name: "engines",
  description: "List the engines, and test them",
  details: [
    "Names the engine of this build with its version, digest and modules, and programs of others that verify-engines compares it with.",
    "--verify runs self tests: rules with known answers for every module, the ways in which engines are known to have missed matches in silence, time-outs and limits. The exit code is 1 if one fails.",
  ],
  flags: FLAGS,
  examples: ["cryptex engines", "cryptex engines --verify"],
  seeAlso: ["verify-engines", "scan"],
  judges: true,
  async run({ verify, json }, io) {
    const others: { name: string; version: string }[] = [];
    for (const { name, program } of OTHER_ENGINES) {
      const path = findProgram(program);
      if (path === undefined) continue;
      const { stdout } = await runOtherProgram(path, ["--version"], io.signal);
      others.push({ name, version: stdout.toString().trim() });
    }
    const tests = verify ? await openSelfTests(io.signal) : [];
    const failed = tests.filter(({ fault }) => fault !== undefined);
    if (json) {
      const self_tests = tests.map(({ name, fault }) => ({
        name,
        passed: fault === undefined,
        fault: fault ?? null,
      }));
      await io.out(`${safeJson({ engines: [ENGINE], others, ...(verify && { self_tests }) })}\n`);
    } else {
      const { name, version, digest, modules } = ENGINE;
      const lines = [
        `${name} ${version}, sha256:${digest}`,
        `  modules: ${modules.join(", ")}`,
        ...others.map((other) => `${other.name}: ${visible(other.version)} (installed; for verify-engines)`),
        ...tests.map(
          (test) =>
            `${test.fault === undefined ? "passed" : "FAILED"}  ${test.name}${test.fault === undefined ? "" : `: ${visible(test.fault)}`}`,
        ),
        ...(verify ? [`${tests.length - failed.length} self tests passed, ${failed.length} failed`] : []),
      ];
      await io.out(lines.map((line) => `${line}\n`).join(""));
    }
    return failed.length > 0 ? EXIT.failure : EXIT.ok;
  },
});
