/** `cryptex-config`: a gateway, for the other nodes. */
import { type GatewayConfig, type GatewayNode, openGateway, type Red } from "../src/index.ts";

export default function register(RED: Red): void {
  RED.nodes.registerType<GatewayConfig>(
    "cryptex-config",
    function (this: GatewayNode, config) {
      RED.nodes.createNode(this, config);
      openGateway(RED, this, config);
    },
    { credentials: { token: { type: "password" } } },
  );
}
