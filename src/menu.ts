/** The menu for people who type only the program's name: its questions, and the commands that its answers make. */
import { existsSync } from "node:fs";
import { parseCount, parseSize } from "#kit/term/flags.ts";
import { choice, type Item, text } from "#kit/term/menu.ts";
import type { Deps } from "./deps.ts";
import { parseDice } from "./everyday/dice.ts";
import { MOST_WORDS } from "./everyday/passphrase.ts";
import { MOST_LENGTH } from "./everyday/password.ts";
import type { Source } from "./source.ts";

/** Makes the menu with the sources that this machine can run. */
export async function menu({ sources, host }: Pick<Deps, "sources" | "host">): Promise<Item[]> {
  const found = await Promise.all(
    sources.map(async (source) => ({ source, ...(await source.availability(host)) })),
  );
  const available = found.filter(({ ok }) => ok).map(({ source }) => source);
  return menuItems(available, existsSync);
}

/** @param isThere tells if there is a file of that name */
export function menuItems(sources: readonly Source[], isThere: (path: string) => boolean): Item[] {
  return [
    {
      value: "password",
      label: "A password",
      questions: [
        text("length", "How many characters?", "22", (length) =>
          problem(() => parseCount(length, "", 1, MOST_LENGTH)),
        ),
        choice("classes", "Of which characters?", [
          { value: "lower,upper,digits", label: "Letters and digits" },
          { value: "all", label: "Letters, digits and symbols" },
          { value: "digits", label: "Digits" },
        ]),
      ],
      plan: ({ length, classes }) => ({ argv: ["password", "--length", length!, "--classes", classes!] }),
    },
    {
      value: "passphrase",
      label: "A passphrase",
      hint: "English words",
      questions: [
        text("words", "How many words? Each holds 12.9 bits", "6", (words) =>
          problem(() => parseCount(words, "", 1, MOST_WORDS)),
        ),
      ],
      plan: ({ words }) => ({ argv: ["passphrase", "--words", words!] }),
    },
    {
      value: "key",
      label: "A key",
      hint: "256 bits",
      questions: [
        choice("kind", "Written how?", [
          { value: "hex", label: "Hexadecimal" },
          { value: "base64", label: "Base64" },
          { value: "age", label: "An age identity", hint: "its recipient beside it" },
          { value: "wireguard", label: "A WireGuard key", hint: "its public key beside it" },
        ]),
      ],
      plan: ({ kind }) => ({ argv: ["key", kind!] }),
    },
    {
      value: "uuid",
      label: "A UUID",
      questions: [],
      plan: () => ({ argv: ["uuid"] }),
    },
    {
      value: "dice",
      label: "Dice",
      questions: [text("dice", "Which dice?", "3d6", (dice) => problem(() => parseDice(dice, "")))],
      plan: ({ dice }) => ({ argv: ["dice", dice!] }),
    },
    {
      value: "pick",
      label: "One of several",
      questions: [text("words", WORDS_WANTED, "heads tails", problemWithWords)],
      plan: ({ words }) => ({ argv: ["pick", "--", ...split(words!)] }),
    },
    {
      value: "shuffle",
      label: "Several in another order",
      questions: [text("words", WORDS_WANTED, "Ann Bob Carl Dora", problemWithWords)],
      plan: ({ words }) => ({ argv: ["shuffle", "--", ...split(words!)] }),
    },
    {
      value: "file",
      label: "Random bytes in a file",
      questions: [
        text("path", "Which file?", "random.bin", (path) => {
          if (path === "") return "a name is needed";
          return isThere(path) ? "it is there already, and would be lost" : undefined;
        }),
        text("bytes", "How many bytes?", "1M", problemWithSize),
        choice("mode", "Which kind?", [
          { value: "full", label: "Full entropy", hint: "as fast as the noise comes" },
          { value: "drbg", label: "A generator seeded with it", hint: "gigabytes" },
        ]),
      ],
      plan: ({ path, bytes, mode }) => ({
        argv: ["stream", "--mode", mode!, "--bytes", bytes!],
        toFile: path!,
      }),
    },
    {
      value: "monitor",
      label: "Watch the pool and its sources",
      questions: [],
      plan: () => ({ argv: ["monitor"] }),
    },
    {
      value: "server",
      label: "Serve random bytes over HTTP",
      hint: "this machine only",
      questions: [
        text("port", "Which port?", "8042", (port) => problem(() => parseCount(port, "", 0, 65_535))),
      ],
      plan: ({ port }) => ({ argv: ["server", "--port", port!] }),
    },
    {
      value: "scan",
      label: "List the sources of this machine",
      questions: [],
      plan: () => ({ argv: ["scan"] }),
    },
    {
      value: "probe",
      label: "Look at one source's raw noise",
      questions: [
        choice(
          "source",
          "Which source?",
          sources.map(({ info }) => ({ value: info.id, label: info.id, hint: info.title })),
        ),
      ],
      plan: ({ source }) => ({ argv: ["probe", source!] }),
    },
    {
      value: "report",
      label: "Test random data",
      questions: [
        text("path", "Which file? Nothing means the pool's own output", "", (path) =>
          path === "" || isThere(path) ? undefined : "there is no such file",
        ),
      ],
      plan: ({ path }) => ({ argv: path === "" ? ["report"] : ["report", "--input", path!] }),
    },
    { value: "help", label: "List all commands", questions: [], plan: () => ({ argv: ["--help"] }) },
    { value: "quit", label: "Quit", questions: [], plan: () => undefined },
  ];
}

const WORDS_WANTED = "Which? Words with spaces between";

function split(words: string): string[] {
  return words.split(/\s+/).filter((word) => word !== "");
}

function problemWithWords(words: string): string | undefined {
  return split(words).length === 0 ? "a word at least" : undefined;
}

function problemWithSize(size: string): string | undefined {
  return problem(() => parseSize(size, "")) ?? (parseSize(size, "") === 0 ? "more than none" : undefined);
}

/** Describes what is wrong in the words of the flag's own parser; undefined if nothing is. */
function problem(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^: /, "");
  }
}
