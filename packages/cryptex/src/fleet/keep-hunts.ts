/** Takes answers to hunts from the server into the database of results. */
import { NOTHING_STANDS, withPart } from "#kit/fleet/answer-parts.ts";
import type { Keeper } from "#kit/fleet/collector.ts";
import type { KeptResult, Queue } from "#kit/fleet/queue.ts";
import { type HostAnswer, UnreadableAnswer } from "../fleet-results/answer.ts";
import type { FleetResults } from "../fleet-results/fleet-results.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { scanLineOfValue } from "../telemetry-agent/scan-line.ts";
import { AnswerLines, type HuntAnswer, isWhole, readHuntAnswer } from "./hunt-answer.ts";

/** @param onNew told of each answer once it is in the database and was not before */
export function intoResults(results: FleetResults, onNew: (kept: KeptResult) => void): Keeper {
  return {
    consumer: `results-${results.id}`,
    async keep(all, queue) {
      const news = new Set<string>();
      for (const kept of all) {
        if (!(await results.write(hostAnswer(kept, queue)))) continue;
        news.add(kept.result.job);
        onNew(kept);
      }
      return news;
    },
  };
}

function hostAnswer({ result, sequence, serverMs }: KeptResult, queue: Queue): HostAnswer {
  const { job, node, outcome, value, attempts, nodeMs } = result;
  return {
    job,
    host: node,
    queue: queue.settings.name,
    attempts,
    sequence,
    nodeMs,
    serverMs,
    ...(outcome !== "done" && { refusal: value }),
    lines: () => huntLines(queue, job, node, value),
  };
}

/** Reads the parts of an answer from the server, and the lines in them. */
async function* huntLines(
  queue: Queue,
  job: string,
  node: string,
  value: string,
): AsyncGenerator<readonly ScanEvent[]> {
  const answer = inWords("", () => readHuntAnswer(value));
  const lines = new AnswerLines();
  let given = NOTHING_STANDS;
  let line = 0;
  while (given.parts < answer.parts) {
    const text = await partOf(queue, job, node, given.parts);
    given = withPart(given, text);
    yield inWords("", () => lines.take(text)).map((each) => eventOf(each, ++line));
  }
  refuseOther(answer, given, lines.isOpen);
}

async function partOf(queue: Queue, job: string, node: string, part: number): Promise<string> {
  const entry = await queue.bucket.get(`${queue.keyOf("part", job, node)}.${part}`);
  if (entry?.operation === "PUT") return entry.string();
  throw new UnreadableAnswer(`part ${part} of the answer is not on the server any more`);
}

function refuseOther(answer: HuntAnswer, given: typeof NOTHING_STANDS, isOpen: boolean): void {
  if (!isWhole(answer, given) || isOpen) {
    throw new UnreadableAnswer("the parts of the answer are not those that the host has counted");
  }
}

function eventOf(line: string, number: number): ScanEvent {
  const read = scanLineOfValue(inWords(`line ${number} of the answer: `, () => JSON.parse(line)));
  if (read.kind === "event") return read.event;
  const fault = read.kind === "fault" ? read.fault : "it is no line of a scan";
  throw new UnreadableAnswer(`line ${number} of the answer: ${fault}`);
}

function inWords<T>(where: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new UnreadableAnswer(`${where}${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
