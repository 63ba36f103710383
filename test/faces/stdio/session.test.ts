import { describe, expect, test } from "bun:test";
import { InsufficientEntropyError, UsageError } from "../../../src/errors.ts";
import { encodeFrame, FRAME } from "../../../src/faces/stdio/frames.ts";
import { MAX_REQUESTS, type Service, Session } from "../../../src/faces/stdio/session.ts";
import { FrameClient } from "../../support/frame-client.ts";
import { rejectionOf } from "../../support/rejection.ts";

const calm: Service = {
  pool: { epoch: 0, bytes: async (length) => new Uint8Array(length).fill(7) },
  call: async (method, params) => ({ method, params }),
  test: async (data) => ({ tested: data.length }),
};

/** A service that answers when it is told to. */
class Patient implements Service {
  readonly epoch = 0;
  readonly pool = this;
  readonly signals: AbortSignal[] = [];
  readonly #answers: ((bytes: Uint8Array) => void)[] = [];
  #asked: (() => void) | undefined;

  bytes(length: number, _: string, signal: AbortSignal): Promise<Uint8Array> {
    this.signals.push(signal);
    return new Promise((resolve) => {
      this.#answers.push(() => resolve(new Uint8Array(length).fill(7)));
      this.#asked?.();
    });
  }

  call = calm.call;
  test = calm.test;

  /** Resolves when this many requests have come in. */
  async asked(count: number): Promise<void> {
    while (this.#answers.length < count) {
      await new Promise<void>((resolve) => {
        this.#asked = resolve;
      });
    }
  }

  answer(index: number): void {
    this.#answers[index]?.(new Uint8Array(0));
  }
}

function started(service: Service = calm, signal = new AbortController().signal) {
  const client = new FrameClient();
  const session = new Session(service, client.channel, signal);
  return { client, session, ended: session.run("1.2.3") };
}

async function greeted(service?: Service, signal?: AbortSignal) {
  const all = started(service, signal);
  const hello = await all.client.hearJson();
  expect(hello).toEqual({ kind: FRAME.hello, id: 0, value: { protocol: 1, version: "1.2.3", mode: "full" } });
  return all;
}

