/** The program `cryptex mcp`: what goes over its streams, and how it ends. */
import { describe, expect, test } from "bun:test";
import { connect } from "./clients.ts";
import { MAIN, World } from "./world.ts";

interface Message {
  readonly id?: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string };
  readonly method?: string;
}

/** The program, with which a test speaks line by line. */
class Program implements AsyncDisposable {
  readonly child;
  readonly #lines: AsyncIterator<string>;

  constructor(world: World, ...args: readonly string[]) {
    const place = world.program(...args);
    if (!("command" in place)) throw new Error("it is no program");
    const { command, args: words, cwd, env } = place;
    this.child = Bun.spawn([command, ...words], { cwd, env, stdin: "pipe", stdout: "pipe", stderr: "pipe" });
    this.#lines = linesOf(this.child.stdout);
  }

  /** Sends lines. */
  async send(...lines: readonly (string | object)[]): Promise<void> {
    for (const line of lines)
      this.child.stdin.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
    await this.child.stdin.flush();
  }

  async begin(): Promise<void> {
    await this.send(INITIALIZE, { jsonrpc: "2.0", method: "notifications/initialized" });
    expect(await this.next()).toMatchObject({ id: 0, result: { protocolVersion: "2025-11-25" } });
  }

  /** Returns the next message; undefined at the end. */
  async next(): Promise<Message | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.exited;
  }
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } },
};
const LOOK_UP = { name: "cryptex-lookup", arguments: { codename: "Lamp-Open" } };
const call = (id: unknown, params: object = LOOK_UP) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params,
});

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let open = "";
  for await (const piece of stream) {
    const parts = (open + decoder.decode(piece, { stream: true })).split("\n");
    open = parts.pop()!;
    yield* parts;
  }
  if (open !== "") yield open;
}

describe("its input", () => {
  test("lines that are no messages get an error, and the next ones are answered", async () => {
    using world = new World();
    await using program = new Program(world);
    await program.begin();
    const wrong = [
      ["garbage", null, -32700],
      ["{", null, -32700],
      ["[".repeat(100_000), null, -32700],
      ["[]", null, -32600],
      ["17", null, -32600],
      ['{"id":4}', 4, -32600],
      ['{"jsonrpc":"1.0","id":"a","method":"ping"}', "a", -32600],
      [`"${"x".repeat(5 * 2 ** 20)}"`, null, -32600],
      ["\u0000", null, -32700],
    ] as const;
    for (const [line, id, code] of wrong) {
      await program.send(line, "", "   ", call("next"));
      expect(await program.next()).toMatchObject({ id, error: { code } });
      expect(await program.next()).toMatchObject({ id: "next", result: { structuredContent: { total: 1 } } });
    }
    const tooLong = JSON.stringify(
      call(1, { name: "rule-validate", arguments: { text: "x".repeat(5 * 2 ** 20) } }),
    );
    await program.send(tooLong, call("next"));
    expect(await program.next()).toMatchObject({
      error: { message: expect.stringContaining("4194304 bytes") },
    });
    expect(await program.next()).toMatchObject({ id: "next" });
  });

  test("what was asked before it ended is answered, and then the program ends", async () => {
    using world = new World();
    await using program = new Program(world);
    await program.send(INITIALIZE, call(1), call(2, { name: "list-rules", arguments: { limit: 1 } }));
    await program.child.stdin.end();
    const ids = [];
    for (let message = await program.next(); message; message = await program.next()) ids.push(message.id);
    expect(ids.sort()).toEqual([0, 1, 2]);
    expect(await program.child.exited).toBe(0);
    expect(await new Response(program.child.stderr).text()).toBe("");
  });

  test("nothing at all: it ends, too", async () => {
    using world = new World();
    await using program = new Program(world);
    await program.child.stdin.end();
    expect(await program.next()).toBeUndefined();
    expect(await program.child.exited).toBe(0);
  });
});

