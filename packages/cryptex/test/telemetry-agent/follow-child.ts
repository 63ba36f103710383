/**
 * Follows a folder until it is killed, for tests with several processes.
 *
 *     follow-child.ts STORE FOLDER     says "ready", and each remark
 */
import { storedFollowedFiles } from "../../src/cryptex-store/followed-files.ts";
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import { Follower } from "../../src/telemetry-agent/follow.ts";

const [path = "", folder = ""] = process.argv.slice(2);
using store = openStore(path);
const following = {
  journal: storedJournal(store),
  files: storedFollowedFiles(store),
  origin: "host",
  signal: new AbortController().signal,
  say: (path: string, remark: object) => console.log(JSON.stringify({ path, ...remark })),
};
const follower = new Follower([folder], following);
console.log("ready");
for (;;) {
  await follower.look();
  await Bun.sleep(1);
}
