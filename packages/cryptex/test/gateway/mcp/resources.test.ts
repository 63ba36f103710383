/** Resources: what they hold, how they are listed and completed, in both protocols. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { rejectionOf } from "../../../../../test/support/rejection.ts";
import { connect, PROTOCOLS, type TestClient } from "./clients.ts";
import { BULK, INJECTION, type Served, serveHttp, World } from "./world.ts";

/** Names the beginning of the list. */
const FIRST = Buffer.from('[0,""]').toString("base64url");

for (const protocol of PROTOCOLS) {
  describe(protocol, () => {
    let world: World;
    let served: Served;
    let mcp: TestClient;
    beforeAll(async () => {
      world = new World();
      served = serveHttp(world, { allowWrite: true });
      mcp = await connect(protocol, served.place);
    });
    afterAll(async () => {
      await mcp[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
      world[Symbol.dispose]();
    });

    /** Reads a resource. A document that comes in parts is put together. */
    async function read(uri: string) {
      const { contents } = await mcp.client.readResource({ uri });
      const { text, _meta: meta } = contents[0] as { text: string; _meta?: Record<string, unknown> };
      const document = JSON.parse(text);
      if (!("part_of_json" in document)) return { document, meta, parts: 1 };
      const texts: string[] = [document.part_of_json];
      for (let next = document.next; next !== null; ) {
        const more = await mcp.client.readResource({ uri: next });
        const part = JSON.parse((more.contents[0] as { text: string }).text);
        expect(part.offset).toBe(texts.join("").length);
        texts.push(part.part_of_json);
        next = part.next;
      }
      return { document: JSON.parse(texts.join("")), meta, parts: texts.length };
    }

    test("an entry of the dictionary, with who changed it last", async () => {
      const { document, meta } = await read("cryptex://Lamp%20Keeper%2F1");
      expect(document).toMatchObject({
        notice: expect.stringContaining("data"),
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        licence: "unknown",
        provenance: { revision: 1, changed_by: "tester", changed_at: expect.any(String) },
        entry: { codename: "Lamp Keeper/1", notes: [INJECTION] },
        used_by: [],
      });
      const { digest, licence, provenance } = document;
      expect(meta).toMatchObject({ digest, licence, provenance });
    });

    test("a rule, with its licence and the set that it is in", async () => {
      const { document } = await read("rules://default/program_marker");
      expect(document).toMatchObject({
        licence: "GPL-2.0-only",
        provenance: { ruleset: "default", places: [{ file: "rules/marker.yar", line: 2 }] },
        rules: [
          {
            name: "program_marker",
            text: expect.stringContaining("pe.is_pe and $mark"),
            provenance: { said_by_its_metadata: [{ key: "author", value: "A. Writer" }] },
          },
        ],
      });
      expect(document.digest).toBe(document.rules[0].digest);
    });

    test("a document that is long comes in parts, which are the whole of it", async () => {
      const { document, parts } = await read("cryptex://Lamp-Long");
      expect(parts).toBeGreaterThan(2);
      expect(document.entry.pseudocode).toBe("step\n".repeat(30_000));
    });

    test("an artifact: what a tool made, whole, with what it was made of", async () => {
      const { data } = await mcp.call("create-safe-index", { targets: ["clamav"] });
      const { document } = await read(data.index.uri);
      expect(document.digest).toBe(data.index.digest);
      expect(createHash("sha256").update(document.text).digest("hex")).toBe(
        data.index.uri.slice("artifact://".length),
      );
      expect(document.text).toContain("rule any_marker");
      expect(document).toMatchObject({
        licence: "MIT (1), unknown (1)",
        provenance: {
          program: expect.stringMatching(/^cryptex \d/),
          engine: expect.stringMatching(/^libyara .*sha256:/),
          ruleset: data.ruleset,
          targets: ["clamav"],
          made_by: "tester",
          made_at: expect.any(String),
        },
      });
      const report = await read(data.report.uri);
      expect(JSON.parse(report.document.text)).toMatchObject({ target: "clamav", kept: data.kept });
      expect(report.document.provenance.index).toBe(document.digest.slice("sha256:".length));
    });

    test("the list has everything once, page by page", async () => {
      const uris: string[] = [];
      const sizes: number[] = [];
      for (let cursor: string | undefined; ; ) {
        const { resources, nextCursor } = await mcp.client.listResources(
          cursor === undefined ? {} : { cursor },
        );
        uris.push(...resources.map(({ uri }) => uri));
        sizes.push(resources.length);
        if (nextCursor === undefined) break;
        cursor = nextCursor;
      }
      expect(new Set(uris).size).toBe(uris.length);
      const count = (scheme: string) => uris.filter((uri) => uri.startsWith(`${scheme}://`)).length;
      expect([count("cryptex"), count("rules")]).toEqual([BULK + 3, BULK + 4]);
      // The newer client puts the pages together by itself.
      if (protocol === "2025-11-25") expect(sizes.slice(0, -1).every((size) => size === 100)).toBe(true);
      const { resources } = await mcp.client.listResources({ cursor: FIRST });
      expect(resources).toHaveLength(100);
      for (const uri of [uris[0]!, uris.at(-1)!])
        expect((await read(uri)).document.digest).toStartWith("sha256:");
    });

    test("templates, and completion of their arguments", async () => {
      const { resourceTemplates } = await mcp.client.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate).sort()).toEqual([
        "artifact://{digest}",
        "cryptex://{codename}",
        "rules://{ruleset}/{rule}",
      ]);
      const complete = async (uri: string, name: string, value: string, context = {}) => {
        const argument = { name, value };
        const { completion } = await mcp.client.complete({
          ref: { type: "ref/resource", uri },
          argument,
          context,
        });
        return completion;
      };
      expect(await complete("cryptex://{codename}", "codename", "lamp")).toMatchObject({
        values: ["Lamp Keeper/1", "Lamp-Long", "Lamp-Open"],
      });
      const parts = await complete("cryptex://{codename}", "codename", "Part-");
      expect(parts).toMatchObject({ total: BULK, hasMore: true });
      expect(parts.values).toHaveLength(100);
      expect((await complete("rules://{ruleset}/{rule}", "ruleset", "d")).values).toEqual(["default"]);
      const context = { arguments: { ruleset: "default" } };
      expect((await complete("rules://{ruleset}/{rule}", "rule", "any", context)).values).toEqual([
        "any_marker",
      ]);
      const none = await complete("rules://{ruleset}/{rule}", "rule", "any", {
        arguments: { ruleset: "nope" },
      });
      expect(none.values).toEqual([]);
    });

    test("what is not there, and what is no URI of a resource, is refused", async () => {
      for (const uri of [
        "cryptex://nobody",
        "cryptex://Lamp-Open/more",
        "rules://default/nobody",
        "rules://nobody/any_marker",
        "rules://default",
        "artifact://../../etc/passwd",
        `artifact://${"0".repeat(64)}`,
        "file:///etc/passwd",
        "cryptex://%ff",
        "cryptex://",
        "nonsense",
      ]) {
        const error = String(await rejectionOf(mcp.client.readResource({ uri })));
        expect(error).toContain("not found");
        expect(error).not.toContain(world.folder.path);
      }
      const cursor = Buffer.from('[99,"x"]').toString("base64url");
      expect((await mcp.client.listResources({ cursor })).resources).toEqual([]);
      expect(String(await rejectionOf(mcp.client.listResources({ cursor: "x" })))).toContain("cursor");
    });
  });
}
