/**
 * `cryptex serve`, killed with SIGKILL in the middle of a scan: what a client has seen of it, as a frame or on a page, stands in the journal
 * afterwards, and the result is that of a scan which was left in peace.
 *
 * The scan cannot be over before it is killed: it does not come past a file on which a rule has work for years.
 */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { createParser } from "eventsource-parser";
import { WorkFolder } from "../support/program.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

const RULES = `
rule mark : house { meta: level = 3 strings: $a = "mark" condition: $a }
rule same : house { strings: $a = "mark" $b = /n[0-9]+/ condition: all of them }
rule broken { condition: nothing }
rule years { condition: for any i in (0..filesize) : (for any j in (0..filesize) : (uint8(j) == 1)) }
`;
const FILES = 900;
/** Behind all others. What is scanned with it in one go is not given out before it. */
const BARRIER = "root/z";
/** Match frames of which there are as many before the barrier for certain. */
const KILLED_AT = [1, 400, 1_000];

function workFolder(): WorkFolder {
  const folder = new WorkFolder({ "rules/house.yar": RULES, [BARRIER]: new Uint8Array(2 ** 20) });
  for (let i = 0; i < FILES; i++)
    folder.write(`root/f${String(i).padStart(4, "0")}`, i % 3 === 0 ? "hay" : `a mark n${i}`);
  return folder;
}

interface Program extends AsyncDisposable {
  readonly url: string;
  kill(): void;
}

async function serve(folder: WorkFolder): Promise<Program> {
  const flags = [
    "--port",
    "0",
    "--rules",
    "rules",
    "--root",
    "files=root",
    "--store",
    "store.db",
    "--threads",
    "2",
  ];
  const child = Bun.spawn([process.execPath, MAIN, "serve", ...flags], {
    cwd: folder.path,
    env: { PATH: process.env["PATH"], HOME: folder.at("home"), XDG_CACHE_HOME: folder.at("home/cache") },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const kill = () => child.kill("SIGKILL");
  let said = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += piece;
    const [, url] = /listening on (\S+)\n/.exec(said) ?? [];
    if (url === undefined) continue;
    return {
      url,
      kill,
      async [Symbol.asyncDispose]() {
        kill();
        await child.exited;
      },
    };
  }
  throw new Error("serve has ended before it listened");
}

interface Frame {
  readonly seq: number;
  readonly type: string;
}

/** Frames that clients have seen, as texts, over all connections. */
class Seen {
  readonly texts = new Map<number, string>();
  matches = 0;
  last = 0;
  isDone = false;

  take(text: string): void {
    const { seq, type }: Frame = JSON.parse(text);
    expect(type).not.toBe("lost");
    if (type === "hello") return;
    // By whatever way, before and after a kill: the same.
    expect(this.texts.get(seq) ?? text).toBe(text);
    if (!this.texts.has(seq) && type === "match") this.matches += 1;
    this.texts.set(seq, text);
    this.last = Math.max(this.last, seq);
    this.isDone ||= type === "scan" && text.includes('"state":"done"');
  }
}

/** Listens until the connection ends, or `until` says so. */
async function bySocket(url: string, query: string, seen: Seen, until: () => boolean): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/events?${query}`);
  await new Promise<void>((resolve, reject) => {
    socket.onclose = () => resolve();
    socket.onerror = () => resolve();
    socket.onmessage = ({ data }) => {
      try {
        seen.take(data);
        if (until()) socket.terminate();
      } catch (error) {
        reject(error);
      }
    };
  });
}

async function byStream(url: string, query: string, seen: Seen): Promise<void> {
  const parser = createParser({ onEvent: ({ data }) => seen.take(data) });
  const response = await fetch(`${url}/events?${query}`);
  const text = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  for (;;) {
    // The connection is cut by the kill.
    const piece = await text.next().catch(() => undefined);
    if (!piece || piece.done) return;
    parser.feed(piece.value);
  }
}

async function order(url: string): Promise<string> {
  const body = { root: "files", paths: ["."], options: { timeoutMs: 0, listClean: true } };
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/scans`, { method: "POST", headers, body: JSON.stringify(body) });
  return ((await response.json()) as { id: string }).id;
}

/** Lines of a scan, page by page, and its record. */
async function journalOf(
  url: string,
  scan: string,
): Promise<{ lines: string[]; record: Record<string, unknown> }> {
  const lines: string[] = [];
  for (let after = "0"; ; ) {
    const page = await fetch(`${url}/scans/${scan}/results?limit=500&after=${after}`);
    const text = await page.text();
    if (text === "") break;
    lines.push(...text.trimEnd().split("\n"));
    after = page.headers.get("cryptex-next")!;
  }
  return { lines, record: (await (await fetch(`${url}/scans/${scan}`)).json()) as Record<string, unknown> };
}

/** A line without what differs from scan to scan. */
function content(text: string): unknown {
  const { seq: _, time: __, scan: ___, ...line } = JSON.parse(text);
  return line;
}

test("every frame and every line of a page that was seen before stays as it was, and the scan goes on to the same end", async () => {
  using folder = workFolder();
  const seen = new Seen();
  let scan = "";
  for (const [start, matches] of KILLED_AT.entries()) {
    await using program = await serve(folder);
    const { url } = program;
    if (start === 0) scan = await order(url);
    const query = `scan=${scan}&after=${seen.last}`;
    const stream = byStream(url, query, seen);
    if (start > 0) for (const line of (await journalOf(url, scan)).lines) seen.take(line);
    await bySocket(url, query, seen, () => {
      if (seen.matches >= matches) program.kill();
      return false;
    });
    await stream;
    expect(seen.matches).toBeGreaterThanOrEqual(matches);
  }

  writeFileSync(folder.at(BARRIER), "a mark n0");
  await using program = await serve(folder);
  const { url } = program;
  await bySocket(url, `scan=${scan}&after=${seen.last}`, seen, () => seen.isDone);
  const { lines, record } = await journalOf(url, scan);
  expect(lines).toEqual([...seen.texts].sort(([a], [b]) => a - b).map(([, text]) => text));

  const other = await order(url);
  const peaceful = new Seen();
  await bySocket(url, `scan=${other}&after=0`, peaceful, () => peaceful.isDone);
  const whole = await journalOf(url, other);
  expect(lines.filter(isOfResult).map(content)).toEqual(whole.lines.filter(isOfResult).map(content));
  expect(record).toMatchObject({ state: "done", end: whole.record["end"], start: whole.record["start"] });
  expect(whole.record["end"]).toMatchObject({ scanned: FILES + 1, matched: 601, matches: 1_202, clean: 300 });
});

/** Changes of the scan's state are as many as there were starts. */
function isOfResult(text: string): boolean {
  return (JSON.parse(text) as Frame).type !== "scan";
}
