/** cryptex-events: a message for each event of the gateway, over broken connections and restarts of either side. */
import { gatewayOf, type NodeConfig, Position, type Red, type RedNode, shortOf } from "../src/index.ts";

interface EventsConfig extends NodeConfig {
  readonly gateway?: string;
  /** Separated by commas; empty for all. */
  readonly types?: string;
  readonly scan?: string;
  /** Where to begin: with what comes from now on, with what is kept, or where it stopped. */
  readonly from?: "now" | "first" | "kept";
  /** Context store of the place. */
  readonly store?: string;
}

/** A refusal does not pass quickly: somebody has to set a token, or to start another gateway. */
const REFUSED_MS = 60_000;

export default function register(RED: Red): void {
  RED.nodes.registerType<EventsConfig>("cryptex-events", function (this: RedNode, config) {
    RED.nodes.createNode(this, config);
    const ending = new AbortController();
    const following = follow(RED, this, config, ending.signal);
    this.on("close", (_removed, done) => {
      ending.abort();
      following.then(() => {
        this.status({});
        done();
      });
    });
  });
}

/** Follows the events until the signal is aborted. What is refused is reported, and tried again. */
async function follow(RED: Red, node: RedNode, config: EventsConfig, signal: AbortSignal): Promise<void> {
  let reported = "";
  while (!signal.aborted) {
    try {
      await followOnce(RED, node, config, signal);
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      node.status({ fill: "red", shape: "ring", text: shortOf(message) });
      if (message !== reported) node.error(message, {});
      reported = message;
      await waitFor(REFUSED_MS, signal);
    }
  }
}

async function followOnce(RED: Red, node: RedNode, config: EventsConfig, signal: AbortSignal): Promise<void> {
  const { client, url } = gatewayOf(RED, config.gateway);
  const keeps = config.from === "kept";
  const report = (error: Error) => node.error(`the place in the stream was not kept: ${error.message}`);
  const position = new Position(node.context(), config.store || undefined, url, report);
  const types = (config.types ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  const events = client.events({
    after: config.from === "first" ? 0 : keeps ? await position.read() : undefined,
    types: types.length > 0 ? types : undefined,
    scan: config.scan || undefined,
    signal,
    onState(state) {
      if (state.connected) {
        node.status({ fill: "green", shape: "dot", text: "connected" });
        if (keeps) position.keep(state.after);
      } else node.status({ fill: "yellow", shape: "ring", text: `waiting: ${shortOf(state.reason)}` });
    },
  });
  for await (const frame of events) {
    if (frame.type === "lost") node.warn(`events ${frame["from"]} to ${frame["to"]} are lost`);
    node.send({ topic: frame.type, payload: frame });
    // After it was sent: a crash between sends it twice, and loses none.
    if (keeps) position.keep("seq" in frame ? (frame.seq as number) : (frame["to"] as number));
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
