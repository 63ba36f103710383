/**
 * A gateway without its HTTP face, which is killed by itself at a chosen moment.
 *
 *     scans-child.ts FOLDER STORE WRITE WHEN    orders a scan of FOLDER/root with FOLDER/rules, or goes on with the one that is in the store; kills itself
 *                                               at the store's write of this number: `before` it is committed, or `after`. 0 is never. Says "done"
 */
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import { openRoots } from "../../src/gateway/roots.ts";
import { openRuleSets } from "../../src/gateway/rules/open-rule-sets.ts";
import { openScans } from "../../src/gateway/scans/open-scans.ts";

const [folder = "", path = "", number = "0", when = "after"] = process.argv.slice(2);
const kill = () => process.kill(process.pid, "SIGKILL");

using store = openStore(path);
const write = store.write.bind(store);
let writes = 0;
let isInner = false;
store.write = <T>(work: Parameters<typeof write<T>>[0]): T => {
  if (isInner) return write(work);
  writes += 1;
  isInner = true;
  try {
    const result = write((db) => {
      const made = work(db);
      if (writes === Number(number) && when === "before") kill();
      return made;
    });
    if (writes === Number(number) && when === "after") kill();
    return result;
  } finally {
    isInner = false;
  }
};

const journal = storedJournal(store);
const roots = openRoots([{ name: "files", folder: `${folder}/root` }]);
const rules = { sets: new Map([["house", [`${folder}/rules`]]]), byDefault: "house" };
const closing = new AbortController();
const ruleSets = openRuleSets({
  ...{ rules, includeFolders: [], externals: {}, store, roots, signal: closing.signal },
  warn: () => undefined,
  changed: () => undefined,
});
const scans = openScans({
  journal,
  store,
  roots,
  ruleSets,
  threads: 2,
  warn: (message) => console.error(message),
});
scans.resumeAll();
const [known] = journal.scans({ limit: 1 });
const order = { root: "files", paths: ["."], options: { archives: 2 } };
const { id } = known ?? scans.submit(order, { origin: "gateway" });
const { state } = await scans.ended(id);
await scans.stop();
closing.abort();
console.log(state);
