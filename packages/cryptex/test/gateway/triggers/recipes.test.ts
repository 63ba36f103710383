/** The recipes of docs/TRIGGERS.md, run by the programs that they are for, on what the gateway really sends. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../../../../../test/support/run-process.ts";
import { deliver } from "../../../src/gateway/triggers/deliver.ts";
import { newSecret } from "../../../src/gateway/triggers/signature.ts";
import { Tree } from "../../scan-runner/support/tree.ts";
import { type Received, Receiver } from "./receiver.ts";

const document = readFileSync(join(import.meta.dir, "../../../docs/TRIGGERS.md"), "utf8");
const recipe = (language: string) => new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(document)![1]!;

/** Gives what came, and says of each whether it must be taken for genuine. */
async function cases(): Promise<{ secret: string; got: Received; now: number; genuine: boolean }[]> {
  await using receiver = await Receiver.open();
  const now = Math.floor(Date.now() / 1_000);
  const found: { secret: string; got: Received; now: number; genuine: boolean }[] = [];
  for (const secret of [newSecret(), "a secret of words, äöü"]) {
    const body = JSON.stringify({ type: "match", path: "ä\u{1F600}" });
    const delivery = { url: new URL(receiver.url), key: `k-${found.length}`, body, secret, now: now * 1_000 };
    const { delivered } = await deliver(delivery, { isPrivate: true }, new AbortController().signal);
    expect(delivered).toBe(true);
    const got = receiver.got.at(-1)!;
    found.push({ secret, got, now, genuine: true });
    found.push({ secret, got, now: now + 301, genuine: false });
    found.push({ secret: newSecret(), got, now, genuine: false });
    found.push({ secret, got: { ...got, body: got.body.replace("match", "clean") }, now, genuine: false });
    const headers = { ...got.headers, "webhook-id": "other" };
    found.push({ secret, got: { ...got, headers }, now, genuine: false });
  }
  return found;
}

const PROGRAMS = {
  js: {
    program: Bun.which("node"),
    name: "check.mjs",
    tail: `
import { readFileSync } from "node:fs";
const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(cases.map(({ secret, got, now }) => isGenuine(secret, got.headers, got.body, now))));
`,
  },
  python: {
    program: Bun.which("python3"),
    name: "check.py",
    tail: `
import json, sys
cases = json.load(open(sys.argv[1], encoding="utf-8"))
print(json.dumps([is_genuine(each["secret"], each["got"]["headers"], each["got"]["body"].encode(), each["now"]) for each in cases]))
`,
  },
} as const;

describe("receivers", () => {
  for (const [language, { program, name, tail }] of Object.entries(PROGRAMS)) {
    test.skipIf(!program)(
      `in ${language} take what is genuine, and nothing else (needs node, or python3)`,
      async () => {
        using tree = new Tree();
        const all = await cases();
        const script = tree.file(name, recipe(language) + tail);
        const { stdout, stderr } = await runProcess([
          program!,
          script,
          tree.file("cases.json", JSON.stringify(all)),
        ]);
        expect(stderr).toBe("");
        expect(JSON.parse(stdout)).toEqual(all.map(({ genuine }) => genuine));
      },
    );
  }
});
