/** cryptex-rules: finds, shows and checks rules, and says which are in poor health. */
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

interface RulesConfig extends NodeConfig {
  readonly gateway?: string;
  readonly operation?: string;
  readonly ruleset?: string;
}

interface Question {
  readonly payload: unknown;
  readonly ruleset: string | undefined;
  readonly signal: AbortSignal;
}

const OPERATIONS: Readonly<Record<string, (client: CryptexClient, question: Question) => Promise<unknown>>> =
  {
    find: (client, { payload, ruleset, signal }) =>
      client.rules.find({ ruleset, ...questionOf(payload, "q") }, { signal }),
    show: (client, { payload, ruleset, signal }) =>
      client.rules.show(textOf(payload, "the name of a rule"), { ruleset }, { signal }),
    validate: (client, { payload, signal }) =>
      client.rules.validate(textOf(payload, "the text of rules"), { signal }),
    health: (client, { ruleset, signal }) => client.rules.health({ ruleset }, { signal }),
    rulesets: (client, { signal }) => client.ruleSets.list({ signal }),
  };

export default function register(RED: Red): void {
  RED.nodes.registerType<RulesConfig>("cryptex-rules", function (this: RedNode, config) {
    RED.nodes.createNode(this, config);
    worksOff(this, async (message, { send, signal }) => {
      const { client } = gatewayOf(RED, config.gateway);
      const name = fieldOf(config, message, "operation") ?? "find";
      const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
      if (!operation)
        throw new Error(`no operation is called "${name}": ${Object.keys(OPERATIONS).join(", ")}`);
      const ruleset = fieldOf(config, message, "ruleset");
      const answer = await operation(client, { payload: message.payload, ruleset, signal });
      send({ ...message, payload: answer });
      const invalid = name === "validate" && (answer as { valid: boolean }).valid === false;
      return invalid
        ? { fill: "red", shape: "dot", text: "not valid" }
        : { fill: "grey", shape: "dot", text: name };
    });
  });
}

function textOf(payload: unknown, what: string): string {
  if (typeof payload !== "string" || payload === "") throw new Error(`msg.payload must be ${what}`);
  return payload;
}
