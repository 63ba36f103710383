/** Jobs and results as messages, the file of context, and trying again: without a server. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { readContext } from "#kit/fleet/context.ts";
import { inProcesses } from "#kit/fleet/executor.ts";
import { FleetError } from "#kit/fleet/fleet-error.ts";
import { jobMessage, MOST_JOB_BYTES, makeJob, readJobMessage } from "#kit/fleet/job.ts";
import { makeResult, readResult } from "#kit/fleet/result.ts";
import { untilDeadline } from "#kit/fleet/retry.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const LATER_MS = 4_102_444_800_000;

describe("a job", () => {
  test("has the SHA-256 of its canonical text as its id, whatever the order and the deadline", () => {
    const job = makeJob({ kind: "sum", b: 1, a: [2] }, LATER_MS);
    expect(job.text).toBe('{"a":[2],"b":1,"kind":"sum"}');
    expect(job.id).toBe(new Bun.CryptoHasher("sha256").update(job.text).digest("hex"));
    expect(makeJob({ a: [2], kind: "sum", b: 1 }, LATER_MS + 1).id).toBe(job.id);
    expect(makeJob({ a: [2], kind: "sum", b: 2 }, LATER_MS).id).not.toBe(job.id);
  });

  test("is read as it was written", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
        (members) => {
          fc.pre(
            Object.entries(members)
              .flat()
              .every((each) => typeof each !== "string" || each.isWellFormed()),
          );
          const job = makeJob({ ...members, kind: "any" }, LATER_MS);
          expect(readJobMessage(Buffer.from(jobMessage(job)))).toEqual(job);
        },
      ),
      { seed: 1 },
    );
  });

  test("may have 512 KiB, and not a byte more", () => {
    const rest = makeJob({ kind: "x", data: "" }, LATER_MS).text.length;
    const data = "d".repeat(MOST_JOB_BYTES - rest);
    expect(makeJob({ kind: "x", data }, LATER_MS).text).toHaveLength(MOST_JOB_BYTES);
    expect(() => makeJob({ kind: "x", data: `${data}d` }, LATER_MS)).toThrow(
      "a job has 524289 bytes, and may have 524288",
    );
  });

  test("is refused in words where it has no one form or no kind", () => {
    for (const [body, said] of [
      [{ kind: "x", half: 0.5 }, "0.5 is no integer"],
      [{ kind: "a.b" }, "a word of lower-case letters"],
      [{ kind: "x", text: "\ud800" }, "half of a surrogate pair"],
    ] as const) {
      expect(() => makeJob(body, LATER_MS)).toThrow(said);
      expect(() => makeJob(body, LATER_MS)).toThrow(FleetError);
    }
  });
});

describe("a result", () => {
  const result = makeResult({
    job: "ab",
    outcome: "done",
    value: '{"p":0.5}',
    attempts: 1,
    node: "n",
    nodeMs: 5,
  });

  test("is read as it was written", () => {
    expect(readResult("ab", Buffer.from(JSON.stringify(result)))).toEqual(result);
  });

  test("that was changed, or belongs to another job, is none", () => {
    const changes = [
      { value: "other" },
      { outcome: "fine" },
      { attempts: -1 },
      { nodeMs: 1.5 },
      { node: 5 },
      { job: "cd" },
      { digest: "00" },
    ];
    for (const change of changes) {
      const text = JSON.stringify({ ...result, ...change });
      expect(() => readResult("ab", Buffer.from(text)), text).toThrow(
        "what is kept as the result of job ab is none",
      );
    }
    for (const text of ["", "null", "[]", "{"])
      expect(() => readResult("ab", Buffer.from(text))).toThrow(FleetError);
  });
});

describe("a context", () => {
  const warn = () => {};

  test("of addresses needs TLS beyond this machine, and holds no password", () => {
    expect(readContext("nats://127.0.0.1", warn).servers).toEqual(["nats://127.0.0.1:4222"]);
    expect(readContext("nats://[::1]:5", warn).tls).toBeUndefined();
    expect(readContext("tls://a:1, tls://b", warn)).toEqual({
      servers: ["tls://a:1", "tls://b:4222"],
      tls: {},
      inbox: undefined,
      node: undefined,
    });
    for (const [given, said] of [
      ["nats://10.0.0.1", "would be spoken to in the clear"],
      ["nats://127.0.0.1.example", "would be spoken to in the clear"],
      ["tls://me:secret@host", "the address of host holds a name or a password"],
      ["https://host", "is no address of a server"],
    ] as const) {
      expect(() => readContext(given, warn)).toThrow(said);
    }
  });

  test("from a file names what is wrong with it", () => {
    using folder = temporaryFolder("context");
    const path = `${folder.path}/c.json`;
    for (const [text, said] of [
      ["{", "it is no JSON"],
      ["[]", "it is no JSON object"],
      ["{}", '"servers" is missing'],
      ['{"servers":"tls://a","user":"x"}', '"user" is not known'],
      ['{"servers":[5]}', '"servers" is no text, and no list of texts'],
      ['{"servers":"tls://a","cert":"c.pem"}', '"cert" and "key" go together'],
      ['{"servers":"tls://a","ca":["a","b"]}', '"ca" is one path'],
      ['{"servers":"tls://a","ca":"none.pem"}', "it does not exist"],
      ['{"servers":"nats://10.1.1.1"}', "in the clear"],
    ] as const) {
      writeFileSync(path, text);
      expect(() => readContext(path, warn), text).toThrow(said);
    }
  });
});

describe("trying again", () => {
  const signal = new AbortController().signal;
  const quick = { firstMs: 1, mostMs: 2, signal };

  test("ends with the first success, and says each new reason once", async () => {
    const reasons = ["no", "no", "never", "never"];
    const said: string[] = [];
    const attempt = async () => {
      const reason = reasons.shift();
      if (reason) throw new Error(reason);
      return "yes";
    };
    const say = (text: string) => void said.push(text);
    expect(await untilDeadline("it", attempt, { ...quick, deadlineMs: LATER_MS, say })).toBe("yes");
    expect(said).toEqual([
      "it is not taken yet: no; it is tried again",
      "it is not taken yet: never; it is tried again",
    ]);
  });

  test("ends at the deadline, with the reason; and at once where the signal or the kind of error says so", async () => {
    let count = 0;
    const failing = async () => {
      count++;
      throw Object.assign(new Error("timed out"), { name: "TimeoutError" });
    };
    const late = untilDeadline("it", failing, { ...quick, deadlineMs: Date.now() - 1 });
    await expect(late).rejects.toThrow("it was not taken before its deadline: no answer in time");
    expect(count).toBe(1);
    for (const name of ["PermissionViolationError", "ClosedConnectionError"]) {
      let tries = 0;
      const final = async () => {
        tries++;
        throw Object.assign(new Error(name), { name });
      };
      await expect(untilDeadline("it", final, { ...quick, deadlineMs: LATER_MS })).rejects.toThrow(name);
      expect(tries).toBe(1);
    }
    const gone = AbortSignal.abort(new Error("stop"));
    await expect(untilDeadline("it", failing, { deadlineMs: LATER_MS, signal: gone })).rejects.toThrow(
      "stop",
    );
  });
});

describe("a process for a job", () => {
  const job = makeJob({ kind: "x" }, LATER_MS);
  const tools = { signal: new AbortController().signal, progress: () => {} };
  const sh = (script: string) => inProcesses(["/bin/sh", "-c", script])(job, tools);

  test("reads the job and writes the answer", async () => {
    expect(await sh("cat")).toBe('{"kind":"x"}');
  });

  test("refuses with exit code 2; fails with another, or by a signal", async () => {
    await expect(sh("echo no such data >&2; exit 2")).rejects.toMatchObject({
      code: "job",
      message: "no such data",
    });
    await expect(sh("echo oh >&2; exit 3")).rejects.toThrow("its process ended with 3: oh");
    await expect(sh("kill -9 $$")).rejects.toThrow("its process was ended by SIGKILL");
  });

  test("is ended where it writes without end, and where nobody waits", async () => {
    await expect(sh("yes")).rejects.toMatchObject({
      code: "job",
      message: "the answer has more than 524288 bytes",
    });
    const leave = new AbortController();
    const waiting = inProcesses(["/bin/sh", "-c", "exec sleep 1000"])(job, {
      ...tools,
      signal: leave.signal,
    });
    leave.abort(new Error("nobody waits"));
    await expect(waiting).rejects.toThrow("nobody waits");
  });
});
