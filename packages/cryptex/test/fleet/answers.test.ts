/** Hunts as hosts read them, and answers as whoever hunts reads them, however hostile either is. */
import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import fc from "fast-check";
import { AnswerParts, NOTHING_STANDS, withPart } from "#kit/fleet/answer-parts.ts";
import { makeJob } from "#kit/fleet/job.ts";
import { readNodeNames } from "#kit/fleet/node-names.ts";
import { makeResult, type Result } from "#kit/fleet/result.ts";
import { fleetHere, type Here, LATER_MS } from "../../../../test/support/fleet-here.ts";
import { NatsServer, whyNoNats } from "../../../../test/support/nats-server.ts";
import { NO_ARCHIVES } from "../../src/archives/limits.ts";
import { type Hunt, huntJob, readHunt } from "../../src/fleet/hunt.ts";
import { AnswerLines, huntAnswerText, isLine, readHuntAnswer } from "../../src/fleet/hunt-answer.ts";
import { placeOf } from "../../src/fleet/hunt-worker.ts";
import { watchHunt } from "../../src/fleet/watch-hunt.ts";
import { WorkFolder } from "../support/program.ts";

const why = whyNoNats();
if (why) console.warn(`${why}: answers to hunts`);

const HUNT: Hunt = {
  name: "first",
  ruleSet: "a".repeat(64),
  paths: ["web/upload"],
  exclude: ["*.log"],
  maxSize: 1_000,
  maxDepth: null,
  timeoutMs: 500,
  maxStrings: 3,
  listClean: true,
  archives: NO_ARCHIVES,
};

describe("a hunt", () => {
  test("is read as it was written", () => {
    expect(readHunt(huntJob(HUNT, 1).body)).toEqual(HUNT);
    expect(readHunt(huntJob({ ...HUNT, maxDepth: 2 }, 1).body).maxDepth).toBe(2);
  });

  test("that is none is refused in words", () => {
    const { body } = huntJob(HUNT, 1);
    const { exclude: _, ...lacking } = body;
    for (const [wrong, said] of [
      [{ ...body, form: 2 }, "does not know such a hunt"],
      [{ ...body, kind: "scan" }, "does not know such a hunt"],
      [lacking, 'it has no member "exclude"'],
      [{ ...body, more: 1 }, 'it has a member "more"'],
      [{ ...body, paths: "web" }, '"paths" is no list'],
      [{ ...body, paths: [1] }, '"paths" is no text'],
      [{ ...body, ruleSet: "../x" }, '"ruleSet" is not 64 hexadecimal digits'],
      [{ ...body, archives: [] }, '"archives" is no object'],
      [{ ...body, maxSize: -1 }, '"maxSize" is no count'],
    ] as const) {
      expect(() => readHunt(makeJob(wrong as never, 1).body)).toThrow(said);
    }
  });

  test("leads nowhere out of a host's roots", () => {
    using folder = new WorkFolder({ "web/a/x": "", "secret/y": "" });
    symlinkSync(folder.at("secret"), folder.at("web/link"));
    symlinkSync("a", folder.at("web/near"));
    const roots = new Map([["web", folder.at("web")]]);
    const place = (path: string) => placeOf(path, roots).replace(folder.path, "");
    expect(place("web")).toBe("/web");
    expect(place("web/a/x")).toBe("/web/a/x");
    expect(place("web/near")).toBe("/web/near");
    expect(place("web/none")).toBe("/web/none"); // the scan says that it does not exist
    for (const path of ["web/../secret", "web//a", "web/./a", "web/a\\x"])
      expect(() => place(path)).toThrow("is no path below the root web");
    for (const path of ["web/link", "web/link/y"])
      expect(() => place(path)).toThrow("leads out of the root web");
    for (const path of ["", "/etc", "home"]) expect(() => place(path)).toThrow("this host has no root");
  });

  test("takes names of hosts, one a line", () => {
    using folder = new WorkFolder({ hosts: "a\n  b-1 # mail\r\n\n# none\na\n" });
    expect(readNodeNames(folder.at("hosts"))).toEqual(["a", "b-1"]);
  });
});

