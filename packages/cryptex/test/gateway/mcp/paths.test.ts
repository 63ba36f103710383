/** Paths outside the roots, in every form in which somebody may write one: all are refused, in the same words. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect, type TestClient } from "./clients.ts";
import { type Served, serveHttp, World } from "./world.ts";

let world: World;
let served: Served;
let mcp: TestClient;
beforeAll(async () => {
  world = new World();
  served = serveHttp(world);
  mcp = await connect("2025-11-25", served.place);
});
afterAll(async () => {
  await mcp[Symbol.asyncDispose]();
  await served[Symbol.asyncDispose]();
  world[Symbol.dispose]();
});

const FORMS = [
  // Up.
  "..",
  "../outside/secret.txt",
  "../../../../../../etc/passwd",
  "sub/../../outside/secret.txt",
  "sub/../note.txt",
  "./../outside",
  "sub/..",
  ".../outside",
  "..;/outside",
  // From the top.
  "/",
  "/etc/passwd",
  "//etc/passwd",
  "/proc/self/environ",
  "/dev/stdin",
  // By a link.
  "out",
  "out/secret.txt",
  "./out/secret.txt",
  "secret-link",
  "out/",
  // Cut short, doubled, trailing.
  "",
  "sub//note.txt",
  "sub/note.txt/..",
  "sub/note.txt\0",
  "sub/note.txt\0.png",
  "\0",
  "sub/note.txt ",
  " sub/note.txt",
  "sub/note.txt\n",
  // Encoded once and twice.
  "%2e%2e/outside/secret.txt",
  "..%2foutside%2fsecret.txt",
  "%252e%252e%252foutside",
  "..%c0%afoutside",
  "%2fetc%2fpasswd",
  "\\u002e\\u002e/outside",
  // Signs that look like dots and slashes, or become them in other forms of Unicode.
  "\u2025/outside/secret.txt",
  "\uff0e\uff0e/outside/secret.txt",
  "\u2024\u2024/outside",
  "..\u2215outside/secret.txt",
  "..\u2044outside",
  "..\uff0foutside",
  "\u202e../outside",
  "\ufeff/etc/passwd",
  "\ud800/outside",
  // Addresses.
  "file:///etc/passwd",
  "file://localhost/etc/passwd",
  "file:etc/passwd",
  "http://127.0.0.1/etc/passwd",
  // Windows.
  "..\\outside\\secret.txt",
  "C:\\Windows\\win.ini",
  "C:/Windows/win.ini",
  "C:secret.txt",
  "\\\\server\\share",
  "//server/share",
  "\\\\?\\C:\\Windows",
  "sub\\note.txt",
  "note.txt::$DATA",
  "NUL",
  // What a shell would make of it.
  "~",
  "~root/.ssh/id_rsa",
  "~/outside",
  "$HOME/outside",
  "$(cat /etc/passwd)",
  "{.,..}/outside",
  "su*/note.txt",
  // Too long.
  "a/".repeat(3_000),
  "a".repeat(4_096),
];

const TOOLS: readonly (readonly [string, (path: string) => Record<string, unknown>])[] = [
  ["scan-directory", (path) => ({ root: "files", paths: [path] })],
  ["scan-directory", (path) => ({ root: "files", paths: ["sub", path] })],
  ["rule-explain", (path) => ({ rule: "any_marker", root: "files", path })],
  ["function-discovery", (path) => ({ root: "files", path })],
];

for (const [at, [name, args]] of TOOLS.entries()) {
  describe(`${name} (${at})`, () => {
    for (const form of FORMS) {
      test(JSON.stringify(form).slice(0, 60), async () => {
        const { isError, text } = await mcp.call(name, args(form));
        expect(isError).toBe(true);
        // What the schema refuses is no path at all.
        if (!text.startsWith("Input validation error"))
          expect(text).toContain("no such path below the root files");
        expect(text).not.toContain("nobody may see");
        expect(text).not.toContain(world.folder.path);
      });
    }

    test("paths below the root are not", async () => {
      for (const form of name === "rule-explain" ? ["sub/note.txt", "./sub/note.txt"] : [".", "sub", "sub/"])
        expect(await mcp.call(name, args(form))).toMatchObject({ isError: false });
    });
  });
}

test("a root that is none, and one by a path, are refused", async () => {
  for (const root of ["", "..", "/", "files/..", "files/", world.folder.at("outside"), "FILES", "file:///"]) {
    const { isError, text } = await mcp.call("scan-directory", { root });
    expect([root, isError]).toEqual([root, true]);
    expect(text).not.toContain("outside/secret");
  }
});

test("without roots the tools say how to name one", async () => {
  using bare = new World();
  const place = bare.program();
  if (!("command" in place)) throw new Error("it is no program");
  const args = place.args.filter((word, at) => word !== "--root" && place.args[at - 1] !== "--root");
  await using other = await connect("2026-07-28", { ...place, args });
  for (const [name, asked] of [
    ["scan-directory", {}],
    ["scan-directory", { root: "files" }],
    ["function-discovery", {}],
    ["rule-explain", { rule: "any_marker", root: "files", path: "x" }],
  ] as const) {
    const { isError, text } = await other.call(name, asked);
    expect(isError).toBe(true);
    expect(text).toContain("--root NAME=DIR");
  }
});
