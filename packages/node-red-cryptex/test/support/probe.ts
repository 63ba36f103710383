/** A flow around the node that is tried: messages go in by HTTP, and what comes out is posted to the test. */
import type { FlowNode, NodeRed } from "./node-red.ts";

export interface Got {
  /** `1`, `2`: outputs; `status`, `catch`. */
  readonly from: string;
  readonly message: Readonly<Record<string, unknown>>;
}

export class Probe implements AsyncDisposable {
  readonly got: Got[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      this.got.push((await request.json()) as Got);
      for (const look of this.#waiting) look();
      return Response.json({});
    },
  });

  /** Makes a flow of the node, whose id is "probed", and of what its gateway is. */
  flow(node: FlowNode, gateway: FlowNode, outputs = 1): FlowNode[] {
    const report = (from: string, y: number): FlowNode[] => [
      {
        id: `to-${from}`,
        z: "tab",
        type: "function",
        func: `const { req, res, ...message } = msg; return { payload: { from: "${from}", message } };`,
        outputs: 1,
        x: 400,
        y,
        wires: [["post"]],
      },
    ];
    const names = Array.from({ length: outputs }, (_, index) => String(index + 1));
    return [
      { id: "tab", type: "tab", label: "test" },
      { id: "gateway", type: "cryptex-config", ...gateway },
      {
        id: "in",
        z: "tab",
        type: "http in",
        url: "/probe",
        method: "post",
        x: 100,
        y: 100,
        wires: [["unpack", "answer"]],
      },
      { id: "answer", z: "tab", type: "http response", statusCode: "202", x: 200, y: 50, wires: [] },
      {
        id: "unpack",
        z: "tab",
        type: "function",
        func: `const { base64, ...message } = msg.payload;
               return base64 === undefined ? message : { ...message, payload: Buffer.from(base64, "base64") };`,
        outputs: 1,
        x: 200,
        y: 100,
        wires: [["probed"]],
      },
      {
        id: "probed",
        z: "tab",
        gateway: "gateway",
        x: 300,
        y: 100,
        wires: names.map((name) => [`to-${name}`]),
        ...node,
      },
      {
        id: "post",
        z: "tab",
        type: "http request",
        method: "POST",
        url: this.#server.url.href,
        ret: "txt",
        x: 500,
        y: 100,
        wires: [[]],
      },
      { id: "status", z: "tab", type: "status", scope: ["probed"], x: 100, y: 200, wires: [["to-status"]] },
      {
        id: "catch",
        z: "tab",
        type: "catch",
        scope: ["probed"],
        uncaught: false,
        x: 100,
        y: 300,
        wires: [["to-catch"]],
      },
      ...[...names, "status", "catch"].flatMap((name, index) => report(name, 100 + 50 * index)),
    ];
  }

  /** Sends a message into the flow. */
  async send(red: NodeRed, message: object): Promise<void> {
    const response = await fetch(`${red.url}/probe`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
    });
    if (response.status !== 202) throw new Error(`the flow is not there: ${response.status}`);
  }

  from(name: string): Got["message"][] {
    return this.got.filter(({ from }) => from === name).map(({ message }) => message);
  }

  /** Texts of the status, as they changed. */
  statuses(): string[] {
    return this.from("status").map(({ status }) => (status as { text: string }).text);
  }

  /** Resolves once it holds. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
