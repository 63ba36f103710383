/** cryptex-scan: scans bytes or paths. First output: a message a match. Second: one message at the end, whatever came out. */
import {
  bytesLines,
  fieldOf,
  Gatherer,
  gatewayOf,
  type NodeConfig,
  optionsOf,
  pathLines,
  type Red,
  type RedNode,
  type ScanFields,
  type Status,
  targetOf,
  worksOff,
} from "../src/index.ts";

interface ScanConfig extends NodeConfig, ScanFields {
  readonly gateway?: string;
}

const LOOKS: Readonly<Record<string, Status>> = {
  match: { fill: "red", shape: "dot" },
  clean: { fill: "green", shape: "dot" },
  incomplete: { fill: "yellow", shape: "ring" },
  empty: { fill: "grey", shape: "ring" },
};

export default function register(RED: Red): void {
  RED.nodes.registerType<ScanConfig>("cryptex-scan", function (this: RedNode, config) {
    RED.nodes.createNode(this, config);
    worksOff(this, async (message, { send, signal, status }) => {
      const { client } = gatewayOf(RED, config.gateway);
      const ruleset = fieldOf(config, message, "ruleset");
      const options = optionsOf(config, message);
      const target = targetOf(config, message);
      const begun = (id: string) => {
        message["scan"] = id;
      };
      const lines =
        target instanceof Uint8Array
          ? bytesLines(
              client,
              target,
              { ruleset, filename: fieldOf({}, message, "filename"), options },
              signal,
            )
          : pathLines(
              client,
              { root: rootOf(config, message), paths: [...target], ...(ruleset && { ruleset }), options },
              signal,
              begun,
            );
      const gatherer = new Gatherer();
      let count = 0;
      for await (const line of lines) {
        // Lines come by the thousand: a status for each would flood the editor.
        if (count++ % 1000 === 0)
          status({ fill: "blue", shape: "dot", text: `scanning: ${gatherer.matches} matches` });
        if (gatherer.add(line)) {
          // The bytes that were scanned need not be copied for each match.
          const { payload: _, ...rest } = message;
          send([{ ...RED.util.cloneMessage(rest), payload: line, topic: line["rule"] }, null]);
        }
      }
      const outcome = gatherer.outcome();
      send([null, { ...message, payload: outcome, verdict: outcome.verdict }]);
      return { ...LOOKS[outcome.verdict], text: textOf(outcome.verdict, gatherer.matches, outcome.complete) };
    });
  });
}

function rootOf(config: ScanConfig, message: Readonly<Record<string, unknown>>): string {
  const root = fieldOf(config as Readonly<Record<string, unknown>>, message, "root");
  if (root === undefined) throw new Error("no root is set: paths are below a named root of the gateway");
  return root;
}

function textOf(verdict: string, matches: number, complete: boolean): string {
  if (verdict !== "match") return verdict;
  return `${matches} ${matches === 1 ? "match" : "matches"}${complete ? "" : ", incomplete"}`;
}
