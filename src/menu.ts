/** The menu for people who type only the program's name: its questions, and the commands that its answers make. */
import { existsSync } from "node:fs";
import { parseCount, parseSize } from "#kit/term/flags.ts";
import { choice, type Item, text } from "#kit/term/menu.ts";
import type { Deps } from "./deps.ts";
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
      value: "key",
      label: "Bytes for a key",
      hint: "full entropy",
      questions: [
        choice("bytes", "How long?", [
          { value: "32", label: "256 bits" },
          { value: "16", label: "128 bits" },
          { value: "64", label: "512 bits" },
        ]),
        choice("format", "Written how?", [
          { value: "hex", label: "Hexadecimal" },
          { value: "base64", label: "Base64" },
        ]),
      ],
      plan: ({ bytes, format }) => ({ argv: ["stream", "--bytes", bytes!, "--format", format!] }),
    },
    {
      value: "password",
      label: "A password of hexadecimal digits",
      hint: "4 bits each",
      questions: [text("digits", "How many digits?", "32", problemWithDigits)],
      plan: ({ digits }) => ({
        argv: ["stream", "--bytes", String(Number(digits) / 2), "--format", "hex"],
      }),
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

function problemWithDigits(digits: string): string | undefined {
  return (
    problem(() => parseCount(digits, "", 2, 1024)) ??
    (Number(digits) % 2 === 0 ? undefined : "an even number")
  );
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
