/** The frames over real pipes, with the compiled program and this machine's noise. */
import { describe, expect, test } from "bun:test";
import {
  encodeFrame,
  FRAME,
  type Frame,
  FrameReader,
  jsonBody,
  parseJsonBody,
} from "../../src/faces/stdio/frames.ts";
import { outputOf, requireBuiltProgram } from "../support/built-program.ts";
import { runProcess } from "../support/run-process.ts";

function start(stdin: "pipe" | "ignore" = "pipe") {
  const child = Bun.spawn([requireBuiltProgram(), "serve-stdio", "--sources", "fast", "--uncalibrated"], {
    stdin,
    stdout: "pipe",
    stderr: "pipe",
    env: {},
  });
  return { child, answers: frames(child.stdout) };
}

async function* frames(stream: ReadableStream<Uint8Array>): AsyncGenerator<Frame, undefined> {
  const reader = new FrameReader();
  for await (const piece of stream) yield* reader.push(piece);
}

/** The next frame that is no event. */
async function next(answers: AsyncGenerator<Frame, undefined>): Promise<Frame | undefined> {
  for (;;) {
    const { value } = await answers.next();
    if (value?.kind !== FRAME.event) return value;
  }
}

function wantBytes(id: number, length: number, mode: number): Uint8Array {
  const body = new Uint8Array(5);
  new DataView(body.buffer).setUint32(0, length, true);
  body[4] = mode;
  return encodeFrame({ kind: FRAME.wantBytes, id, body });
}

function say(child: ReturnType<typeof start>["child"], ...said: Uint8Array[]): void {
  const stdin = child.stdin as Bun.FileSink;
  for (const frame of said) stdin.write(frame);
  stdin.flush();
}

describe("serve-stdio", () => {
  test("greets, answers, and ends with its input: exit 0, nothing on stderr", async () => {
    const { child, answers } = start();
    expect((await next(answers))?.kind).toBe(FRAME.hello);
    say(child, wantBytes(1, 100, 0));
    expect((await next(answers))?.body.length).toBe(100);
    say(child, wantBytes(2, 1 << 20, 1));
    expect((await next(answers))?.body.length).toBe(1 << 20);
    say(child, encodeFrame({ kind: FRAME.call, id: 3, body: jsonBody({ method: "healthReport" }) }));
    expect(parseJsonBody((await next(answers))!.body)).toMatchObject({ schema: 1, healthy: true });
    (child.stdin as Bun.FileSink).end();
    expect(await next(answers)).toBeUndefined();
    expect([await child.exited, await new Response(child.stderr).text()]).toEqual([0, ""]);
  });

  test("the end of its input ends it in the middle of work", async () => {
    const { child, answers } = start();
    await next(answers);
    say(child, wantBytes(1, 1 << 20, 0), wantBytes(2, 1 << 20, 0));
    (child.stdin as Bun.FileSink).end();
    expect(await child.exited).toBe(0);
  });

  test("without input it greets and ends", async () => {
    const { child, answers } = start("ignore");
    expect((await next(answers))?.kind).toBe(FRAME.hello);
    expect(await child.exited).toBe(0);
  });

  test("a malformed frame: an error, exit 2", async () => {
    const { child, answers } = start();
    await next(answers);
    say(child, new Uint8Array(4));
    expect((await next(answers))?.kind).toBe(FRAME.error);
    expect(await child.exited).toBe(2);
    expect(await new Response(child.stderr).text()).toContain("malformed frame");
  });

  test("SIGTERM ends it: exit 143", async () => {
    const { child, answers } = start();
    await next(answers);
    say(child, wantBytes(1, 1 << 20, 0));
    child.kill("SIGTERM");
    expect(await child.exited).toBe(143);
  });

  test("its help says that it is internal, and no list names it", async () => {
    const text = async (...args: string[]) => Buffer.from(await outputOf(...args)).toString();
    expect(await text("serve-stdio", "--help")).toContain("Internal");
    expect(await text("--help")).not.toContain("serve-stdio");
    const mistaken = await runProcess([requireBuiltProgram(), "serve-stdi"]);
    expect(mistaken.stderr).not.toContain("serve-stdio");
  });
});
