/** docs/MCP.md says what the program does. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ARTIFACT_BOUNDS } from "../../../src/cryptex-store/artifacts.ts";
import { LIST_ITEMS, PAGE_CHARS, TEXT_CHARS } from "../../../src/gateway/mcp/answers/size.ts";
import { MOST_SESSIONS } from "../../../src/gateway/mcp/http.ts";
import { LINE_LIMITS } from "../../../src/gateway/mcp/line-transport.ts";
import { AT_ONCE, MOST_WAITING } from "../../../src/gateway/mcp/server.ts";
import { allTools } from "../../../src/gateway/mcp/tools/all.ts";

const TEXT = readFileSync(new URL("../../../docs/MCP.md", import.meta.url), "utf8");

test("the table has all tools, with their scopes, and says which stay away", () => {
  const rows = [...TEXT.matchAll(/^\| `([a-z-]+)` \|.*\| ([a-z, ]+) \| (.*) \|$/gm)];
  const described = rows.map(([, name, scopes, stays]) => ({
    name,
    scopes: scopes!.split(", "),
    readOnly: stays === "nothing",
    writes: stays!.includes("--allow-write"),
    destructive: stays!.includes("may go"),
  }));
  const offered = allTools().map(({ name, scopes, effects, writes = false }) => ({
    name,
    scopes: [...scopes],
    readOnly: effects.readOnly,
    writes,
    destructive: effects.destructive,
  }));
  const byName = (a: { name?: string }, b: { name?: string }) => (a.name! < b.name! ? -1 : 1);
  expect(described.toSorted(byName)).toEqual(offered.toSorted(byName));
});

test("the numbers are those of the program", () => {
  const count = (number: number) => number.toLocaleString("en-US");
  expect(TEXT).toContain(`some ${count(PAGE_CHARS)} characters`);
  expect(TEXT).toContain(
    `more than ${count(TEXT_CHARS)} characters in an item is shortened, and a list in an item to ${LIST_ITEMS}`,
  );
  expect(TEXT).toContain(`at most ${LINE_LIMITS.mostBytes / 2 ** 20} MiB`);
  expect(TEXT).toContain(
    `at most ${ARTIFACT_BOUNDS.artifacts}, and ${ARTIFACT_BOUNDS.bytes / 2 ** 20} MiB together`,
  );
  expect([AT_ONCE, LINE_LIMITS.graceMs]).toEqual([8, 1_000]);
  expect(TEXT).toContain(`Eight calls are worked on at a time, ${MOST_WAITING} wait`);
  expect(TEXT).toContain(`sessions, ${MOST_SESSIONS} at most`);
  const timeOf = (name: string) => allTools().find((tool) => tool.name === name)!.timeoutMs / 60_000;
  expect(TEXT).toContain(
    `${timeOf("scan-directory")} minutes for a scan or a safe index, ${timeOf("function-discovery")} for\ncode`,
  );
  expect(timeOf("create-safe-index")).toBe(timeOf("scan-directory"));
});
