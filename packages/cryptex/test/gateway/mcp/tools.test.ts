/** The tools, as the official clients of both protocols see them over both transports. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import Ajv2020 from "ajv/dist/2020.js";
import gapReportSchema from "../../../docs/gap-report.schema.json";
import { connect, PROTOCOLS, type TestClient } from "./clients.ts";
import { BULK, World } from "./world.ts";

const READ_TOOLS = [
  "cryptex-lookup",
  "cryptex-search",
  "function-discovery",
  "gap-audit",
  "list-rules",
  "rule-explain",
  "rule-validate",
  "scan-directory",
];

const TRANSPORTS = ["stdio", "HTTP"] as const;

for (const protocol of PROTOCOLS) {
  for (const transport of TRANSPORTS) {
    describe(`${protocol} over ${transport}`, () => {
      let world: World;
      let gateway: Awaited<ReturnType<World["gateway"]>> | undefined;
      let mcp: TestClient;
      beforeAll(async () => {
        world = new World();
        if (transport === "HTTP") gateway = await world.gateway();
        mcp = await connect(protocol, gateway?.place ?? world.program());
      });
      afterAll(async () => {
        await mcp[Symbol.asyncDispose]();
        await gateway?.[Symbol.asyncDispose]();
        world[Symbol.dispose]();
      });

      test("the tools that write are not there, and the others say what they do", async () => {
        const { tools } = await mcp.client.listTools();
        expect(tools.map(({ name }) => name).sort()).toEqual(READ_TOOLS);
        for (const { name, annotations, inputSchema, outputSchema } of tools) {
          expect(annotations).toMatchObject({
            readOnlyHint: name !== "scan-directory",
            destructiveHint: false,
            openWorldHint: false,
          });
          expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
          expect(outputSchema).toMatchObject({ type: "object", additionalProperties: false });
        }
      });

      test("looks up an entry by its codename and by its symbol", async () => {
        const { data, text } = await mcp.call("cryptex-lookup", { symbol: "lamp_open" });
        expect(data).toMatchObject({
          total: 1,
          entries: [
            { uri: "cryptex://Lamp-Open", codename: "Lamp-Open", revision: 1, used_by: ["Lamp Keeper/1"] },
          ],
        });
        expect(text).toContain("1 of 1 entry.");
        const keeper = await mcp.call("cryptex-lookup", { codename: "Lamp Keeper/1" });
        expect(keeper.data.entries[0]).toMatchObject({
          uri: "cryptex://Lamp%20Keeper%2F1",
          deps: ["Lamp-Open"],
        });
        expect(await mcp.call("cryptex-lookup", { codename: "Lamp" })).toMatchObject({ isError: true });
        expect(await mcp.call("cryptex-lookup", {})).toMatchObject({ isError: true });
      });

      test("a text that is too long is cut, and the answer says how much of it is there", async () => {
        const { data, text } = await mcp.call("cryptex-lookup", { codename: "Lamp-Long" });
        expect(data.cut).toEqual([{ at: "*.pseudocode", kept: 4_000, of: 150_000 }]);
        expect(data.entries[0].pseudocode).toHaveLength(4_000);
        expect(text).toContain("*.pseudocode to 4000 of 150000. The resource under `uri` holds all of it");
      });

      test("searches, and goes on with cursors to the end, without one twice", async () => {
        const pages = await allPages(mcp, "cryptex-search", { tags: ["bulk"], limit: 100 });
        expect(pages.map(({ entries }) => entries.length)).toEqual([100, 100, BULK - 200]);
        const names = pages.flatMap(({ entries }) =>
          entries.map(({ codename }: { codename: string }) => codename),
        );
        expect(new Set(names).size).toBe(BULK);
        const { data } = await mcp.call("cryptex-search", { words: ["lamp"], statuses: ["legacy"] });
        expect(data.entries.map(({ codename }: { codename: string }) => codename)).toEqual([
          "Lamp Keeper/1",
          "Lamp-Long",
          "Lamp-Open",
        ]);
      });

      test("a cursor of other arguments, and one that somebody made up, are refused", async () => {
        const { data } = await mcp.call("cryptex-search", { tags: ["bulk"], limit: 10 });
        for (const [args, cursor] of [
          [{ tags: ["bulk"], kind: "x" }, data.next],
          [{ tags: ["bulk"] }, "MTIz"],
          [{ tags: ["bulk"] }, Buffer.from('["x","1e99"]').toString("base64url")],
        ] as const) {
          const answer = await mcp.call("cryptex-search", { ...args, cursor });
          expect(answer).toMatchObject({
            isError: true,
            text: expect.stringContaining("cursor was not given"),
          });
        }
      });

      test("lists rules by metadata, and all of them by cursors", async () => {
        const { data } = await mcp.call("list-rules", { meta: [{ key: "license", value: "gpl-2.0-only" }] });
        expect(data.rules).toMatchObject([
          {
            uri: "rules://default/program_marker",
            name: "program_marker",
            tags: ["windows"],
            modules: ["pe"],
          },
        ]);
        expect(data.rulesets).toMatchObject([
          { name: "default", default: true, rules: BULK + 3, quarantined: 1 },
        ]);
        expect(data.quarantined).toMatchObject([{ rule: "broken", file: "rules/marker.yar" }]);
        const pages = await allPages(mcp, "list-rules", { limit: 100 });
        const names = pages.flatMap(({ rules }) => rules.map(({ name }: { name: string }) => name));
        expect([names.length, new Set(names).size]).toEqual([BULK + 4, BULK + 4]);
      });

      test("checks a text of rules", async () => {
        const { data } = await mcp.call("rule-validate", {
          text: "rule a { condition: b }\nrule c { condition: true }",
        });
        expect(data).toMatchObject({
          valid: false,
          rules: 2,
          findings: [{ rule: "a", line: 1, severity: "error" }],
        });
        expect(
          (await mcp.call("rule-validate", { text: "rule c { condition: filesize > 3 }" })).data.valid,
        ).toBe(true);
      });

      test("explains a rule for a file below a root, and for bytes that are sent along", async () => {
        const place = { rule: "program_marker", root: "files", path: "prog.exe" };
        const { data, text } = await mcp.call("rule-explain", place);
        expect(data).toMatchObject({ verdict: "match", path: "prog.exe", file: "rules/marker.yar", cut: [] });
        expect(text).toStartWith("It matches.\n");
        const content = Buffer.from("a MARKER").toString("base64");
        const bytes = await mcp.call("rule-explain", { rule: "program_marker", content });
        expect(bytes.data).toMatchObject({ verdict: "no match", changes: { count: 1 } });
        for (const args of [
          { ...place, content },
          { rule: "program_marker" },
          { ...place, rule: "no_such_rule" },
        ])
          expect(await mcp.call("rule-explain", args)).toMatchObject({ isError: true });
      });

      test("finds what code defines, with the entries of the dictionary about it", async () => {
        const { data } = await mcp.call("function-discovery", { root: "code" });
        expect(data.definitions).toMatchObject([
          // The entry is about the other one.
          { symbol: "lamp_open", path: "port/lamp.rs", codename: null },
          {
            symbol: "lamp_open",
            kind: "function",
            path: "src/lamp.c",
            line: 2,
            summary: "Opens a lamp.",
            codename: "Lamp-Open",
          },
          { symbol: "lamp", kind: "struct", codename: null },
          { symbol: "lamp_close", signature: "static int lamp_close(struct lamp *lamp)" },
          { symbol: "switch", path: "tool.py", language: "Python", summary: "Switches it." },
        ]);
        expect(data).toMatchObject({ total: 5, files: { C: 1, Python: 1, Rust: 1 }, left_out_total: 0 });
        const pages = await allPages(mcp, "function-discovery", {
          root: "code",
          kinds: ["function"],
          limit: 1,
        });
        const symbols = pages.flatMap(({ definitions }) =>
          definitions.map(({ symbol }: { symbol: string }) => symbol),
        );
        expect(symbols).toEqual(["lamp_open", "lamp_open", "lamp_close", "switch"]);
      });

      test("scans, says what was not evaluated, and shows the rest of the result afterwards", async () => {
        const { data, text } = await mcp.call("scan-directory", { root: "files" });
        expect(data).toMatchObject({ state: "done", complete: false, next: null });
        expect(data.counts).toEqual({ scanned: 5, clean: 1, matched: 4, matches: 5, skipped: 2, errors: 0 });
        expect(data.lines.map(({ path, rule }: { path: string; rule: string }) => `${path} ${rule}`)).toEqual(
          [
            "prog.exe program_marker",
            "prog.exe any_marker",
            "screen.bin screen",
            "sub/note.txt any_marker",
            "x DATA>>> ignore this.txt any_marker",
          ],
        );
        expect(text).toContain("Not everything that was asked for was evaluated");
        const rest = await mcp.call("scan-directory", { scan: data.scan, types: ["quarantine", "skip"] });
        expect(rest.data.lines).toMatchObject([
          { type: "quarantine", rule: "broken" },
          { type: "skip", path: "out" },
          { type: "skip", path: "secret-link" },
        ]);
        const pages = await allPages(mcp, "scan-directory", { scan: data.scan, limit: 2 });
        expect(pages.flatMap(({ lines }) => lines)).toEqual(data.lines);
        const fromNew = await allPages(mcp, "scan-directory", {
          root: "files",
          paths: ["sub", "prog.exe"],
          limit: 1,
        });
        expect(new Set(fromNew.map(({ scan }) => scan)).size).toBe(1);
        expect(fromNew.map(({ lines }) => lines.length)).toEqual([1, 1, 1]);
      });

      test("audits what is ported, by the report that gap scan has made", async () => {
        const none = await mcp.call("gap-audit");
        expect(none).toMatchObject({ isError: true, text: expect.stringContaining("--gap-root DIR") });
        const { exitCode, stderr } = await world.gapScan();
        expect([exitCode, stderr]).toEqual([0, ""]);
        const { data, text } = await mcp.call("gap-audit");
        expect(data.report.components).toMatchObject([
          { component: "src/lamp.c", port_status: "in_progress", evidence: [{ to: "port/lamp.rs" }] },
          { component: "tool.py", port_status: "pending", rust_status: "pending", evidence: [] },
        ]);
        expect(data.report.counts).toMatchObject({ in_progress: 1, pending: 1, done: 0 });
        expect(text).toStartWith("Pending: 1, in progress: 1, done: 0, stale: 0.");
        expect(isGapReport(data.report)).toBe(true);
        const pages = await allPages(mcp, "gap-audit", { limit: 1 });
        expect(pages.map(({ report }) => report.components.length)).toEqual([1, 1]);
        expect(pages.every(({ report }) => isGapReport(report))).toBe(true);
        const some = await mcp.call("gap-audit", { statuses: ["pending"], text: "TOOL" });
        expect(some.data).toMatchObject({ total: 1, report: { counts: data.report.counts } });
        const excluded = await mcp.call("gap-audit", { list: "excluded" });
        expect(excluded.data.report).toMatchObject({ components: [], problems: [] });
      });

      test("arguments that no schema has are refused", async () => {
        for (const [name, args] of [
          ["list-rules", { limit: 0 }],
          ["list-rules", { limit: 1e9 }],
          ["list-rules", { unheard: 1 }],
          ["cryptex-search", { words: "text" }],
          ["scan-directory", { root: "files", types: ["end"] }],
          ["rule-explain", { rule: "screen", content: "no base64!" }],
        ] as const)
          expect(await mcp.call(name, args)).toMatchObject({ isError: true });
      });
    });
  }
}

const isGapReport = new Ajv2020({ strict: false }).compile(gapReportSchema);

/** Goes on with cursors to the end. */
async function allPages(mcp: TestClient, name: string, args: Record<string, unknown>) {
  // biome-ignore lint/suspicious/noExplicitAny: each tool has a form of its own
  const pages: any[] = [];
  for (let cursor: string | undefined; ; ) {
    const { data, isError, text } = await mcp.call(name, {
      ...args,
      ...(cursor !== undefined && { cursor }),
    });
    if (isError) throw new Error(text);
    pages.push(data);
    if (data.next === null) return pages;
    cursor = data.next;
  }
}
