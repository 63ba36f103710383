/** What the manual page and docs/CLI.md say of the program as a whole. Plain text. */

export const PROGRAM = "esoteric-entropy";
export const TITLE = "noise of this machine as random bytes";

export const DESCRIPTION = [
  "esoteric-entropy measures noise of the machine it runs on, says how much entropy that noise holds, and hands out random bytes that are backed by it.",
  "Three words are never mixed. Claimed H is what a source states, with evidence. Assessed H is what the estimators of NIST SP 800-90B measured on this machine. Credited bits are what was counted: never more than samples times the lower of the two, and nothing for a source that fails its health tests.",
  "Run without arguments on a terminal it shows a menu, and prints the command that it ran. Elsewhere it prints its help.",
];

/** Conventions that hold for every command. */
export const CONVENTIONS = [
  "Results go to stdout, talk to stderr. --json makes a command that reports write JSON. Options follow the command; a value follows its option after a space or an equals sign.",
  "A list of sources, as for --sources, holds ids, families, and the words default, fast (100,000 samples a second or more, no side effects) and all, separated by commas. A leading - takes away: default,-sleep_jitter. A list that only takes away starts from default.",
  "Sizes are like 64, 4K, 1.5M or 2G, in powers of 1024. Times are in seconds, or like 500ms.",
];

export const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["NO_COLOR", "If set and not empty, there is no colour."],
  [
    "LC_ALL, LC_CTYPE, LANG",
    "The first that is set says whether more than ASCII is understood; bars and charts are drawn accordingly.",
  ],
  ["TERM", "If it is dumb, there is no colour, and drawings are ASCII."],
  ["XDG_STATE_HOME, HOME", "Where the profile that calibrate makes is kept."],
  ["ESOTERIC_ENTROPY_LIBRARY", "For study and tests: a native library to load instead of the built-in one."],
];

export const FILES: readonly (readonly [name: string, meaning: string])[] = [
  ["~/.local/state/esoteric-entropy/profile.json", "The profile that calibrate makes, on Linux."],
  ["~/Library/Application Support/esoteric-entropy/profile.json", "The same on macOS."],
];