describe("lines of an answer", () => {
  test("are the same, however the text is cut", () => {
    const lines = fc.array(fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", "")));
    fc.assert(
      fc.property(lines, fc.array(fc.nat(20)), (all, cuts) => {
        const text = all.map((line) => `${line}\n`).join("");
        const reader = new AnswerLines();
        const read: string[] = [];
        let at = 0;
        for (const cut of [...cuts, text.length]) {
          read.push(...reader.take(text.slice(at, at + cut)));
          at += cut;
        }
        expect(read).toEqual(all);
        expect(reader.isOpen).toBe(false);
      }),
    );
  });

  test("have a type, and no name of a host", () => {
    expect(isLine('{"type":"match","path":"x"}')).toBe(true);
    for (const line of [
      "",
      "{",
      "[]",
      "null",
      '"type"',
      '{"type":1}',
      '{"path":"x"}',
      '{"type":"match","host":"other"}',
    ])
      expect(isLine(line)).toBe(false);
  });

  test("that go on for ever are given up", () => {
    const lines = new AnswerLines();
    const piece = "x".repeat(2 ** 20);
    expect(() => {
      for (let n = 0; n < 20; n++) lines.take(piece);
    }).toThrow("a line of the answer has no end");
  });
});

test("the result of a hunt is read as it was written, and nothing else is", () => {
  const answer = { ...withPart(NOTHING_STANDS, "x"), lines: 1, complete: true };
  expect(readHuntAnswer(huntAnswerText(answer))).toEqual(answer);
  for (const text of ["", "{}", '{"form":1}', huntAnswerText(answer).replace('"form":1', '"form":2')])
    expect(() => readHuntAnswer(text)).toThrow("the answer to a hunt cannot be read");
});

describe.skipIf(why !== undefined)("who follows a hunt", () => {
  const job = huntJob(HUNT, Date.now() + LATER_MS);
  const retry = <T>(_: string, attempt: () => Promise<T>) => attempt();

  async function answer(
    { queue }: Here,
    node: string,
    text: string,
    change: (
      result: Omit<Result, "digest">,
      standing: AnswerParts["standing"],
    ) => Partial<Result> = () => ({}),
  ) {
    const parts = await AnswerParts.open({ queue, job: job.id, node, retry });
    if (text !== "") await parts.add(text, "{}");
    const value = huntAnswerText({ ...parts.standing, lines: 1, complete: true });
    const result = { job: job.id, outcome: "done", value, attempts: 1, node, nodeMs: Date.now() } as const;
    await queue.answer(makeResult({ ...result, ...change(result, parts.standing) }));
  }

  /** Follows until those who are expected have answered, or else what is there. */
  async function watched(here: Here, expected: readonly string[], untilMs = Date.now() + LATER_MS) {
    const lines: Record<string, unknown>[] = [];
    await here.ledger.plan("run", [job]);
    const end = await watchHunt({
      ...here,
      jobs: [job.id],
      expected,
      untilMs,
      signal: new AbortController().signal,
      say: (_, text) => void here.said.push(text),
      write: async (line) => void lines.push(JSON.parse(line)),
      onCount() {},
    });
    return { end, lines };
  }

  test("gets each host's lines under its own name, and nothing that only looks like a line", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, { name: "cryptex-hunts", goesTo: "all" });
    const forged = '{"type":"match","path":"x","host":"b"}\nno line\n{"type":"end","complete":true}\n';
    await answer(here, "a", forged);
    const { end, lines } = await watched(here, ["a"]);
    expect(lines.map(({ type, host, outcome }) => [type, host, outcome])).toEqual([
      ["end", "a", undefined],
      ["answer", "a", "done"],
      ["hunt-end", undefined, undefined],
    ]);
    expect(here.said).toEqual(Array(2).fill("a: a line of its answer is no line of a scan, and is left out"));
    expect(end).toEqual({ answered: 1, incomplete: 0, missing: 0 });
  });

  test("is told of answers that are not whole, and of clocks that are off", async () => {
    await using server = await NatsServer.start();
    await using here = await fleetHere(server.url, { name: "cryptex-hunts", goesTo: "all" });
    await answer(here, "lost", "x\n", (_, standing) => ({
      value: huntAnswerText({ ...standing, parts: 2, lines: 1, complete: true }),
    }));
    await answer(here, "open", '{"type":"end"');
    await answer(here, "odd", "", () => ({ value: "{}" }));
    await answer(here, "given-up", "", () => ({ outcome: "gave-up", value: "three attempts" }));
    await answer(here, "early", "", ({ nodeMs }) => ({ nodeMs: nodeMs - 120_000 }));
    await here.queue.noteLate(job.id, "late", Date.now());
    const expected = ["lost", "open", "odd", "given-up", "early", "late", "away"];
    const { end, lines } = await watched(here, expected, Date.now());
    const of = (host: string) => lines.filter((line) => line["host"] === host);
    const incomplete = { type: "answer", outcome: "done", complete: false };
    expect(of("lost")).toMatchObject([{ ...incomplete, reason: "parts of its answer are missing" }]);
    expect(of("open")).toMatchObject([{ ...incomplete, reason: "parts of its answer are missing" }]);
    expect(of("odd")).toMatchObject([
      { ...incomplete, reason: expect.stringContaining("the answer to a hunt cannot be read") },
    ]);
    expect(of("given-up")).toMatchObject([{ outcome: "gave-up", complete: false, reason: "three attempts" }]);
    expect(of("early")).toMatchObject([{ outcome: "done", complete: true, clock_off_s: -120 }]);
    expect(of("late")).toMatchObject([{ type: "late" }, { type: "missing", why: "late" }]);
    expect(of("away")).toEqual([{ type: "missing", host: "away", why: "silent" }]);
    expect(end).toEqual({ answered: 5, incomplete: 4, missing: 2 });
    expect((await here.ledger.answersOfAll("run")).map(({ node }) => node).sort()).toEqual([
      ...["early", "given-up", "lost", "odd", "open"],
    ]);
  });
});
