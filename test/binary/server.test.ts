/** The built program as a server: its page, its signals. */
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireBuiltProgram } from "../support/built-program.ts";
import { runProcess } from "../support/run-process.ts";

interface Running {
  readonly child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly url: string;
}

async function start(...args: readonly string[]): Promise<Running> {
  const child = Bun.spawn([requireBuiltProgram(), "server", "--uncalibrated", ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: {},
  });
  const reader = child.stdout.getReader();
  let said = "";
  while (!said.includes("\n")) {
    const piece = await reader.read();
    if (piece.done) throw new Error(`it ended: ${await new Response(child.stderr).text()}`);
    said += Buffer.from(piece.value).toString();
  }
  return { child, url: said.replace(/^listening on |\n$/g, "") };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal}: who waits for entropy is refused, streams end, exit 0`, async () => {
    const { child, url } = await start("--port", "0", "--max-wait", "60");
    const stream = await fetch(`${url}/api/v1/stream`);
    const reader = stream.body!.getReader();
    await reader.read();
    // Sixteen times what the pool keeps ready: it is still waited for when the signal comes.
    const answer = fetch(`${url}/api/v1/bytes?n=1048576`);
    const waiting = async () => (await fetch(`${url}/metrics`)).text();
    while (!/waiting_requests 1\n/.test(await waiting()));
    child.kill(signal);
    const refused = await answer;
    expect(refused.status).toBe(503);
    expect(await refused.json()).toEqual({ success: false, error: "the server is stopping" });
    while (!(await reader.read()).done);
    expect(await child.exited).toBe(0);
    // It may have warned of a seed from few families.
    const said = await new Response(child.stderr).text();
    expect(said.split("\n").filter((line) => !line.startsWith("[warn] "))).toEqual([""]);
  });
}

test("the page comes with its files, their headers and nothing from elsewhere", async () => {
  const { child, url } = await start("--port", "0", "--mode", "drbg");
  const page = await fetch(url);
  const html = await page.text();
  expect(page.headers.get("content-type")).toStartWith("text/html");
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]!);
  expect(files.length).toBeGreaterThanOrEqual(2);
  for (const response of [page, ...(await Promise.all(files.map((file) => fetch(url + file))))]) {
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  }
  const head = await fetch(url, { method: "HEAD" });
  expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(html)));
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  const numbers = await fetch(`${url}/?length=2&type=hex16&size=4`);
  expect(await numbers.json()).toMatchObject({ success: true, type: "hex16", length: "2" });
  expect((await fetch(url, { method: "POST" })).status).toBe(405);
  child.kill();
  expect(await child.exited).toBe(0);
});

test("a Unix socket is gone when the program is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  const unix = join(folder, "s");
  const { child, url } = await start("--unix", unix, "--mode", "drbg");
  expect(url).toBe(`unix:${unix}`);
  const bytes = await (await fetch("http://localhost/api/v1/bytes?n=9", { unix })).bytes();
  expect(bytes.length).toBe(9);
  child.kill();
  expect(await child.exited).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("a port in use, and an open door, are errors before anything is served", async () => {
  const { child, url } = await start("--port", "0", "--mode", "drbg");
  const port = new URL(url).port;
  for (const [args, code, message] of [
    [["--port", port], 1, `port ${port} of 127.0.0.1 is in use`],
    [["--host", "0.0.0.0", "--port", "0"], 2, "without a token or TLS"],
  ] as const) {
    const second = await runProcess([requireBuiltProgram(), "server", ...args], { env: {} });
    expect(second.exitCode).toBe(code);
    expect(second.stderr).toContain(message);
    expect(second.stdout).toBe("");
  }
  child.kill();
  await child.exited;
});