describe("Session", () => {
  test("answers each kind of request, then ends with its client", async () => {
    const { client, ended } = await greeted();
    client.wantBytes(1, 3);
    expect(await client.hear()).toEqual({ kind: FRAME.bytes, id: 1, body: Uint8Array.of(7, 7, 7) });
    client.call(2 ** 32 - 1, "sing", { loud: true });
    const answer = { kind: FRAME.json, id: 2 ** 32 - 1, value: { method: "sing", params: { loud: true } } };
    expect(await client.hearJson()).toEqual(answer);
    client.call(3, "sing");
    expect((await client.hearJson()).value).toEqual({ method: "sing", params: {} });
    client.say(FRAME.test, 4, Uint8Array.of(0, 1, 2));
    expect((await client.hearJson()).value).toEqual({ tested: 2 });
    client.end();
    await ended;
  });

  test("answers in the order in which answers are ready", async () => {
    const service = new Patient();
    const { client, ended } = await greeted(service);
    for (const id of [1, 2, 3]) client.wantBytes(id, id);
    await service.asked(3);
    for (const index of [2, 0, 1]) {
      service.answer(index);
      expect((await client.hear()).id).toBe(index + 1);
    }
    client.end();
    await ended;
  });

  test("a failing request is answered by its error, and the next one works", async () => {
    const short = new InsufficientEntropyError("nothing came", ["wait"]);
    let failure: Error | undefined = short;
    const { client } = await greeted({
      ...calm,
      pool: {
        epoch: 0,
        bytes: async (length) => {
          if (failure) throw failure;
          return new Uint8Array(length);
        },
      },
    });
    client.wantBytes(1, 8);
    const code = "insufficient-entropy";
    expect(await client.hearJson()).toEqual({
      kind: FRAME.error,
      id: 1,
      value: { code, message: "nothing came", hints: ["wait"] },
    });
    failure = new TypeError("a bug");
    client.wantBytes(2, 8);
    expect((await client.hearJson()).value).toEqual({ code: "internal", message: "a bug", hints: [] });
    failure = undefined;
    client.wantBytes(3, 8);
    expect((await client.hear()).kind).toBe(FRAME.bytes);
    client.end();
  });

  test("values out of range are refused, one request at a time", async () => {
    const { client, ended } = await greeted();
    client.wantBytes(1, 0);
    client.wantBytes(2, (1 << 20) + 1);
    client.wantBytes(3, 1, 2);
    client.say(FRAME.test, 4, Uint8Array.of(1, 1));
    client.say(FRAME.test, 5, new Uint8Array((1 << 20) + 2));
    client.wantBytes(0, 1);
    const refused = [];
    for (let i = 0; i < 6; i++) {
      const { kind, id, value } = await client.hearJson();
      expect([kind, value["code"]]).toEqual([FRAME.error, "usage"]);
      refused.push(id);
    }
    expect(refused.sort()).toEqual([0, 1, 2, 3, 4, 5]);
    client.wantBytes(6, 1 << 20);
    expect((await client.hear()).body.length).toBe(1 << 20);
    client.end();
    await ended;
  });

  const malformed: [string, Uint8Array][] = [
    ["a length of 4", Uint8Array.of(4, 0, 0, 0)],
    ["an unknown kind", encodeFrame({ kind: 77, id: 1, body: new Uint8Array(0) })],
    ["a kind of the program's", encodeFrame({ kind: FRAME.bytes, id: 1, body: new Uint8Array(9) })],
    ["a request for bytes cut short", encodeFrame({ kind: FRAME.wantBytes, id: 1, body: new Uint8Array(4) })],
    ["a test without suite", encodeFrame({ kind: FRAME.test, id: 1, body: new Uint8Array(0) })],
    ["a cancellation with a body", encodeFrame({ kind: FRAME.cancel, id: 1, body: new Uint8Array(1) })],
    ...["", "{", "[]", "null", '{"method":1}', '{"method":"a","params":[]}'].map(
      (text): [string, Uint8Array] => [
        `the call '${text}'`,
        encodeFrame({ kind: FRAME.call, id: 1, body: Buffer.from(text) }),
      ],
    ),
  ];
  for (const [name, bytes] of malformed) {
    test(`malformed: ${name}`, async () => {
      const { client, ended } = await greeted();
      client.sayRaw(bytes);
      expect(await rejectionOf(ended)).toBeInstanceOf(UsageError);
      const { kind, id, value } = await client.hearJson();
      expect([kind, id, value["code"]]).toEqual([FRAME.error, 0, "usage"]);
      expect(String(value["message"])).toStartWith("malformed frame: ");
    });
  }

  test("malformed: the end inside a frame", async () => {
    const { client, ended } = await greeted();
    client.sayRaw(Uint8Array.of(9, 0));
    client.end();
    expect((await rejectionOf(ended)).message).toContain("the input ends inside it");
  });

  test("a cancelled request is answered at once, once, and its work is told", async () => {
    const service = new Patient();
    const { client, ended } = await greeted(service);
    client.wantBytes(1, 4);
    client.wantBytes(2, 4);
    await service.asked(2);
    client.say(FRAME.cancel, 1);
    const { kind, id, value } = await client.hearJson();
    expect([kind, id, value["code"]]).toEqual([FRAME.error, 1, "cancelled"]);
    expect(service.signals.map((signal) => signal.aborted)).toEqual([true, false]);
    client.say(FRAME.cancel, 1);
    client.say(FRAME.cancel, 99);
    service.answer(0);
    service.answer(1);
    expect((await client.hear()).id).toBe(2);
    client.end();
    await ended;
  });

  test("an answered request cannot be cancelled", async () => {
    const { client, ended } = await greeted();
    client.wantBytes(1, 4);
    expect((await client.hear()).kind).toBe(FRAME.bytes);
    client.say(FRAME.cancel, 1);
    client.wantBytes(2, 4);
    expect((await client.hear()).id).toBe(2);
    client.end();
    await ended;
  });

  test(`${MAX_REQUESTS} requests may be on their way; work that goes on after a cancellation counts`, async () => {
    const service = new Patient();
    const { client } = await greeted(service);
    for (let id = 1; id <= MAX_REQUESTS; id++) client.wantBytes(id, 4);
    await service.asked(MAX_REQUESTS);
    client.wantBytes(1_000, 4);
    const refused = await client.hearJson();
    expect([refused.id, refused.value["code"]]).toEqual([1_000, "usage"]);
    client.say(FRAME.cancel, 1);
    expect((await client.hearJson()).value["code"]).toBe("cancelled");
    client.wantBytes(1_001, 4);
    expect((await client.hearJson()).value["code"]).toBe("usage");
    service.answer(1);
    expect((await client.hear()).id).toBe(2);
    client.wantBytes(1_002, 4);
    await service.asked(MAX_REQUESTS + 1);
    client.end();
  });

  test("a request id on its way is not taken twice", async () => {
    const service = new Patient();
    const { client } = await greeted(service);
    client.wantBytes(1, 4);
    client.wantBytes(1, 4);
    expect((await client.hearJson()).value["message"]).toBe("request 1 is still pending");
    service.answer(0);
    expect((await client.hear()).kind).toBe(FRAME.bytes);
    client.end();
  });

  test("a client that asks for refusals and does not listen is not read from", async () => {
    const { client, ended } = await greeted();
    let listen: () => void = () => {};
    client.deaf = new Promise((resolve) => {
      listen = resolve;
    });
    for (let i = 0; i < 10; i++) client.wantBytes(0, 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.unread).toBe(9);
    listen();
    for (let i = 0; i < 10; i++) expect((await client.hear()).kind).toBe(FRAME.error);
    client.end();
    await ended;
  });

  test("ending, and being interrupted, tells the work", async () => {
    const service = new Patient();
    const first = await greeted(service);
    first.client.wantBytes(1, 4);
    await service.asked(1);
    first.client.end();
    await first.ended;
    const interrupt = new AbortController();
    const second = await greeted(service, interrupt.signal);
    second.client.wantBytes(1, 4);
    await service.asked(2);
    interrupt.abort(new Error("interrupted"));
    expect((await rejectionOf(second.ended)).message).toBe("interrupted");
    expect(service.signals.map((signal) => signal.aborted)).toEqual([true, true]);
  });

  test("a broken pipe ends it with the reason", async () => {
    const { client, session, ended } = await greeted();
    client.broken = new Error("nobody reads");
    client.wantBytes(1, 4);
    expect((await rejectionOf(ended)).message).toBe("nobody reads");
    session.event({ event: "too late" });
  });

  test("events are told", async () => {
    const { client, session } = await greeted();
    session.event({ event: "source-failed", id: "a", reason: "stuck" });
    const { id, value } = await client.hearJson(FRAME.event);
    expect([id, value]).toEqual([0, { event: "source-failed", id: "a", reason: "stuck" }]);
    client.end();
  });

  test("bytes that were sent, or that nobody wanted any more, are wiped", async () => {
    const made: Uint8Array[] = [];
    const service = new Patient();
    const bytes = service.bytes.bind(service);
    service.bytes = async (...request) => {
      const answer = await bytes(...request);
      made.push(answer);
      return answer;
    };
    const { client, ended } = await greeted(service);
    client.wantBytes(1, 4);
    client.wantBytes(2, 4);
    await service.asked(2);
    client.say(FRAME.cancel, 2);
    await client.hear();
    service.answer(1);
    service.answer(0);
    expect([...(await client.hear()).body]).toEqual([7, 7, 7, 7]);
    client.end();
    await ended;
    expect(made.map((each) => [...each])).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });
});
