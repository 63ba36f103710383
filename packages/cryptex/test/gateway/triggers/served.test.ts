/** The program itself: a scan's matches reach a receiver, also where the gateway is killed while they are on their way. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openStore } from "../../../src/cryptex-store/store.ts";
import { WorkFolder } from "../../support/program.ts";
import { Receiver } from "./receiver.ts";

const MAIN = join(import.meta.dir, "../../../src/main.ts");

interface Served extends AsyncDisposable {
  readonly url: string;
  kill(): Promise<void>;
}

async function serve(folder: WorkFolder, receiver: Receiver): Promise<Served> {
  const flags = [
    ...["--port", "0", "--store", folder.at("store.db"), "--root", `files=${folder.at("root")}`],
    ...["--rules", folder.at("rules"), "--trigger-to", receiver.url, "--trigger-private"],
  ];
  const program = Bun.spawn([process.execPath, MAIN, "serve", ...flags], {
    env: { HOME: folder.at("."), PATH: process.env["PATH"] },
    stdout: "pipe",
    stderr: "inherit",
  });
  let text = "";
  for await (const piece of program.stdout) {
    text += Buffer.from(piece).toString();
    if (text.includes("\n")) break;
  }
  const kill = async () => {
    program.kill("SIGKILL");
    await program.exited;
  };
  return { url: text.trim().replace("listening on ", ""), kill, [Symbol.asyncDispose]: kill };
}

async function send(url: string, body: object): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as object) };
}

test("killed while matches are on their way, and started again: each arrives, with one key", async () => {
  const names = Array.from({ length: 40 }, (_, index) => `root/f${index}`);
  using folder = new WorkFolder({
    "rules/good.yar": 'rule good : mark { strings: $a = "good" condition: $a }\n',
    ...Object.fromEntries(names.map((name) => [name, "a good file"])),
  });
  await using receiver = await Receiver.open();
  {
    await using gateway = await serve(folder, receiver);
    const refused = await send(`${gateway.url}/triggers`, { url: "http://169.254.169.254/latest" });
    expect(refused).toMatchObject({ status: 400, type: "urn:cryptex:invalid" });
    const made = await send(`${gateway.url}/triggers`, { url: receiver.url, types: ["match", "end"] });
    expect(made).toMatchObject({ status: 201, secret: expect.stringMatching(/^whsec_/) });
    const tried = await send(`${gateway.url}/triggers/${made["id"]}/test`, {});
    expect(tried).toMatchObject({ delivered: true });
    // From here on nothing is answered.
    receiver.answering = () => undefined;
    expect(await send(`${gateway.url}/scans`, { root: "files", paths: ["."] })).toMatchObject({
      status: 202,
    });
    await receiver.heard(3);
    await gateway.kill();
  }
  const before = receiver.got.slice(1);
  expect(before.length).toBeGreaterThan(0);
  receiver.answering = (response) => void response.writeHead(204).end();
  using store = openStore(folder.at("store.db"));
  // What was on its way when it was killed is due again half a minute later, which is now.
  store.write((db) => db.run("UPDATE deliveries SET due = 0"));
  await using _again = await serve(folder, receiver);
  await receiver.heard(1 + before.length + 41);
  const after = receiver.got.slice(1 + before.length);
  const frames = after.map(({ body }) => JSON.parse(body) as { type: string; path?: string });
  const expected = [...names.map((name) => name.slice("root/".length)), "end"];
  expect(frames.map(({ type, path }) => path ?? type).toSorted()).toEqual(expected.toSorted());
  const keyOf = ({ headers, body }: (typeof after)[0]) => `${headers["webhook-id"]} ${body}`;
  expect(new Set(after.map(keyOf)).isSupersetOf(new Set(before.map(keyOf)))).toBe(true);
});
