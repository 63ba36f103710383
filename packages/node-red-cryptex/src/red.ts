/** As much of Node-RED's API as these nodes use: https://nodered.org/docs/creating-nodes/node-js. */

export interface Message {
  payload?: unknown;
  topic?: unknown;
  [property: string]: unknown;
}

export interface Status {
  readonly fill?: "red" | "green" | "yellow" | "blue" | "grey";
  readonly shape?: "dot" | "ring";
  readonly text?: string;
}

/** A list has an item for each output; null sends nothing there. */
export type Send = (messages: Message | readonly (Message | null)[]) => void;
export type Done = (error?: Error) => void;

export interface RedNode {
  readonly id: string;
  /** Undefined where none were given. */
  readonly credentials?: Readonly<Record<string, string>>;
  on(event: "input", listener: (message: Message, send: Send, done: Done) => void): void;
  on(event: "close", listener: (removed: boolean, done: () => void) => void): void;
  send: Send;
  status(status: Status): void;
  warn(text: string): void;
  error(error: Error | string, message?: Message): void;
  context(): Context;
}

/** Values that a node keeps; how long is up to the store. */
export interface Context {
  get(key: string, store: string | undefined, done: (error: Error | null, value: unknown) => void): void;
  set(key: string, value: unknown, store: string | undefined, done: (error?: Error | null) => void): void;
}

/** A node as the editor has saved it. */
export interface NodeConfig {
  readonly id: string;
  readonly [property: string]: unknown;
}

export interface Red {
  readonly nodes: {
    createNode(node: RedNode, config: NodeConfig): void;
    registerType<Config extends NodeConfig>(
      type: string,
      construct: (this: RedNode, config: Config) => void,
      options?: { readonly credentials: Readonly<Record<string, { readonly type: "text" | "password" }>> },
    ): void;
    getNode(id: string | undefined): unknown;
  };
  readonly util: { cloneMessage(message: Message): Message };
}
