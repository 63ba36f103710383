/** Flags of the commands `dict …`, and the way from them to a dictionary. */
import { userInfo } from "node:os";
import { InputError } from "#kit/errors.ts";
import { openDataFile, openStdin } from "#kit/files/data-file.ts";
import { visible } from "#kit/format/visible.ts";
import { flag, group, many, type OptionsOf } from "#kit/term/flags.ts";
import { suggestion } from "#kit/term/suggestion.ts";
import { storedDictionary } from "../cryptex-store/dictionary.ts";
import { openStore, type Store } from "../cryptex-store/store.ts";
import type { Deps } from "../deps.ts";
import { type Dictionary, DictionaryError } from "../dictionary/dictionary.ts";
import { type Changes, STATUSES } from "../dictionary/entry.ts";

export const STORE_FLAG = {
  store: flag.file({ about: "Store to use; default: what CRYPTEX_STORE names, else the user's own" }),
};

export const BY_FLAG = {
  by: flag.text({ hint: "NAME", about: "Who changes it, for the history; default: this user" }),
};

export const REVISION_FLAG = {
  revision: flag.count(1, Number.MAX_SAFE_INTEGER, {
    about: "Change it only if it still has this revision, which dict get shows",
  }),
};

/** Fields of an entry. A list is given item by item. */
export const FIELD_FLAGS = group("Fields", {
  symbol: flag.text({ hint: "NAME", about: "Name in the code" }),
  summary: flag.text({ hint: "TEXT", about: "One line of at most 160 characters" }),
  status: flag.choice(STATUSES, { about: "How far it has come" }),
  kind: flag.text({ hint: "KIND", about: "As function, struct, module" }),
  location: flag.text({ hint: "PATH", about: "Path in the code base" }),
  signature: flag.text({ hint: "TEXT", about: "Signature" }),
  pseudocode: flag.text({ hint: "TEXT", about: "Pseudocode" }),
  deps: many(flag.text({ name: "dep", hint: "CODENAME", about: "Entry that it needs" })),
  line_references: many(flag.text({ name: "line", hint: "FILE:FROM-TO", about: "Lines that it stands in" })),
  owner: flag.text({ hint: "NAME", about: "Who looks after it" }),
  risk: flag.text({ hint: "TEXT", about: "As critical, high, standard" }),
  notes: many(flag.text({ name: "note", hint: "TEXT", about: "Note" })),
  tags: many(flag.text({ name: "tag", hint: "TAG", about: "Tag" })),
});

/** Picks the fields that were given. */
export function givenFields(options: OptionsOf<typeof FIELD_FLAGS>): Changes {
  const { symbol, summary, status, kind, location, signature, pseudocode, owner, risk } = options;
  const { deps, line_references, notes, tags } = options;
  const texts = { symbol, summary, status, kind, location, signature, pseudocode, owner, risk };
  const lists = { deps, line_references, notes, tags };
  return Object.fromEntries([
    ...Object.entries(texts).filter(([, value]) => value !== undefined),
    ...Object.entries(lists).filter(([, items]) => items.length > 0),
  ]);
}

/** The name that a change is written down under. */
export function authorOf(by: string | undefined, env: Deps["env"]): string {
  const name = by || env["USER"] || env["LOGNAME"] || env["USERNAME"] || userInfo().username;
  // What Bun calls a user whom the environment does not name.
  return name === "unknown" && process.getuid ? `user ${process.getuid()}` : name;
}

/** An open dictionary. Closed by `using`. */
export class OpenDictionary implements Disposable {
  readonly store: Store;
  readonly dictionary: Dictionary;

  /** @throws StoreError */
  constructor(path: string | undefined, { env }: Deps) {
    this.store = openStore(path, { env });
    this.dictionary = storedDictionary(this.store);
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
  }
}

/** Runs a call; where there is no such entry, hints at those that may be meant. */
export function withHints<T>(dictionary: Dictionary, codename: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof DictionaryError) || error.kind !== "not-found") throw error;
    const holders = dictionary.find({ symbol: codename, limit: 3 }).entries;
    const hints =
      holders.length > 0
        ? [`it is the symbol of ${holders.map((entry) => visible(entry.codename)).join(", ")}`]
        : suggestion(
            visible(codename),
            dictionary.all().map((entry) => visible(entry.codename)),
          );
    throw new DictionaryError("not-found", error.message, { hints });
  }
}

/** Larger files are hardly dictionaries; they would have to fit into memory several times. */
const MOST_BYTES = 256 * 2 ** 20;

/** Reads a file, a pipe or, for "-", standard input to its end. @throws InputError; the signal's reason */
export async function readWhole(path: string, signal: AbortSignal): Promise<Uint8Array> {
  await using file = path === "-" ? await openStdin() : await openDataFile(path, signal);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of file.pieces(signal)) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new InputError(`${visible(file.name)} has more than ${MOST_BYTES} bytes`);
    pieces.push(piece.slice());
  }
  return Buffer.concat(pieces);
}
