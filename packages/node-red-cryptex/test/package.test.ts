/** The package as it is published, without Node-RED: its form, and what the editor gets. */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../kit/make/checkout.ts";
import project from "../../../package.json" with { type: "json" };
import source from "../package.json" with { type: "json" };
import { builtPackage, PACKAGE } from "./support/node-red.ts";

const TYPES = Object.keys(source["node-red"].nodes);

let folder: string;
beforeAll(async () => {
  folder = await builtPackage();
});
const read = (file: string) => readFileSync(join(folder, file), "utf8");

describe("the package", () => {
  test("says what Node-RED's guidelines ask for", () => {
    const manifest = JSON.parse(read("package.json"));
    expect(manifest).toMatchObject({ name: PACKAGE, version: project.version, license: "MIT" });
    expect(manifest.name).toMatch(/^@[\w-]+\/node-red-[\w-]+$/);
    expect(manifest.keywords).toContain("node-red");
    expect(manifest["node-red"].version).toMatch(/^>=\d/);
    expect(manifest.engines.node).toMatch(/^>=\d/);
    for (const { url } of [manifest.repository, manifest.bugs])
      expect(url).toStartWith(`${url.startsWith("git+") ? "git+" : ""}https://`);
  });

  test("takes nothing at run time, and runs nothing when it is installed", () => {
    const manifest = JSON.parse(read("package.json"));
    const absent = [
      "private",
      "dependencies",
      "devDependencies",
      "optionalDependencies",
      "peerDependencies",
      "scripts",
      "type",
    ];
    expect(Object.keys(manifest).filter((key) => absent.includes(key))).toEqual([]);
    const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".js"),
    );
    expect(scripts).toHaveLength(TYPES.length + 1);
    const wanted = scripts.flatMap((name) =>
      [...read(name).matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1]!),
    );
    expect([...new Set(wanted)].sort()).toEqual(["../lib/cryptex.js", "node:https", "node:stream"]);
  });

  test("has the files that it names, a licence and example flows", () => {
    for (const file of Object.values(source["node-red"].nodes)) {
      expect(existsSync(join(folder, file)), file).toBe(true);
      expect(existsSync(join(folder, file.replace(/\.js$/, ".html"))), file).toBe(true);
    }
    expect(readdirSync(folder).sort()).toEqual([
      "LICENSE",
      "README.md",
      "examples",
      "lib",
      "nodes",
      "package.json",
    ]);
    expect(readdirSync(join(folder, "examples")).length).toBeGreaterThanOrEqual(3);
  });
});

interface EditorNode {
  readonly category: string;
  readonly icon?: string;
  readonly outputs?: number;
  readonly inputs?: number;
  readonly outputLabels?: readonly string[];
  readonly defaults: Readonly<
    Record<string, { value: unknown; type?: string; validate?: (value: unknown) => boolean }>
  >;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly label: (this: Record<string, unknown>) => string;
}

/** Reads what a node's page tells the editor. */
function editorNode(type: string): { node: EditorNode; page: string } {
  const page = read(`nodes/${type}.html`);
  const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(page)![1]!;
  let registered: [string, EditorNode] | undefined;
  const registerType = (...args: [string, EditorNode]) => {
    registered = args;
  };
  new Function("RED", script)({ nodes: { registerType } });
  expect(registered![0]).toBe(type);
  return { node: registered![1], page };
}

const partOf = (page: string, attribute: string, type: string) =>
  new RegExp(`<script type="text/html" ${attribute}="${type}">([\\s\\S]*?)</script>`).exec(page)?.[1] ?? "";

for (const type of TYPES) {
  describe(type, () => {
    test("each property has a field, and each field a property", () => {
      const { node, page } = editorNode(type);
      const fields = [
        ...partOf(page, "data-template-name", type).matchAll(/ id="node-(?:config-)?input-(\w+)"/g),
      ];
      const properties = [...Object.keys(node.defaults), ...Object.keys(node.credentials ?? {})];
      expect(fields.map(([, name]) => name!).sort()).toEqual(properties.sort());
    });

    test("what it begins with is valid, and shows a label", () => {
      const { node } = editorNode(type);
      for (const [name, { value, validate }] of Object.entries(node.defaults)) {
        expect(validate?.(value) ?? true, name).toBe(true);
      }
      const values = Object.fromEntries(
        Object.entries(node.defaults).map(([name, { value }]) => [name, value]),
      );
      expect(node.label.call(values)).toMatch(/\w/);
      expect(node.label.call({ ...values, name: "mine" })).toBe("mine");
      expect(node.outputLabels?.length ?? node.outputs).toBe(node.outputs);
    });

    test("has help that names its properties of messages", () => {
      const { node, page } = editorNode(type);
      const help = partOf(page, "data-help-name", type);
      expect(help.length).toBeGreaterThan(300);
      if (node.outputs) expect(help).toMatch(/<h3>Outputs<\/h3>[\s\S]*<dt>payload/);
      if (node.inputs) expect(help).toMatch(/<h3>Inputs<\/h3>[\s\S]*<dt[^>]*>payload/);
      // Well-formed: each element that is opened is closed, in order.
      const open: string[] = [];
      for (const [, close, name] of help.matchAll(/<(\/?)(\w+)[^>]*>/g)) {
        if (close) expect(open.pop()).toBe(name!);
        else open.push(name!);
      }
      expect(open).toEqual([]);
    });

    test("has an icon of Node-RED's own", () => {
      const { node } = editorNode(type);
      const icons = join(ROOT, "node_modules", "@node-red", "nodes", "icons");
      if (node.category === "config") return expect(node.icon).toBeUndefined();
      if (!existsSync(icons))
        return console.log(`skipped: the icon of ${type}: Node-RED is not installed (npm run optional)`);
      expect(readdirSync(icons)).toContain(node.icon!);
    });
  });
}

test("addresses are checked as they are written", () => {
  const { validate } = editorNode("cryptex-config").node.defaults["url"]!;
  const good = [
    "http://127.0.0.1:8043",
    "https://gateway.example/tools/cryptex",
    "$" + "{GATEWAY}",
    "http://[::1]:8043/",
  ];
  const bad = [
    "",
    "127.0.0.1:8043",
    "ftp://a",
    "http://",
    "http://me:secret@a",
    "http://a?b=c",
    "http://a b",
  ];
  expect([...good, ...bad].filter((url) => validate!(url))).toEqual(good);
});

test("types of events are checked as they are written", () => {
  const { validate } = editorNode("cryptex-events").node.defaults["types"]!;
  const good = ["", "match", "match,end", " match , end "];
  expect([...good, "match;end", ",", "match,,end", "a b"].filter((text) => validate!(text))).toEqual(good);
});
