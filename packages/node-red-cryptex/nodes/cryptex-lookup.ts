/** cryptex-lookup: an entry of the dictionary, entries by words, or the history of one. First output: found. Second: there is none. */
import {
  CryptexError,
  gatewayOf,
  type NodeConfig,
  questionOf,
  type Red,
  type RedNode,
  worksOff,
} from "../src/index.ts";

interface LookupConfig extends NodeConfig {
  readonly gateway?: string;
  readonly operation?: "get" | "find" | "history";
}

export default function register(RED: Red): void {
  RED.nodes.registerType<LookupConfig>("cryptex-lookup", function (this: RedNode, config) {
    RED.nodes.createNode(this, config);
    worksOff(this, async (message, { send, signal }) => {
      const { client } = gatewayOf(RED, config.gateway);
      const { payload } = message;
      if (config.operation === "find") {
        const found = await client.dictionary.find(questionOf(payload, "q"), { signal });
        const answer = { ...message, payload: found };
        send(found.total > 0 ? [answer, null] : [null, answer]);
        return { fill: "grey", shape: "dot", text: `${found.total} found` };
      }
      if (typeof payload !== "string" || payload === "") throw new Error("msg.payload must be a codename");
      const found = await (config.operation === "history"
        ? client.dictionary.history(payload, {}, { signal })
        : client.dictionary.get(payload, { signal })
      ).catch((error: unknown) => {
        if (error instanceof CryptexError && error.kind === "not-found") return undefined;
        throw error;
      });
      send(found ? [{ ...message, payload: found }, null] : [null, message]);
      return { fill: "grey", shape: found ? "dot" : "ring", text: found ? payload : `no ${payload}` };
    });
  });
}
