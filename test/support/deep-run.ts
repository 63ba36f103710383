/** Runs of `report --suite deep` in this process, with the small families of `deep-battery.ts`. */
import type { DeepReport } from "../../src/report/deep/deep-report.ts";
import { type DeepOptions, writeDeepReport } from "../../src/report/deep/write-deep.ts";
import { FAKE_BATTERY } from "./deep-battery.ts";
import { type FakeIo, fakeIo } from "./fake-io.ts";
import { FakeThread, fakeHost } from "./fake-thread.ts";

export interface DeepRun {
  readonly report: DeepReport;
  readonly out: string;
  readonly talk: string;
}

/** @throws what the run throws */
export async function runDeep(
  path: string,
  options: Partial<DeepOptions> = {},
  io: FakeIo = fakeIo(),
): Promise<DeepRun> {
  const deps = { sources: [], host: fakeHost, startThread: () => new FakeThread([]), warn: () => {} };
  const report = await writeDeepReport(
    {
      origin: { kind: "file", path, format: "bytes" },
      bytes: undefined,
      format: "text",
      output: undefined,
      statePath: undefined,
      inputGoesOn: false,
      keepsGoing: false,
      threads: 0,
      battery: FAKE_BATTERY,
      ...options,
    },
    io,
    deps,
  );
  return { report, out: io.written().toString(), talk: io.talk() };
}
