/** cryptex-events: a message for each event of the gateway, over broken connections and restarts of either side. */
import {
  type Frame,
  follow,
  gatewayOf,
  type NodeConfig,
  Position,
  type Red,
  type RedNode,
  shortOf,
} from "../src/index.ts";

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

export default function register(RED: Red): void {
  RED.nodes.registerType<EventsConfig>("cryptex-events", function (this: RedNode, config) {
    RED.nodes.createNode(this, config);
    const ending = new AbortController();
    const followed = following(RED, this, config, ending.signal);
    this.on("close", (_removed, done) => {
      ending.abort();
      followed.then(() => {
        this.status({});
        done();
      });
    });
  });
}

/** Follows the events until the signal is aborted. What is refused is reported once, and tried again. */
function following(RED: Red, node: RedNode, config: EventsConfig, signal: AbortSignal): Promise<void> {
  const keeps = config.from === "kept";
  let position: Position | undefined;
  let reported = "";
  const events = {
    async begin() {
      if (config.from === "first") return 0;
      if (!keeps) return undefined;
      const { url } = gatewayOf(RED, config.gateway);
      const report = (error: Error) => node.error(`the place in the stream was not kept: ${error.message}`);
      position = new Position(node.context(), config.store || undefined, url, report);
      return await position.read();
    },
    connect(after: number | undefined, reached: (after: number) => void) {
      const { client } = gatewayOf(RED, config.gateway);
      const types = typesOf(config);
      return client.events({
        after,
        types: types.length > 0 ? types : undefined,
        scan: config.scan || undefined,
        signal,
        onState(state) {
          if (state.connected) {
            reported = "";
            node.status({ fill: "green", shape: "dot", text: "connected" });
            reached(state.after);
            position?.keep(state.after);
          } else node.status({ fill: "yellow", shape: "ring", text: `waiting: ${shortOf(state.reason)}` });
        },
      });
    },
    take(frame: Frame, place: number) {
      if (frame.type === "lost") node.warn(`events ${frame["from"]} to ${frame["to"]} are lost`);
      node.send({ topic: frame.type, payload: frame });
      // After it was sent: a crash between sends it twice, and loses none.
      position?.keep(place);
    },
    refused(error: unknown) {
      const message = error instanceof Error ? error.message : String(error);
      node.status({ fill: "red", shape: "ring", text: shortOf(message) });
      if (message !== reported) node.error(message, {});
      reported = message;
    },
  };
  return follow(events, signal);
}

function typesOf({ types = "" }: EventsConfig): string[] {
  return types
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
