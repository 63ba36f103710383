/** Messages that nobody would send, by the hundred: each is answered or let be, and the program has no fault of its own. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { serveMcpStdio } from "../../../src/gateway/mcp/stdio.ts";
import { allTools } from "../../../src/gateway/mcp/tools/all.ts";
import { SCOPES } from "../../../src/gateway/scopes.ts";
import { HeldScans } from "./held-scans.ts";
import { serveHttp, World } from "./world.ts";

const MESSAGES = 400;

const NAMES = [...allTools().map(({ name }) => name), "constructor", "__proto__", "toString", ""];
const METHODS = [
  ...["tools/list", "tools/call", "resources/list", "resources/read", "resources/templates/list"],
  ...[
    "completion/complete",
    "ping",
    "initialize",
    "server/discover",
    "subscriptions/listen",
    "logging/setLevel",
  ],
  ...[
    "notifications/cancelled",
    "notifications/initialized",
    "notifications/progress",
    "prompts/get",
    "",
    "constructor",
  ],
];
const KEYS = [
  ...["name", "arguments", "uri", "cursor", "ref", "argument", "_meta", "requestId", "limit", "root", "path"],
  ...[
    "paths",
    "codename",
    "rule",
    "text",
    "targets",
    "progressToken",
    "protocolVersion",
    "__proto__",
    "type",
    "value",
  ],
  "io.modelcontextprotocol/protocolVersion",
];
const WORDS = [
  ...[
    "Lamp-Open",
    "files",
    "code",
    ".",
    "..",
    "\0",
    "\ud800",
    "cryptex://x",
    "rules://default/x",
    "artifact://",
  ],
  ...["ref/resource", "cryptex://{codename}", "2026-07-28", "2025-11-25", "WyJ4IiwiMSJd", "%", "any_marker"],
];

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...WORDS, ...NAMES),
    fc.constantFrom(null, true, -1, 0, 1e308, 2 ** 53),
    fc.string({ maxLength: 8 }),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 4 }),
})).value;

const call = fc.record({ name: fc.constantFrom(...NAMES), arguments: value }, { requiredKeys: [] });
const message = fc.record(
  {
    jsonrpc: fc.constantFrom("2.0", "2.0", "2.0", "1.0"),
    id: fc.oneof(fc.nat(9), fc.constantFrom("a", null, 1.5)),
    method: fc.constantFrom(...METHODS),
    params: fc.oneof(call, value),
    result: value,
    error: value,
  },
  { requiredKeys: ["jsonrpc"] },
);

const INITIALIZE = {
  jsonrpc: "2.0",
  id: "begin",
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } },
};
const MODERN = {
  jsonrpc: "2.0",
  id: "begin",
  method: "tools/list",
  params: {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "x", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
};

for (const [protocol, first] of Object.entries({ older: INITIALIZE, newest: MODERN, none: {} })) {
  test(`after a beginning of the ${protocol} protocol`, async () => {
    using world = new World();
    const scans = new HeldScans();
    await using served = serveHttp(world, { scans });
    const messages = [first, ...fc.sample(message, { numRuns: MESSAGES, seed: 7 })];
    const written: string[] = [];
    const channel = {
      async *pieces() {
        for (const each of messages) yield Buffer.from(`${JSON.stringify(each)}\n`);
      },
      async write(text: string) {
        written.push(text);
      },
    };
    const reports: unknown[] = [];
    await serveMcpStdio(served.services, channel, {
      access: { author: "tester", scopes: new Set(SCOPES), allowWrite: true },
      report: (error) => reports.push(error),
      signal: new AbortController().signal,
    });
    expect(reports).toEqual([]);
    const answers = written.map((text) => JSON.parse(text));
    expect(answers.length).toBeGreaterThan(MESSAGES / 10);
    for (const answer of answers) expect(answer.jsonrpc).toBe("2.0");
    expect(answers.find(({ id }) => id === "begin") !== undefined).toBe(protocol !== "none");
    for (const text of written) expect(text).not.toContain(world.folder.path);
    for (const text of written) expect(text).not.toMatch(/\.m?ts:\d|\\n\s+at /);
  });
}
