/**
 * A program that edits an entry again and again, each time from what it has read before, for tests with several processes.
 *
 *     dictionary-child.ts FILE WHO N    adds N notes to the entry "Shared"; says how many were done, and how many refused on the way
 */
import { storedDictionary } from "../../src/cryptex-store/dictionary.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import { DictionaryError } from "../../src/dictionary/dictionary.ts";

const [path = "", who = "", times = "0"] = process.argv.slice(2);
using store = openStore(path);
const dictionary = storedDictionary(store);
let [done, refused] = [0, 0];
while (done < Number(times)) {
  const { notes, revision } = dictionary.get("Shared")!;
  try {
    dictionary.edit("Shared", { notes: [...notes, `${who} ${done}`] }, { who, revision });
    done++;
  } catch (error) {
    if (!(error instanceof DictionaryError) || error.kind !== "other-revision") throw error;
    refused++;
  }
}
console.log(JSON.stringify({ done, refused }));
