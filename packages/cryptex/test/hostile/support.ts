/** The engine itself in this thread, and the counts that every scan keeps. */
import { expect } from "bun:test";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { buildRuleSet } from "../../src/rules/build-rule-set.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { openRuleTable } from "../../src/rules/rule-table.ts";
import type { EndEvent, ScanEvent, ShownPath } from "../../src/scan-runner/events.ts";
import { serveBatches } from "../../src/scan-runner/executor.ts";
import type { Batch } from "../../src/scan-runner/protocol.ts";
import type { StartThread } from "../../src/scan-runner/thread.ts";
import type { RuleFolder } from "../support/rule-folder.ts";

export function ruleSetOf(folder: RuleFolder): RuleSet {
  const { table, files, ...set } = buildRuleSet(folder.request(), {
    facts: ENGINE,
    newInstance: makeLibyara,
  });
  const paths = files.map(([path]) => path);
  return { ...set, files: paths, rules: openRuleTable(table), engine: ENGINE, externals: {} };
}

/** Answers in a later turn of the event loop, as a thread does. */
export const ownThread: StartThread = (data, listener) => {
  let handle: (batch: Batch) => void = () => {};
  serveBatches(
    {
      post: (reply) => setImmediate(() => listener.onReply(reply)),
      listen: (handler) => {
        handle = handler;
      },
    },
    data,
    (cancel) => makeLibyara({ cancel }),
  );
  return { post: (batch) => setImmediate(() => handle(batch)), terminate: () => {} };
};

/** Makes sure that each file is in one kind of line, and that the counts are those of the lines. */
export function expectCountsOf(events: readonly ScanEvent[]): EndEvent {
  const end = events.at(-1);
  if (end?.type !== "end") throw new Error("the scan did not reach its end");
  const pathsOf = (type: ScanEvent["type"]) =>
    events.filter((event) => event.type === type).map((event) => keyOf(event as ShownPath));
  const [matches, skips, errors, clean] = (["match", "skip", "error", "clean"] as const).map(pathsOf);
  const matched = [...new Set(matches)];
  const all = [...matched, ...skips!, ...errors!, ...clean!];
  expect(all.length).toBe(new Set(all).size);
  expect(end).toMatchObject({
    scanned: end.clean + matched.length,
    matched: matched.length,
    matches: matches!.length,
    skipped: skips!.length,
    errors: errors!.length,
  });
  if (clean!.length > 0) expect(end.clean).toBe(clean!.length);
  if (errors!.length > 0) expect(end.complete).toBe(false);
  return end;
}

function keyOf({ path, path_bytes }: ShownPath): string {
  return path_bytes ?? path;
}