describe("its end", () => {
  for (const [signal, code] of [
    ["SIGTERM", 0],
    ["SIGINT", 0],
    ["SIGHUP", 129],
  ] as const) {
    test(`by ${signal}`, async () => {
      using world = new World();
      await using program = new Program(world);
      await program.begin();
      program.child.kill(signal);
      expect(await program.next()).toBeUndefined();
      expect(await program.child.exited).toBe(code);
    });
  }

  test("when nobody reads its answers any more", async () => {
    using world = new World();
    const place = world.program();
    if (!("command" in place)) throw new Error("it is no program");
    const { command, args, cwd, env } = place;
    // The reader ends with the first line, the input stays open.
    const shell = ["sh", "-c", '"$0" "$@" | head -n 1', command, ...args];
    const child = Bun.spawn(shell, { cwd, env, stdin: "pipe", stdout: "pipe", stderr: "pipe" });
    const say = async (message: object) => {
      child.stdin.write(`${JSON.stringify(message)}\n`);
      await child.stdin.flush();
    };
    await say(INITIALIZE);
    const { value } = await linesOf(child.stdout).next();
    expect(JSON.parse(value!)).toMatchObject({ id: 0 });
    await say(call(1));
    expect(await child.exited).toBe(0);
    expect(await new Response(child.stderr).text()).toBe("");
    await child.stdin.end();
  });
});

describe("its streams", () => {
  test("stdout has messages of the protocol alone, stderr the talk", async () => {
    using world = new World();
    world.folder.write("rules/more.yar", "rule again { condition: true }");
    await using program = new Program(world);
    await program.begin();
    await program.send(call(1, { name: "list-rules", arguments: {} }));
    expect(await program.next()).toMatchObject({ id: 1 });
    world.folder.write("rules/more.yar", "rule changed { condition: true } rule { broken");
    await program.send(call(2, { name: "list-rules", arguments: {} }));
    await program.child.stdin.end();
    for (let message = await program.next(); message; message = await program.next())
      expect(message).toMatchObject({ jsonrpc: "2.0" });
  });

  test("wrong flags are told on stderr, and the exit code is that of wrong use", async () => {
    using world = new World();
    for (const flags of [
      ["--root", "files"],
      ["--root", "=x"],
      ["--allow-writes"],
      ["--root", "a/b=files"],
    ]) {
      await using program = new Program(world, ...flags);
      expect(await program.next()).toBeUndefined();
      expect(await program.child.exited).not.toBe(0);
      expect(await new Response(program.child.stderr).text()).toContain("cryptex: error: ");
    }
  });
});

test("write tools are there with --allow-write, under the name that --by gives", async () => {
  using world = new World();
  await using mcp = await connect("2025-11-25", world.program("--allow-write"));
  expect(await mcp.call("cryptex-annotate", { codename: "Lamp-Open", note: "seen" })).toMatchObject({
    isError: false,
  });
  const { contents } = await mcp.client.readResource({ uri: "cryptex://Lamp-Open" });
  expect(JSON.parse((contents[0] as { text: string }).text).provenance.changed_by).toBe("tester");
});

test("other commands load nothing of the protocol", async () => {
  using world = new World();
  const loaded = async (...args: readonly string[]) => {
    const script = `
      process.argv = ["bun", "main.ts", ...${JSON.stringify(args)}];
      process.on("exit", () => console.error(Object.keys(require.cache).filter((path) => path.includes("modelcontextprotocol")).length));
      await import(${JSON.stringify(MAIN)});`;
    const child = Bun.spawn([process.execPath, "-e", script], {
      cwd: world.folder.path,
      env: world.env,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    return Number((await new Response(child.stderr).text()).trim().split("\n").at(-1));
  };
  expect(await loaded("scan", "files/clean.txt", "--rules", "rules")).toBe(0);
  expect(await loaded("mcp", "--help")).toBe(0);
  expect(await loaded("mcp", "--rules", "rules")).toBeGreaterThan(0);
});
