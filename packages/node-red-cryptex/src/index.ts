/** The module that all nodes share; the client is in it. */
export { CryptexError } from "../../cryptex-client/src/index.ts";
export { type Frame, follow } from "./follow.ts";
export { type GatewayConfig, type GatewayNode, gatewayOf, openGateway } from "./gateway.ts";
export { Gatherer } from "./outcome.ts";
export { Position } from "./position.ts";
export type { NodeConfig, Red, RedNode, Status } from "./red.ts";
export { bytesLines, optionsOf, pathLines, type ScanFields, targetOf } from "./scan.ts";
export { fieldOf, questionOf, shortOf, worksOff } from "./work.ts";
