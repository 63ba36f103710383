/** `fleet status` of a program: which nodes answer, which are missing, and how they are. */
import { safeJson, visible } from "../format/visible.ts";
import { command } from "../term/command.ts";
import { EXIT } from "../term/exit.ts";
import { flag } from "../term/flags.ts";
import type { Style } from "../term/style.ts";
import { table } from "../term/table.ts";
import { CLOCK_LIMIT_MS } from "./collector.ts";
import { connectFleet } from "./connection.ts";
import { readContext } from "./context.ts";
import { workerFlags } from "./flags.ts";
import { askNodes, type FleetAnswers, type NodeAnswer } from "./node-answers.ts";
import { readNodeNames } from "./node-names.ts";
import { queueSettings } from "./queue.ts";

export interface StatusProgram {
  /** Name as it is typed. */
  readonly program: string;
  /** Name of its queue where none is given. */
  readonly queue: string;
  /** Its exit code for nodes that are missing or not well. */
  readonly notWell: number;
}

const COLUMNS = [
  { title: "NODE" },
  { title: "PART" },
  { title: "VERSION" },
  { title: "STATE" },
  { title: "ABOUT", wraps: "inside" },
] as const;

/** Makes the command. */
export function statusCommand({ program, queue, notWell }: StatusProgram) {
  return command({
    name: "fleet status",
    description: "Show which nodes of a fleet answer, and how they are",
    details: [
      "All programs that are connected to the fleet's queue are asked at once. With --expect, those that have not answered in time are named.",
      `Exit code ${notWell} says that no node has answered, or that one is missing, is not well, has a clock that is more than a minute off, answered twice under one name, or gave an answer that cannot be read.`,
    ],
    flags: {
      ...workerFlags(queue),
      expect: flag.file({ about: "File with the names of nodes: one a line, or a JSON list of texts" }),
      wait: flag.seconds({ about: "Time for answers, seconds", default: "2" }),
      json: flag.switch({ about: "Write JSON" }),
    },
    examples: [`${program} fleet status --nats coordinator.json --expect nodes.txt`],
    seeAlso: ["fleet doctor"],
    judges: true,
    async run({ nats, queue: name, expect, wait: waitMs, json }, io) {
      const context = readContext(nats, (text) => io.log.warn(text));
      queueSettings({ name }); // refuses what is no name
      const expected = new Set(expect === undefined ? [] : readNodeNames(expect));
      await using connection = await connectFleet(context, {
        name: program,
        signal: io.signal,
        say: (level, text) => io.log[level](text),
      });
      const answers = await askNodes(connection, {
        name,
        inbox: context.inbox,
        waitMs,
        expected,
        signal: io.signal,
      });
      const nodes = answers.nodes.map((node) => ({ ...node, faults: faultsOf(node, answers) }));
      const here = new Set(nodes.map(({ node }) => node));
      const missing = [...expected].filter((each) => !here.has(visible(each)));
      const status = { schema: 1, nodes, missing, unreadable: answers.unreadable };
      await io.out(json ? `${safeJson(status)}\n` : `${textOf(status, io)}\n`);
      const isWell = nodes.length > 0 && missing.length + answers.unreadable.length === 0;
      return isWell && nodes.every(({ faults }) => faults.length === 0) ? EXIT.ok : notWell;
    },
  });
}

/** Adds what is seen from here alone to what a node says of itself. */
function faultsOf({ node, part, faults, clockOffMs }: NodeAnswer, { nodes }: FleetAnswers): string[] {
  const all = [...faults];
  if (Math.abs(clockOffMs) > CLOCK_LIMIT_MS) {
    const seconds = Math.round(Math.abs(clockOffMs) / 1_000);
    all.push(`its clock is ${seconds} s ${clockOffMs > 0 ? "ahead" : "behind"}`);
  }
  if (nodes.filter((each) => each.node === node && each.part === part).length > 1) {
    all.push("more than one answers under this name");
  }
  return all;
}

interface Status extends FleetAnswers {
  readonly missing: readonly string[];
}

function textOf({ nodes, missing, unreadable }: Status, screen: Parameters<typeof table>[2]): string {
  const state = (text: string, style?: Style) => ({ text, style });
  const rows = [
    ...nodes.map(({ node, part, version, faults, about }) => [
      node,
      part,
      version,
      faults.length === 0 ? state("well") : state("not well", "bad"),
      faults.length === 0 ? about : faults.join("; "),
    ]),
    ...missing.map((node) => [visible(node), "", "", state("missing", "bad"), "it has not answered"]),
    ...unreadable.map((text) => ["?", "", "", state("unreadable", "bad"), text]),
  ];
  return rows.length === 0 ? "no node has answered" : table(COLUMNS, rows, screen);
}
