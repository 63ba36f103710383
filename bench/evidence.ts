/**
 * Makes the evidence for the claims of this machine's sources: records them and prints the tables of docs/EVIDENCE.md.
 *
 *     bun bench/evidence.ts record FOLDER [--program PATH] [--launcher "chrt -f 10 taskset -c 1"] [--no-restarts] [ID…]
 *     bun bench/evidence.ts interleave FOLDER
 *     bun bench/evidence.ts assess FOLDER [ID…]
 *     bun bench/evidence.ts print FOLDER FOLDER…
 *     bun bench/evidence.ts beside
 *
 * `record` runs the program's command `record`, and twice `probe` for the replay control. It does so for every source
 * that claims more than 0 and is available here without network, microphone or camera. Started again, it continues an
 * interrupted recording. Each folder is one condition, such as "loaded" or "quiet". `interleave` records all sources in
 * turns, for the correlations. `print` assesses the recordings in the folders and prints the tables; `assess` does the
 * first part beforehand, for some sources. `beside` prints the lowest figures of all machines, which evidence/machines.json
 * holds: whoever has assessed another machine enters it there.
 */

import { beside } from "./evidence/beside.ts";
import { assessAll } from "./evidence/figures.ts";
import { interleave } from "./evidence/interleave.ts";
import { record } from "./evidence/record.ts";
import { print } from "./evidence/tables.ts";

const COMMANDS: Record<string, (args: string[]) => Promise<void>> = {
  record,
  interleave,
  assess: assessAll,
  print,
  beside,
};
const [word = "", ...args] = process.argv.slice(2);
const command = COMMANDS[word];
if (!command) throw new Error("usage: evidence.ts record | interleave | assess | print FOLDER…");
await command(args);
