/** cryptex as a program: its commands, exit codes and the text of its manual. */
import type { Product } from "#kit/term/product.ts";
import { runProgram } from "#kit/term/program.ts";
import { EXITS } from "./commands/exits.ts";
import { type Deps, programDeps } from "./deps.ts";
import { VERSION } from "./version.ts";
import { WORK_THREAD } from "./work-thread-url.ts";

export const product: Product<Deps, Record<never, never>> = {
  name: "cryptex",
  version: VERSION,
  thread: WORK_THREAD,
  tagline: "a workbench for YARA rules: scans that skip nothing in silence",
  commands: {
    scan: {
      summary: "Scan files and folders with rules",
      load: async () => (await import("./commands/scan.ts")).scan,
    },
    hunt: {
      summary: "Have every host of a fleet scan itself",
      load: async () => (await import("./commands/hunt.ts")).hunt,
    },
    watch: {
      summary: "Scan files as they change",
      load: async () => (await import("./commands/watch.ts")).watch,
    },
    explain: {
      summary: "Show why a rule matches a file, or why it does not",
      load: async () => (await import("./commands/explain.ts")).explain,
    },
    "rules find": {
      summary: "Find rules by words, tags, metadata and modules",
      load: async () => (await import("./commands/rules-find.ts")).rulesFind,
    },
    "rules show": {
      summary: "Show a rule: its text, what it depends on, and what depends on it",
      load: async () => (await import("./commands/rules-show.ts")).rulesShow,
    },
    "rules stats": {
      summary: "Count rules by module, tag and file, and name those that are there twice",
      load: async () => (await import("./commands/rules-stats.ts")).rulesStats,
    },
    "rules index": {
      summary: "Read rules into the store, to be found without --rules",
      load: async () => (await import("./commands/rules-index.ts")).rulesIndex,
    },
    "rules lint": {
      summary: "Find what is wrong with rules, what is likely to be, and what makes them slow",
      load: async () => (await import("./commands/rules-lint.ts")).rulesLint,
    },
    "rules cost": {
      summary: "Show what rules cost in a scan: by their atoms, and measured on a sample",
      load: async () => (await import("./commands/rules-cost.ts")).rulesCost,
    },
    "rules bisect": {
      summary: "Find the rule that makes a set slow on a file, or has the engine give up",
      load: async () => (await import("./commands/rules-bisect.ts")).rulesBisect,
    },
    "rules deps": {
      summary: "Show what rules need, and what needs them",
      load: async () => (await import("./commands/rules-deps.ts")).rulesDeps,
    },
    test: {
      summary: "Test rules on the files that their comments name",
      load: async () => (await import("./commands/test.ts")).test,
    },
    "index build": {
      summary: "Write an index with every rule that a target can load",
      load: async () => (await import("./commands/index-build.ts")).indexBuild,
    },
    collect: {
      summary: "Take results of scans into the store",
      load: async () => (await import("./commands/collect.ts")).collect,
    },
    "results list": {
      summary: "List scans of the gateway and collected results, the newest first",
      load: async () => (await import("./commands/results-list.ts")).resultsList,
    },
    "results show": {
      summary: "Show what a result comes to, and why it is not complete",
      load: async () => (await import("./commands/results-show.ts")).resultsShow,
    },
    "results export": {
      summary: "Write results in any format of a scan",
      load: async () => (await import("./commands/results-export.ts")).resultsExport,
    },
    "results retro": {
      summary: "Scan files that results tell of again, with other rules",
      load: async () => (await import("./commands/results-retro.ts")).resultsRetro,
    },
    "results prune": {
      summary: "Remove old results from the store",
      load: async () => (await import("./commands/results-prune.ts")).resultsPrune,
    },
    "dict get": {
      summary: "Show an entry of the dictionary, what it needs and what needs it",
      load: async () => (await import("./commands/dict-get.ts")).dictGet,
    },
    "dict find": {
      summary: "Find entries of the dictionary by words, symbol, status and tags",
      load: async () => (await import("./commands/dict-find.ts")).dictFind,
    },
    "dict add": {
      summary: "Add an entry to the dictionary",
      load: async () => (await import("./commands/dict-add.ts")).dictAdd,
    },
    "dict edit": {
      summary: "Change fields of an entry of the dictionary",
      load: async () => (await import("./commands/dict-edit.ts")).dictEdit,
    },
    "dict annotate": {
      summary: "Add a note to an entry of the dictionary",
      load: async () => (await import("./commands/dict-annotate.ts")).dictAnnotate,
    },
    "dict rm": {
      summary: "Remove an entry from the dictionary; its history stays",
      load: async () => (await import("./commands/dict-rm.ts")).dictRm,
    },
    "dict import": {
      summary: "Take entries from a file into the dictionary, all of them or none",
      load: async () => (await import("./commands/dict-import.ts")).dictImport,
    },
    "dict export": {
      summary: "Write the dictionary to a file: JSON or a table of Markdown",
      load: async () => (await import("./commands/dict-export.ts")).dictExport,
    },
    "dict backup": {
      summary: "Copy the store with the dictionary and its history into a new file",
      load: async () => (await import("./commands/dict-backup.ts")).dictBackup,
    },
    "dict check": {
      summary: "Find what is wrong with the dictionary: dependencies, circles, names that look alike",
      load: async () => (await import("./commands/dict-check.ts")).dictCheck,
    },
    "dict stats": {
      summary: "Count entries of the dictionary by status, kind, owner and risk",
      load: async () => (await import("./commands/dict-stats.ts")).dictStats,
    },
    "dict harvest": {
      summary: "Propose entries for what a code base defines, and say how much of it the dictionary has",
      load: async () => (await import("./commands/dict-harvest.ts")).dictHarvest,
    },
    "dict history": {
      summary: "Show who changed what in the dictionary, and when",
      load: async () => (await import("./commands/dict-history.ts")).dictHistory,
    },
    "dict deps": {
      summary: "Show what entries of the dictionary need: text, SVG, Mermaid or JSON",
      load: async () => (await import("./commands/dict-deps.ts")).dictDeps,
    },
    serve: {
      summary: "Serve scans, rules and the dictionary over HTTP, with events as they come",
      load: async () => (await import("./commands/serve.ts")).serve,
    },
    mcp: {
      summary: "Let an agent look up, scan and audit, by the Model Context Protocol",
      load: async () => (await import("./commands/mcp.ts")).mcp,
    },
    "gap scan": {
      summary: "Say which components of a code base are ported, by declarations that are checked",
      load: async () => (await import("./commands/gap-scan.ts")).gapScan,
    },
    "gap link": {
      summary: "Declare in gap.toml which file ports a component",
      load: async () => (await import("./commands/gap-link.ts")).gapLink,
    },
    "gap set": {
      summary: "Say who is responsible for a component, or which entry of the dictionary it is",
      load: async () => (await import("./commands/gap-set.ts")).gapSet,
    },
    "gap report": {
      summary: "Show the gap report that was made last, or counts over time",
      load: async () => (await import("./commands/gap-report.ts")).gapReport,
    },
    "keys new": {
      summary: "Make a key to sign with",
      load: async () => (await import("./commands/keys-new.ts")).keysNew,
    },
    "keys list": {
      summary: "List the keys that are trusted, one's own and those of others",
      load: async () => (await import("./commands/keys-list.ts")).keysList,
    },
    "keys show": {
      summary: "Show a key and the keys before it, or print what others need to trust it",
      load: async () => (await import("./commands/keys-show.ts")).keysShow,
    },
    "keys add": {
      summary: "Trust a public key, or take in what was stated about it since",
      load: async () => (await import("./commands/keys-add.ts")).keysAdd,
    },
    "keys rotate": {
      summary: "Make the next key, and sign it with the present one",
      load: async () => (await import("./commands/keys-rotate.ts")).keysRotate,
    },
    "keys revoke": {
      summary: "State that a key is not to be trusted any more",
      load: async () => (await import("./commands/keys-revoke.ts")).keysRevoke,
    },
    sign: {
      summary: "Sign a file, or a folder with all that is in it",
      load: async () => (await import("./commands/sign.ts")).sign,
    },
    verify: {
      summary: "Say whether a file, folder, rule set or log is what was signed",
      load: async () => (await import("./commands/verify.ts")).verify,
    },
    "ruleset pack": {
      summary: "Pack rules into one file and sign it, to be used elsewhere",
      load: async () => (await import("./commands/ruleset-pack.ts")).rulesetPack,
    },
    "ruleset unpack": {
      summary: "Verify a packed rule set, and write its files into a folder",
      load: async () => (await import("./commands/ruleset-unpack.ts")).rulesetUnpack,
    },
    "ruleset push": {
      summary: "Put a packed rule set onto the server of a fleet, for workers to take",
      load: async () => (await import("./commands/ruleset-push.ts")).rulesetPush,
    },
    "ruleset pull": {
      summary: "Take the packed rule set for which a channel of a fleet stands",
      load: async () => (await import("./commands/ruleset-pull.ts")).rulesetPull,
    },
    engines: {
      summary: "List the engines, and test them",
      load: async () => (await import("./commands/engines.ts")).engines,
    },
    "verify-engines": {
      summary: "Compare this engine's answers with those of yara and YARA-X",
      load: async () => (await import("./commands/verify-engines.ts")).verifyEnginesCommand,
    },
    worker: {
      summary: "Take jobs of a fleet and scan files of this machine",
      load: async () => (await import("./commands/worker.ts")).worker,
    },
    "fleet doctor": {
      summary: "Say what is wrong with the servers and certificates of a fleet",
      load: async () => (await import("./commands/fleet-doctor.ts")).fleetDoctor,
    },
    "fleet resume": {
      summary: "Have done what a run of a fleet lacks",
      load: async () => (await import("./commands/fleet-resume.ts")).fleetResume,
    },
    "fleet status": {
      summary: "Show which nodes of a fleet answer, and how they are",
      load: async () => (await import("./commands/fleet-status.ts")).fleetStatus,
    },
    completion: {
      summary: "Print a script that makes the shell complete commands",
      load: async () => (await import("./commands/completion.ts")).completion,
    },
  },
  exits: EXITS,
  examples: ["cryptex scan /srv --rules my-rules/", "cryptex rules find ransom --tag PE"],
  settings: {},
  deps: programDeps,
  manual: {
    title: "a workbench for YARA rules",
    description: [
      "cryptex scans files with YARA rules, keeps thousands of rules healthy, and says of each what it needs, what it costs and what depends on it. The engine is libyara, which the program carries: nothing else has to be installed.",
      "Nothing is skipped in silence. Every rule that was asked for is evaluated, or named with the reason why not. Every file that was asked for is in exactly one of: match lines, skip lines, error lines, or the count of clean ones. A bad rule takes out itself and the rules that depend on it, never the others.",
      "The commands dict … keep a dictionary of a code base: what each part is called, what it does, what it needs, and how far it has been ported. Nobody overwrites another's changes, and who changed what stays known.",
      "The commands gap … say which parts of a code base are ported. A name proves nothing: people declare ports, and each declaration is checked.",
    ],
    conventions: [
      "Results go to stdout, messages to stderr. Options follow the command; a value follows its option after a space or an equals sign. An option that may be given several times collects all of its values.",
      "Sizes are like 64, 4K, 1.5M or 2G, in powers of 1024. Times are in seconds, or like 500ms.",
      "Rules come from --rules, else from the default of cryptex.toml, else from CRYPTEX_RULES; the commands rules … then look into what rules index was given. A folder stands for every .yar, .yara, .rule and .rules file below it. --rules takes one path; for several it is given several times.",
      "Text from files and rules is shown escaped: what is not printable never reaches the terminal.",
    ],
    environment: [
      ["NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID", "serve: how systemd is told that it is ready and well."],
      [
        "OTEL_EXPORTER_OTLP_*",
        "serve --otlp: headers, certificates, compression and the time limit of what is sent.",
      ],
      [
        "CRYPTEX_RULES",
        "Rule files, folders and rule sets, separated by colons, where neither --rules nor cryptex.toml names any.",
      ],
      ["CRYPTEX_STORE", "The store, where neither --db nor --store names one."],
      [
        "XDG_DATA_HOME, HOME",
        "Folder of the store: the dictionary, metadata of rules, and results for unchanged files; and folder of keys.",
      ],
      ["XDG_CACHE_HOME, HOME", "Folder of compiled rules, and of packed ones."],
      ["NO_COLOR", "Set and not empty: no colour."],
      [
        "LC_ALL, LC_CTYPE, LANG",
        "The first that is set tells the encoding of the terminal. Without UTF-8, progress is drawn in ASCII.",
      ],
    ],
    files: [
      [
        "cryptex.toml",
        'Names rules where --rules does not; it is looked for in the working folder, then in those above. [rules] default = ["SET", "PATH"] names the rules that are meant. [rulesets.SET] paths = ["PATH"] gives paths a name, which --rules and CRYPTEX_RULES take too. Relative paths start from the folder of the file.',
      ],
      [
        "gap.toml",
        "In the folder of a code base: what gap scan takes for its components, and which ports are declared. docs/GAP.md describes it.",
      ],
      ["~/.local/share/cryptex/", "The store, unless --db, --store or CRYPTEX_STORE names another."],
      ["~/.cache/cryptex/", "Compiled rules, and packed ones unpacked. It may be deleted at any time."],
      [
        "~/.local/share/cryptex/keys/",
        "Keys that are trusted, secrets of one's own, and the newest versions of packed rule sets that were used, unless --keys names another folder.",
      ],
    ],
  },
};

/** @returns the exit code; never throws */
export function run(argv: readonly string[]): Promise<number> {
  return runProgram(product, argv);
}
