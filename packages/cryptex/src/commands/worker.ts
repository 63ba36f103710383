/** `worker`: takes jobs of a fleet. */
import { join } from "node:path";
import { cacheFolder, dataFolder } from "#kit/files/user-folders.ts";
import { parseRoot, refuseTwice, workerFlags } from "#kit/fleet/flags.ts";
import { command } from "#kit/term/command.ts";
import { flag, many } from "#kit/term/flags.ts";
import type { Deps } from "../deps.ts";
import { PIN_FLAG, pinsOf } from "./key-flags.ts";

export const worker = command({
  name: "worker",
  description: "Take jobs of a fleet and scan files of this machine, until it is told to stop",
  details: [
    "Jobs name files below a root. --root says which folder has that name here; nothing outside of it is read, and no link is followed.",
    "With --hunts this host scans its roots itself for whoever hunts, and answers in its own name: that of its certificate, else --name or its host name. A hunt takes one thread unless --threads says more, and stands behind all other work of the host. A host that is stopped or dies goes on where it was when its worker runs again.",
    "Rules come as packed sets from the server. One is used only if a key of --pin has signed it with both algorithms, it has not expired, and no later version of its name was used by this worker. All others are refused in words, and nothing of them is compiled.",
    "SIGTERM and Ctrl-C end it: it takes no more, ends what it has within 8 seconds, and hands back the rest.",
  ],
  flags: {
    ...workerFlags("cryptex"),
    root: many(
      flag.value(parseRoot, {
        hint: "NAME=DIR",
        about: "Folder that the fleet knows by this name",
        required: true,
      }),
    ),
    ...PIN_FLAG,
    hunts: flag.choice(["too", "only"], {
      about: "Take hunts, for which this host scans itself: beside jobs that machines share, or alone",
    }),
    name: flag.text({
      hint: "NAME",
      about: "Name of this machine where it has no certificate; default: its host name",
    }),
    threads: flag.count(1, 256, {
      about: "Files scanned at the same time; default: one a core, and one for hunts",
    }),
    state: flag.folder({
      about: "Folder for the versions of rules that were used; default: in that of this user's data",
    }),
  },
  check: ({ root }) => refuseTwice(root),
  examples: [
    "cryptex worker --nats worker.json --root corpus=/srv/corpus --pin house.pub",
    "cryptex worker --hunts only --nats host.json --root web=/srv/www --pin house.pub",
  ],
  seeAlso: ["scan", "hunt", "ruleset push", "fleet doctor"],
  runsUntilStopped: () => true,
  async run({ nats, queue, root, pin, hunts, name, threads, state }, io, { env }: Deps) {
    const trust = pinsOf(pin);
    const { runWorker } = await import("../fleet/run-worker.ts");
    await runWorker(
      {
        nats,
        queue,
        roots: root,
        trust,
        versions: state ?? join(dataFolder("cryptex", env), "worker"),
        cacheFolder: cacheFolder("cryptex", env),
        ...(threads !== undefined && { threads }),
        ...{ hunts, name },
      },
      io,
    );
  },
});
