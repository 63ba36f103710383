/** The gateway that a node uses: what a `cryptex-config` node holds. */
import type { AgentOptions } from "node:https";
import { CryptexClient } from "../../cryptex-client/src/index.ts";
import type { NodeConfig, Red, RedNode } from "./red.ts";
import { tlsFetch } from "./tls-fetch.ts";

export interface GatewayConfig extends NodeConfig {
  readonly url: string;
  /** Id of a node of Node-RED's type `tls-config`; empty for none. */
  readonly tls?: string;
}

/** A `cryptex-config` node. */
export interface GatewayNode extends RedNode {
  url?: string;
  client?: CryptexClient;
}

interface TlsConfigNode {
  addTLSOptions(options: AgentOptions): AgentOptions;
}

/** Gives a `cryptex-config` node its client; one whose address cannot be used says so and has none. */
export function openGateway(RED: Red, node: GatewayNode, { url, tls }: GatewayConfig): void {
  const certificates = RED.nodes.getNode(tls || undefined) as TlsConfigNode | null;
  const secured = certificates ? tlsFetch(certificates.addTLSOptions({})) : undefined;
  node.on("close", (_removed, done) => {
    secured?.close();
    done();
  });
  try {
    node.client = new CryptexClient({ url, token: node.credentials?.["token"], fetch: secured?.fetch });
    node.url = url;
  } catch (error) {
    node.error((error as Error).message);
  }
}

/** @throws Error where no gateway is set, or one that cannot be used */
export function gatewayOf(RED: Red, id: string | undefined): { client: CryptexClient; url: string } {
  const { client, url } = (RED.nodes.getNode(id) ?? {}) as GatewayNode;
  if (!client || url === undefined) throw new Error("no gateway is set, or its address cannot be used");
  return { client, url };
}
