/** The built cryptex as worker and as whoever asks. */
import { expect, test } from "bun:test";
import { requireBuiltProgram } from "../../../../test/support/built-program.ts";
import { whyNoNats } from "../../../../test/support/nats-server.ts";
import { ScanFleet } from "../fleet/scan-fleet.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: the built program in a fleet`);

test.skipIf(why !== undefined)("a scan by a fleet of built programs gives the bytes of one", async () => {
  await using fleet = await ScanFleet.open(undefined, { program: [requireBuiltProgram("cryptex")] });
  const local = await fleet.local();
  fleet.worker("one");
  fleet.worker("two");
  expect(await fleet.scan("--run", "built")).toEqual({ ...local, stderr: "" });
});
