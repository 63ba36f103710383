/** `seed fetch`: seeds of other machines, into the system's own generator. */
import { safeJson } from "#kit/format/visible.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, many, positional } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { NativeError, UsageError } from "../errors.ts";
import type { Received } from "../seed/receive.ts";
import { requireServer, serverAt } from "./seed-values.ts";

/** Servers that are asked at once. */
const MOST_SERVERS = 64;

const FLAGS = {
  servers: many(positional.text({ about: "Addresses of servers that were started with --seed-key" })),
  identity: flag.file({ required: true, about: "Identity that seeds are sealed to, made by seed keygen" }),
  pin: many(
    flag.file({
      required: true,
      about: "Public key of a server, the file beside its --seed-key; again for others",
    }),
  ),
  need: flag.count(1, MOST_SERVERS, { default: "1", about: "Seeds that are needed, each of another server" }),
  credit: flag.switch({ about: "Have the kernel count 256 bits (Linux, root); else nothing is counted" }),
  timeoutMs: flag.seconds({
    name: "timeout",
    leastMs: 100,
    mostMs: 600_000,
    default: "10",
    about: "Seconds that each server has",
  }),
  tokenFile: flag.file({ about: "File with the bearer token that the servers want" }),
  json: flag.switch({ about: "Write JSON" }),
};

export const seedFetch = command({
  name: "seed fetch",
  description: "Fetch seeds of other machines into the system's generator",
  details: [
    "All servers are asked at once, and the first seeds that hold are taken. They are hashed with output of this machine's own generator and written to it, so that the result is as secret as the most secret of them. Nothing is counted as entropy without --credit.",
    "Exit code 3 says that too few servers gave a seed. Where an answer is not signed by a pinned key, or is to another question, the exit code is 1, and nothing is written.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy seed fetch https://entropy-1:8042 https://entropy-2:8042 --identity node-7.identity --pin entropy-1.pub --pin entropy-2.pub --need 2",
  ],
  seeAlso: ["seed keygen", "server", "device"],
  check({ servers, need, pin, tokenFile }) {
    if (servers.length > MOST_SERVERS) throw new UsageError(`more than ${MOST_SERVERS} servers are named`);
    if (need > servers.length) throw new UsageError(`--need: ${need} of ${servers.length} servers`);
    if (need > pin.length)
      throw new UsageError(`--need: ${need} servers, and ${pin.length} of them are pinned`);
    for (const server of servers) requireServer(server, tokenFile !== undefined);
  },
  judges: true,
  async run({ servers, credit, json, ...options }, io, { host }: Deps) {
    const { receiveSeeds } = await import("../seed/receive.ts");
    const seeds = await receiveSeeds(
      { ...options, servers: servers.map(serverAt) },
      { signal: io.signal, warn: (text) => io.log.warn(text), count: credit ? countIn(host) : undefined },
    );
    await io.out(json ? jsonOf(seeds, credit) : textOf(seeds, credit));
    return EXIT.ok;
  },
});

/** @throws UsageError where the system cannot count */
function countIn({ native, os }: Deps["host"]): (bytes: Uint8Array, bits: number) => void {
  if (os !== "linux") throw new UsageError("--credit is for Linux");
  if (!native.ok) throw new UsageError(`--credit: ${native.reason}`);
  const { library } = native;
  return (bytes, bits) => {
    try {
      library.feedKernel(bytes, bits);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      throw new NativeError(`the kernel does not count it: ${error.message}`, error.errno, {
        cause: error,
        hints: ["run it as root, outside a container, or without --credit"],
      });
    }
  };
}

function textOf(seeds: readonly Received[], credit: boolean): string {
  const names = seeds.map(({ server, signer }) => `${server} (${signer})`).join(", ");
  return `mixed in the seeds of ${names}; ${credit ? "256 bits" : "nothing"} counted\n`;
}

function jsonOf(seeds: readonly Received[], credit: boolean): string {
  return `${safeJson({ schema: 1, seeds, countedBits: credit ? 256 : 0 })}\n`;
}
