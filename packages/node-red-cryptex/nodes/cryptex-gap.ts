/** cryptex-gap: what is ported and what is not. */
import type { CryptexClient } from "../../cryptex-client/src/index.ts";
import {
  fieldOf,
  gatewayOf,
  type NodeConfig,
  questionOf,
  type Red,
  type RedNode,
  worksOff,
} from "../src/index.ts";

interface GapConfig extends NodeConfig {
  readonly gateway?: string;
  readonly operation?: string;
}

const OPERATIONS: Readonly<
  Record<string, (client: CryptexClient, payload: unknown, signal: AbortSignal) => Promise<unknown>>
> = {
  report: (client, payload, signal) => client.gap.report(questionOf(payload, "q"), { signal }),
  scan: (client, _payload, signal) => client.gap.scan({ signal }),
  history: (client, _payload, signal) => client.gap.history({ signal }),
  set(client, payload, signal) {
    const { component, ...facts } = questionOf(payload, "component");
    if (typeof component !== "string" || Object.keys(facts).length === 0) {
      throw new Error('msg.payload must be like { component: "src/a.c", responsible: "…" }');
    }
    return client.gap.set(component, facts as { responsible?: string; linked_cryptex?: string }, { signal });
  },
};

export default function register(RED: Red): void {
  RED.nodes.registerType<GapConfig>("cryptex-gap", function (this: RedNode, config) {
    RED.nodes.createNode(this, config);
    worksOff(this, async (message, { send, signal }) => {
      const { client } = gatewayOf(RED, config.gateway);
      const name = fieldOf(config, message, "operation") ?? "report";
      const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
      if (!operation)
        throw new Error(`no operation is called "${name}": ${Object.keys(OPERATIONS).join(", ")}`);
      send({ ...message, payload: await operation(client, message.payload, signal) });
      return { fill: "grey", shape: "dot", text: name };
    });
  });
}
