/**
 * A program that uses a store, for tests with several processes.
 *
 *     store-child.ts count FILE NAME N    adds N rows, each in a transaction; says how many are there after each
 *     store-child.ts fill FILE            adds rows without end, until it fails; says the fault and how many it has added
 *     store-child.ts write FILE [UID]     adds a row as that user
 */
import { openStore } from "../../src/cryptex-store/store.ts";
import { StoreError } from "../../src/cryptex-store/store-error.ts";

const [what, path = "", word = "", rows = "0"] = process.argv.slice(2);
let added = 0;
try {
  if (what === "write" && word !== "") process.setuid!(Number(word));
  using store = openStore(path);
  const insert = (value: string) =>
    store.write((db) =>
      db.query("INSERT INTO rule_roots (path, is_include_folder) VALUES (?, 0)").run(value),
    );
  if (what === "count") {
    for (let row = 0; row < Number(rows); row++) {
      insert(`${word} ${row}`);
      console.log(row + 1);
    }
  }
  if (what === "fill") for (;;) insert(`${added++} ${"x".repeat(3000)}`);
  if (what === "write") insert("row");
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  console.log(
    JSON.stringify({ fault: error.fault, message: error.message, hints: error.hints, added: added - 1 }),
  );
}
