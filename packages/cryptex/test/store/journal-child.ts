/**
 * A program that writes to a journal, for tests with several processes.
 *
 *     journal-child.ts FILE append SCAN NAME BATCHES SIZE    appends batches of notes "NAME N"; says the last N and its seq after each
 *     journal-child.ts FILE note NAME                        writes down one happening
 *     journal-child.ts FILE fill                             appends without end, until it fails; says the fault and how many batches it has added
 */
import { storedJournal } from "../../src/cryptex-store/journal.ts";
import { openStore } from "../../src/cryptex-store/store.ts";
import { StoreError } from "../../src/cryptex-store/store-error.ts";
import type { ScanEvent } from "../../src/scan-runner/events.ts";

const [path = "", what, ...words] = process.argv.slice(2);
let added = 0;
try {
  using store = openStore(path);
  const journal = storedJournal(store);
  if (what === "append") {
    const [scan = "", name = "", batches = "0", size = "0"] = words;
    for (let batch = 0; batch < Number(batches); batch++) {
      const first = batch * Number(size);
      const lines = Array.from({ length: Number(size) }, (_, i) => noteLine(`${name} ${first + i}`));
      const seq = journal.append(scan, lines, { checkpoint: { next: first + lines.length } });
      console.log(first + lines.length - 1, seq);
    }
  }
  if (what === "note") {
    journal.note({ type: "rules", ruleset: words[0] ?? "", digest: "sha256:00", quarantined: 0 });
  }
  if (what === "fill") {
    const { id } = journal.create({ origin: "test", state: "running" });
    for (; ; added++) journal.append(id, [noteLine(`${added} ${"x".repeat(3_000)}`)]);
  }
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  console.log(JSON.stringify({ fault: error.fault, message: error.message, hints: error.hints, added }));
}

function noteLine(reason: string): ScanEvent {
  return { type: "note", path: "a", reason };
}
