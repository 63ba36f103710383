/** `verify-engines`: where this program's engine and others do not agree. */
import { InputError } from "#kit/errors.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { ENGINE } from "../engine/engine-file.ts";
import { makeLibyara } from "../engine/own-engine.ts";
import { type Answers, verifyEngines } from "../other-engines/verify.ts";
import { compileSet } from "../rules/build-rule-set.ts";
import { openRuleSet } from "../rules/open-rule-set.ts";
import type { MatchEvent } from "../scan-runner/events.ts";
import { pathOf } from "../scan-runner/paths.ts";
import { runScan } from "../scan-runner/runner.ts";
import { MAX_SIZE } from "../scan-runner/walk.ts";
import { FINDINGS, INCOMPLETE } from "./exits.ts";
import { chosenRules, RULE_FLAGS } from "./rule-flags.ts";
import { verificationText } from "./verify-text.ts";

/** The largest number of matches of a string that yara counts (YR_CONFIG_MAX_MATCHES). */
const ALL_MATCHES = 1_000_000;

const FLAGS = {
  path: many(positional.file({ about: "File or folder to scan" })),
  timeout: flag.seconds({ default: "60", about: "Give a file up after this long" }),
  ...RULE_FLAGS,
  json: flag.switch({ about: "Print the report as JSON" }),
};

export const verifyEnginesCommand = command({
  name: "verify-engines",
  description: "Compare this engine's answers with those of yara and YARA-X",
  details: [
    "Scans the files with this program's engine and with the programs yara and yr, as far as they are installed, and reports each file and rule on which they do not agree, and matches that are not found by all. Exits with 4 if there are differences.",
    "A rule that this engine or another program refuses, or that asks for filename and the like, which those programs set once for all files, is not compared and named.",
  ],
  flags: FLAGS,
  examples: ["cryptex verify-engines /usr/bin --rules my-rules/"],
  seeAlso: ["engines", "scan"],
  judges: true,
  ownThread: true,
  async run(options, io, { env }: Deps) {
    const { signal } = io;
    const chosen = await chosenRules(options, io, env);
    const facts = ENGINE;
    const { rules, quarantined, compiled } = compileSet(chosen, { facts, newInstance: makeLibyara });
    compiled?.free();
    if (rules.length === 0) throw new InputError("no rule can be compared: none was loaded");
    const ruleSet = await openRuleSet({ ...chosen, warn: (text) => io.log.warn(text), signal });
    const engineNames = new Map(
      rules.map((rule, number) => [nameIn(ruleSet.rules.get(number)), rule.engineName]),
    );
    const own: Answers = new Map();
    const files: string[] = [];
    let complete = true;
    const walk = {
      roots: options.path.map(pathOf),
      exclude: [],
      maxSize: MAX_SIZE,
      maxDepth: Number.POSITIVE_INFINITY,
      follow: false,
    };
    for await (const event of runScan({
      ruleSet,
      walk,
      timeoutMs: options.timeout,
      maxStrings: ALL_MATCHES,
      listClean: true,
      signal,
    })) {
      if (event.type === "clean") files.push(event.path);
      if (event.type === "match") {
        if (files.at(-1) !== event.path) files.push(event.path);
        note(own, event, engineNames.get(nameIn({ name: event.rule, namespace: event.namespace }))!);
      }
      if (event.type === "error") io.log.warn(`${visible(event.path)}: ${visible(event.reason)}`);
      if (event.type === "end") complete = event.complete;
    }
    const lost = quarantined.filter(({ harmless }) => !harmless);
    const result = await verifyEngines({ rules, lost, files, own, ownName: facts.name }, signal);
    await io.out(options.json ? `${safeJson(result)}\n` : verificationText(result));
    if (files.length === 0) io.log.error("nothing was compared: no file was scanned");
    if (result.differences.length > 0) return FINDINGS;
    if (files.length === 0 && complete) return EXIT.failure;
    return complete ? EXIT.ok : INCOMPLETE;
  },
});

function nameIn({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return JSON.stringify([namespace, name]);
}

function note(own: Answers, { path, strings }: MatchEvent, rule: string): void {
  const ofFile = own.get(path) ?? new Map();
  own.set(path, ofFile.set(rule, new Set(strings.map(({ id, offset }) => `${id}@${offset}`))));
}
