/** How a node works off its messages: each is done with once, its status shows what goes on, and closing leaves nothing behind. */
import type { Message, RedNode, Send, Status } from "./red.ts";

export interface Task {
  readonly send: Send;
  /** Aborted when the node is closed or reset. */
  readonly signal: AbortSignal;
  readonly status: (status: Status) => void;
}

/** A message with this property ends what is under way, as in Node-RED's own nodes. */
const RESET = "reset";

/**
 * Has each message worked off by `work`; several at a time, for each is its own request.
 * @param work resolves with the status that then stands
 */
export function worksOff(node: RedNode, work: (message: Message, task: Task) => Promise<Status>): void {
  const running = new Map<AbortController, Promise<void>>();
  const end = async (reason: string) => {
    for (const ending of running.keys()) ending.abort(new Error(reason));
    await Promise.all(running.values());
  };
  const show = (status: Status) => {
    const others = running.size > 1 ? ` (${running.size} under way)` : "";
    node.status({ ...status, text: `${status.text ?? ""}${others}` });
  };

  node.on("input", (message, send, done) => {
    if (RESET in message) {
      end("ended by msg.reset").then(() => {
        node.status({});
        done();
      });
      return;
    }
    const ending = new AbortController();
    const { signal } = ending;
    const run = async () => {
      try {
        show({ fill: "blue", shape: "dot", text: "asking" });
        const status = await work(message, { send, signal, status: show });
        running.delete(ending);
        show(status);
        done();
      } catch (error) {
        running.delete(ending);
        show({ fill: "red", shape: "ring", text: shortOf(error) });
        done(error instanceof Error ? error : new Error(String(error)));
      }
    };
    running.set(ending, Promise.resolve());
    running.set(ending, run());
  });

  node.on("close", (_removed, done) => {
    end("the flow was stopped before the gateway had answered").then(() => {
      node.status({});
      done();
    });
  });
}

/** A status stands beneath its node: characters of it that are shown. */
const STATUS_LENGTH = 40;

export function shortOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > STATUS_LENGTH ? `${text.slice(0, STATUS_LENGTH - 1)}…` : text;
}

/** Takes the editor's field if it is filled in, else the message's property. */
export function fieldOf(
  config: Readonly<Record<string, unknown>>,
  message: Message,
  name: string,
): string | undefined {
  const set = config[name] || message[name];
  if (set === undefined || set === "" || set === null) return undefined;
  if (typeof set !== "string") throw new Error(`msg.${name} must be a text`);
  return set;
}

/** Takes a payload that is an object as questions, a text as the one that `name` stands for. @throws Error for another */
export function questionOf(
  payload: unknown,
  name: string,
): Readonly<Record<string, string | number | undefined>> {
  if (payload === undefined || payload === null || payload === "") return {};
  if (typeof payload === "string") return { [name]: payload };
  if (typeof payload !== "object" || Array.isArray(payload)) {
    throw new Error(`msg.payload must be a text or an object, such as { ${name}: "…" }`);
  }
  return payload as Record<string, string | number>;
}
