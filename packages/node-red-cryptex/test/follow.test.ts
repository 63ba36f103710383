/** Events over refusals: wherever a node goes on, it is where it was. Without Node-RED. */
import { expect, test } from "bun:test";
import { CryptexClient } from "../../cryptex-client/src/index.ts";
import { FixtureGateway, problem } from "../../cryptex-client/test/support/fixture-gateway.ts";
import { type Following, type Frame, follow } from "../src/follow.ts";

/** Follows a gateway that refuses, once there were two events, and writes a third meanwhile. Gives what came. */
async function overRefusal(begin: () => Promise<number | undefined>): Promise<readonly (number | string)[]> {
  await using gateway = new FixtureGateway();
  const client = new CryptexClient({ url: gateway.url });
  const stop = new AbortController();
  const got: (number | string)[] = [];
  let [connections, begun] = [0, 0];
  const events: Following = {
    begin() {
      begun += 1;
      return begin();
    },
    connect: (after, reached) =>
      client.events({
        after,
        signal: stop.signal,
        onState(state) {
          if (!state.connected) return;
          reached(state.after);
          connections += 1;
          if (connections === 1) for (let line = 0; line < 2; line++) gateway.write("match");
        },
      }),
    take(frame: Frame) {
      got.push("seq" in frame ? (frame.seq as number) : frame.type);
      if (got.length === 2) {
        // A socket, and the fetch that asks why there is none.
        for (let i = 0; i < 2; i++) gateway.instead.push(() => problem(401, "a bearer token is needed"));
        gateway.cut();
      }
      if (got.length === 4) stop.abort();
    },
    refused(error) {
      got.push((error as Error).message);
      gateway.write("match");
    },
  };
  await follow(events, stop.signal, 1);
  expect(begun).toBe(1);
  return got;
}

const EXPECTED = [1, 2, "a bearer token is needed", 3];

test("from the first event on: none comes twice after a refusal", async () => {
  expect(await overRefusal(async () => 0)).toEqual(EXPECTED);
});

test("from now on: what came during a refusal is not lost", async () => {
  expect(await overRefusal(async () => undefined)).toEqual(EXPECTED);
});
